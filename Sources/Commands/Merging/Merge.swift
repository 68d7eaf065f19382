import Artifacts
import CShims
import Execution
import Foundation
import Grid
import JobTable
import Planner
import Report

/// Takes what another results folder has into this one. The other folder is only read.
///
/// Nothing is changed before it is sure that the two do not contradict each other. Then every job is taken
/// over in one transaction, after its artifacts and logs are on the disk: a merge that is killed leaves
/// whole jobs, and the next one takes the others.
struct Merge {
  let source: ResultsFolder
  let target: ResultsFolder
  /// The folders as the user named them.
  let from: String
  let into: String
  /// The one grid to take, by its name in the source; `nil` for all.
  let grid: String?

  /// - Throws: `CommandFailure`, `OwnershipError` or the errors of table and store. A contradiction is
  ///   among them, and then nothing was changed.
  func callAsFunction() throws -> MergeReport {
    try refuseSameFolder()
    guard FileManager.default.fileExists(atPath: source.table) else {
      throw CommandFailure(
        "there are no results in “\(from)” (no \(from)/jobs.sqlite); name a folder that `espalier run` "
          + "has worked on")
    }
    let held = try HeldFolder(source)
    let reader = try JobTableReader(path: source.table, isOwned: false)
    let grids = try chosen(in: reader)
    // What cannot be planned is found before this folder is made.
    let read = try grids.map { try Self.read($0) }
    let owned: OwnedFolder
    do {
      owned = try OwnedFolder(target)
    } catch {
      throw CommandFailure("\(error)", status: .store)
    }
    return try merge(Array(zip(grids, read)), from: reader, held, owned)
  }

  /// - Parameters:
  ///   - held: keeps owners off the source.
  ///   - owned: keeps them off the target.
  private func merge(
    _ grids: [(record: GridRecord, grid: ReadGrid)], from reader: JobTableReader,
    _ held: borrowing HeldFolder, _ owned: borrowing OwnedFolder
  ) throws -> MergeReport {
    let table = try JobTable(path: target.table) { espalier_fault_pass(ESPALIER_FAULT_COMMIT) }
    try table.endAbandonedAttempts(at: InstantText.now)
    try ArtifactStore(folder: target.artifacts).removeLeftovers()
    let names = grid == nil ? nil : grids.map(\.record.name)
    try refuseContradictions(names, from: reader, table)
    let standings = try grids.map { try plan($0.grid, $0.record, in: table) }
    var intake = try MergeIntake(
      source: source, target: target, table: table, report: MergeReport(from: from, into: into))
    try reader.forEachHistory(in: names) { try intake.take($0) }
    try intake.flush()
    var report = intake.report
    espalier_fault_pass(ESPALIER_FAULT_MERGE)
    for ((record, _), standing) in zip(grids, standings) {
      report.grids.append(
        MergeReport.Grid(
          name: record.name, standing: standing,
          runs: try table.reader.counts(for: record.name).runs))
      try export(record.name, standing, from: table)
    }
    try table.close()
    return report
  }

  /// A folder may have several names.
  private func refuseSameFolder() throws {
    func identity(_ path: String) -> [UInt64]? {
      var status = stat()
      guard stat(path, &status) == 0 else { return nil }
      return [UInt64(status.st_dev), UInt64(status.st_ino)]
    }
    guard let one = identity(source.path), one == identity(target.path) else { return }
    throw CommandFailure(
      "“\(from)” is the folder that is merged into; name another one, or say with --results where its "
        + "results are to go")
  }

  /// - Throws: `CommandFailure`, also where a grid's folder would lie outside of this one's.
  private func chosen(in reader: JobTableReader) throws -> [GridRecord] {
    let grids = try named(in: reader)
    if let odd = grids.first(where: { !LoadedGrid.isFolderName($0.name) }) {
      throw CommandFailure(
        "“\(from)” has a grid named “\(DisplayText.printable(odd.name))”, whose files would not lie in a "
          + "folder of their own below the results; nothing was merged. Espalier gives no such names: the "
          + "folder is damaged, or somebody changed it. Merge its other grids with --grid",
        status: .store)
    }
    return grids
  }

  private func named(in reader: JobTableReader) throws -> [GridRecord] {
    let grids = try reader.grids()
    guard let grid else {
      if grids.isEmpty { throw CommandFailure("“\(from)” has no grid yet") }
      return grids
    }
    guard let record = grids.first(where: { $0.name == grid }) else {
      throw CommandFailure(
        "“\(from)” has no grid “\(grid)”; it has "
          + grids.map { DisplayText.printable($0.name) }.joined(separator: ", "))
    }
    return [record]
  }

  private static func read(_ record: GridRecord) throws -> ReadGrid {
    let grid = ReadGrid(
      specification: record.specification, program: KnownGrid.program(of: record.specification))
    guard grid.hash == record.hash else {
      throw CommandFailure(
        "\(DisplayText.printable(record.name)) was planned by another version of Espalier, which makes "
          + "other stages of it; run it there with this version first (what is still right is not "
          + "computed again), or merge the other grids with --grid")
    }
    return grid
  }

  /// Records a grid that this folder does not have.
  private func plan(
    _ grid: ReadGrid, _ record: GridRecord, in table: JobTable
  ) throws -> MergeReport.Grid.Standing {
    if let own = try table.reader.grid(record.name) {
      return own.hash == record.hash ? .same : .other
    }
    let plan: Plan
    do {
      plan = try PlanBuilder.plan(grid)
    } catch {
      throw CommandFailure(error.description)
    }
    let tree = StageTree(plan.stages, of: grid.program)
    try table.record(plan, as: record.name, at: record.plannedAt) { isAssigned, take in
      try JobBuilder(tree, isDone: isAssigned, program: grid.program).forEachJob(take)
    }
    return .new
  }

  /// How many contradictions are named.
  private static let contradictionLimit = 10

  private func refuseContradictions(
    _ names: [String]?, from reader: JobTableReader, _ table: JobTable
  ) throws {
    // A folder without grids has nothing to contradict.
    if try table.reader.grids().isEmpty { return }
    var sentences: [String] = []
    var count = 0
    try reader.forEachHistory(in: names) { history in
      let known = try table.reader.results(of: history.results.map(\.result.stage))
      for recorded in history.results {
        guard let own = known[recorded.result.stage],
          let contradiction = recorded.result.contradiction(to: own)
        else { continue }
        count += 1
        if count <= Self.contradictionLimit {
          let words = DisplayText.printable(contradiction.words(here: "here", there: "there"))
          sentences.append("  stage \(recorded.result.stage.short): \(words)")
        }
      }
    }
    guard count > 0 else { return }
    if count > sentences.count { sentences.append("  and \(count - sentences.count) more") }
    throw CommandFailure(
      "\(from) and \(into) contradict each other: the same stage has another result there. One of them "
        + "was made by a changed program or on a machine that computes differently; nothing was merged. "
        + "Find out which is wrong (`espalier verify --results DIR`), and compute it again in a new "
        + "folder.\n" + sentences.joined(separator: "\n"), status: .store)
  }

  /// Writes the grid's files as `run` does.
  private func export(
    _ name: String, _ standing: MergeReport.Grid.Standing, from table: JobTable
  ) throws {
    guard let record = try table.reader.grid(name) else { return }
    // The file that the recorded grid was read from: of another version it is not the source's.
    let folders =
      switch standing {
      case .new: [source, target]
      case .same: [target, source]
      case .other: [target]
      }
    let text = folders.lazy
      .compactMap { FileManager.default.contents(atPath: $0.grid(name) + "/grid.yaml") }.first
      .map { String(decoding: $0, as: UTF8.self) }
    let known = KnownGrid(record: record, reader: table.reader, folder: target, source: text)
    try known.exports().write(to: target.grid(name))
  }
}
