import Artifacts
import Grid
import JobTable
import Keys

extension Verification {
  /// Every artifact on record is there; its path, its header, its content and the record agree.
  mutating func checkArtifacts() throws {
    // Reading the files takes long, and a reader must not keep the table's log from being emptied.
    var recorded: [ArtifactReference] = []
    try reader.forEachArtifact(in: grid?.name) { recorded.append($0) }
    for reference in recorded {
      checked.artifacts += 1
      checked.bytes += reference.bytes
      guard let message = fault(of: reference) else { continue }
      if owner != nil, try !isRecorded(reference) { continue }
      add(.damage, message)
    }
    if grid == nil, owner == nil { try checkUnrecorded(recorded) }
  }

  private func fault(of reference: ArtifactReference) -> String? {
    let what = "The artifact “\(reference.kind)” of stage \(reference.stage.short)"
    guard ArtifactName.isKind(reference.kind), let content = Digest(hex: reference.sha256) else {
      return "\(what) has no proper name in the job table. Put a copy of the job table back."
    }
    let name = ArtifactName(key: reference.stage.digest, kind: reference.kind)
    do {
      let bytes = try store.get(name, expected: content).count
      if bytes == reference.bytes { return nil }
      return "\(what) has \(bytes) bytes and \(reference.bytes) on record. "
        + "Put a copy of the job table back."
    } catch {
      return error.description
    }
  }

  private func isRecorded(_ reference: ArtifactReference) throws -> Bool {
    try reader.result(of: reference.stage)?.artifacts.contains(reference) ?? false
  }

  /// Whole files that no result names.
  private mutating func checkUnrecorded(_ recorded: [ArtifactReference]) throws {
    let known = Set(
      recorded.compactMap { reference in
        ArtifactName.isKind(reference.kind)
          ? ArtifactName(key: reference.stage.digest, kind: reference.kind) : nil
      })
    let others = try store.names().filter { !known.contains($0) }
    if others.isEmpty { return }
    add(
      .note,
      "\(others.count) artifact\(others.count == 1 ? " is" : "s are") on no record: states between "
        + "checkpoints, or what a worker had written when it was killed. They are harmless: a job "
        + "that finds one checks it and goes on from it.")
  }

  /// What writers that were killed left in the midst of writing.
  mutating func checkLeftovers(of grids: [GridRecord]) throws {
    guard owner == nil else { return }
    let places = grids.flatMap { folder.exportFolders(of: $0.name) }
    var leftovers = [(folder.artifacts, try store.leftovers().count)]
    for place in places { leftovers.append((place, try Folder.leftovers(in: place).count)) }
    for (place, count) in leftovers where count > 0 {
      add(
        .note,
        "\(count) unfinished file\(count == 1 ? "" : "s") of killed writers "
          + "lie\(count == 1 ? "s" : "") in \(place). They are harmless; the next "
          + "`\(CommandLineText.program) run` removes them.")
    }
  }

  /// What attempts said can be read.
  mutating func checkLogs() throws {
    let (damaged, gone) = try LogReader(folder: folder.logs).damage()
    for sentence in damaged {
      add(
        .damage,
        "Logs are damaged: \(sentence). Results are not concerned. Nothing brings back what attempts "
          + "said there; remove the file when you need no more of it.")
    }
    for sentence in gone {
      add(.note, "Logs in \(folder.logs) are incomplete: \(sentence). Results are not concerned.")
    }
  }
}
