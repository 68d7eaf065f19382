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
  /// Where to say how far it is.
  var progress: PlainProgress?

  /// - Throws: `CommandFailure`, `OwnershipError` or the errors of table and store. A contradiction is
  ///   among them, and then nothing was changed.
  func callAsFunction() throws -> MergeReport {
    try refuseSameFolder()
    guard FileManager.default.fileExists(atPath: source.table) else {
      throw CommandFailure(
        "there are no results in “\(from)” (no \(from)/jobs.sqlite); name a folder that "
          + "`\(CommandLineText.program) run` has worked on")
    }
    let held = try HeldFolder(source)
    let reader = try JobTableReader(path: source.table, isOwned: false)
    // A table that is read only in part would pass for one that has less.
    try reader.checkPages()
    let grids = try chosen(in: reader)
    // What cannot be planned is found before this folder is made.
    let plans = try plans(of: grids, in: reader)
    let owned: OwnedFolder
    do {
      owned = try OwnedFolder(target)
    } catch {
      throw CommandFailure("\(error)", status: .store)
    }
    return try merge(grids, plans, from: reader, held, owned)
  }

  /// - Parameters:
  ///   - held: keeps owners off the source.
  ///   - owned: keeps them off the target.
  private func merge(
    _ grids: [GridRecord], _ plans: [String: Planned], from reader: JobTableReader,
    _ held: borrowing HeldFolder, _ owned: borrowing OwnedFolder
  ) throws -> MergeReport {
    let table = try JobTable(path: target.table) { espalier_fault_pass(ESPALIER_FAULT_COMMIT) }
    try table.endAbandonedAttempts(at: InstantText.now)
    try ArtifactStore(folder: target.artifacts).removeLeftovers()
    let names = grid == nil ? nil : grids.map(\.name)
    try refuseContradictions(names, from: reader, table)
    let standings = try grids.map { try record($0, plans[$0.name], in: table) }
    var intake = try MergeIntake(
      source: source, target: target, table: table, report: MergeReport(from: from, into: into))
    var taken = 0
    try reader.forEachHistory(in: names, batch: Self.batch) { histories in
      try intake.take(histories) {
        taken += 1
        progress?.update("merging: took in \(CountText.of(taken, "job"))")
      }
    }
    var report = intake.report
    espalier_fault_pass(ESPALIER_FAULT_MERGE)
    for (grid, standing) in zip(grids, standings) {
      report.grids.append(
        MergeReport.Grid(
          name: grid.name, standing: standing,
          runs: try table.reader.counts(for: grid.name).runs))
      try export(grid.name, standing, from: table)
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

  /// A grid of the other folder, expanded.
  private struct Planned {
    let plan: Plan
    let program: ProgramDescription
  }

  /// The plans of the grids that this folder does not have.
  private func plans(
    of grids: [GridRecord], in reader: JobTableReader
  ) throws -> [String: Planned] {
    // A table that cannot be read is one that cannot be opened, which says why.
    let own = try? JobTableReader(path: target.table, isOwned: false).grids()
    let known = Set((own ?? []).map(\.name))
    return try Dictionary(
      uniqueKeysWithValues: grids.filter { !known.contains($0.name) }
        .map { ($0.name, try Self.plan($0, in: reader)) })
  }

  /// Expands a recorded grid again. Its hash stays that of the file that it was read from.
  ///
  /// - Throws: `CommandFailure` when that does not give the runs and stages on record.
  private static func plan(_ record: GridRecord, in reader: JobTableReader) throws -> Planned {
    let program = KnownGrid.program(of: record.specification)
    let plan: Plan
    do {
      plan = try PlanBuilder.plan(
        ReadGrid(specification: record.specification, program: program))
    } catch {
      throw CommandFailure(error.description)
    }
    let states = try reader.states(of: plan.stages)
    let runs = try reader.runIDs(of: record.name)
    guard !states.isEmpty, !states.contains(nil),
      plan.runs.indices.allSatisfy({ runs.contains(plan.runs.id(at: $0)) })
    else {
      throw CommandFailure(
        "\(DisplayText.printable(record.name)) was planned by another version of Espalier, which makes "
          + "other stages of it; run it there with this version first (what is still right is not "
          + "computed again), or merge the other grids with --grid")
    }
    return Planned(
      plan: Plan(
        specification: plan.specification, hash: record.hash, runs: plan.runs,
        stages: plan.stages, sharing: plan.sharing), program: program)
  }

  /// Records a grid that this folder does not have.
  private func record(
    _ record: GridRecord, _ planned: Planned?, in table: JobTable
  ) throws -> MergeReport.Grid.Standing {
    if let own = try table.reader.grid(record.name) {
      return own.hash == record.hash ? .same : .other
    }
    guard let planned else { return .other }
    let program = planned.program
    let tree = StageTree(planned.plan.stages, of: program)
    try table.record(planned.plan, as: record.name, at: record.plannedAt) { isAssigned, take in
      try JobBuilder(tree, isDone: isAssigned, program: program).forEachJob(take)
    }
    return .new
  }

  /// Jobs or results that are looked at together. A transaction costs a sync of the disk, and one that is
  /// killed is done again.
  private static let batch = 1000
  /// How many contradictions are named.
  private static let contradictionLimit = 10

  private func refuseContradictions(
    _ names: [String]?, from reader: JobTableReader, _ table: JobTable
  ) throws {
    // A folder without grids has nothing to contradict.
    if try table.reader.grids().isEmpty { return }
    var sentences: [String] = []
    var count = 0
    var compared = 0
    try reader.forEachHistory(in: names, batch: Self.batch) { histories in
      compared += histories.count
      progress?.update("merging: compared \(CountText.of(compared, "job"))")
      let results = histories.flatMap(\.results).map(\.result)
      let known = try table.reader.results(of: results.map(\.stage))
      for result in results {
        guard let own = known[result.stage], let contradiction = result.contradiction(to: own)
        else { continue }
        count += 1
        if count <= Self.contradictionLimit {
          let words = DisplayText.printable(contradiction.words(here: "here", there: "there"))
          sentences.append("  stage \(result.stage.short): \(words)")
        }
      }
    }
    guard count > 0 else { return }
    if count > sentences.count { sentences.append("  and \(count - sentences.count) more") }
    throw CommandFailure(
      "\(from) and \(into) contradict each other: the same stage has another result there. One of them "
        + "was made by a changed program or on a machine that computes differently; nothing was merged. "
        + "Find out which is wrong (`\(CommandLineText.program) verify --results DIR`), and "
        + "compute it again in a new folder.\n" + sentences.joined(separator: "\n"), status: .store)
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
    try known.export(to: target.grid(name))
  }
}
