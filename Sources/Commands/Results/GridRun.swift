import ArgumentParser
import Artifacts
import CShims
import Execution
import Foundation
import Grid
import JobTable
import Planner
import Report
import Scheduler

/// The work of `run` and `retry`: plan, run what is missing, report.
struct GridRun {
  enum Retrying {
    /// All failed runs, or those of one failure cluster.
    case failed(cluster: String?)
  }

  let loaded: LoadedGrid
  let grid: GridOptions
  let options: RunOptions
  /// The share of the grid that is run; `nil` for all of it.
  let shard: Shard?

  init(_ grid: GridOptions, _ options: RunOptions, shard: Shard? = nil) throws {
    self.grid = grid
    self.options = options
    self.shard = shard
    loaded = try LoadedGrid(file: grid.grid, overrides: grid.overrides)
  }

  func run(retrying: Retrying?) throws {
    try owning { owned, table in
      var retried: Set<RunID> = []
      if case .failed(let cluster)? = retrying {
        let clusters = try table.reader.clustersOfRuns(in: loaded.name)
        retried = Set(clusters.filter { cluster == nil || $0.value == cluster }.keys)
        try reopen(cluster, in: table)
        // What has failed in other shares stays as it is.
        if shard != nil { retried.subtract(try table.reader.clustersOfRuns(in: loaded.name).keys) }
      }
      let status = try work(in: owned, table)
      if !retried.isEmpty { try tellOutcome(of: retried, in: table) }
      try finish(table, folder: owned.folder, status: status)
    }
  }

  /// Takes the results folder, records the grid in its job table, opens again what is lost, and hands
  /// both over.
  ///
  /// - Parameter takingShare: whether this settles which share of an unchanged grid the folder is for, none
  ///   meaning all of it.
  func owning(
    takingShare: Bool = true, _ body: (borrowing OwnedFolder, JobTable) throws -> Void
  ) throws {
    let folder = ResultsFolder(path: folderPath)
    let path = folder.table
    // A grid with faults that show only in its expansion must leave nothing behind.
    let known = FileManager.default.fileExists(atPath: path)
    let firstPlan = known ? nil : try Planning(loaded, in: nil)
    let owned: OwnedFolder
    do {
      owned = try OwnedFolder(folder)
    } catch {
      throw CommandFailure("\(error)", status: .store)
    }
    let table = try JobTable(path: path) { espalier_fault_pass(ESPALIER_FAULT_COMMIT) }
    espalier_fault_pass(ESPALIER_FAULT_OWNER_START)
    try table.endAbandonedAttempts(at: Self.now)
    let store = ArtifactStore(folder: folder.artifacts)
    try store.removeLeftovers()
    for place in folder.exportFolders(of: loaded.name) { try Folder.removeLeftovers(in: place) }
    try plan(in: table, firstPlan, takingShare: takingShare)
    try reopenLost(in: store, table)
    espalier_fault_pass(ESPALIER_FAULT_OWNER_START)
    try body(owned, table)
  }

  /// The results folder as an absolute path without a slash at its end.
  var folderPath: String {
    let path = URL(filePath: grid.results.results).standardizedFileURL.path(percentEncoded: false)
    return path.count > 1 && path.hasSuffix("/") ? String(path.dropLast()) : path
  }

  private static var now: Double { Date().timeIntervalSince1970 }

  func say(_ text: String) {
    if options.output != .quiet { Terminal.note(text) }
  }

  /// To enter so many takes seconds.
  private static let manyRuns = 200_000

  /// Records the grid in the job table, unless it stands there unchanged.
  private func plan(in table: JobTable, _ firstPlan: Planning?, takingShare: Bool) throws {
    if try table.reader.isPlanned(loaded.name, hash: loaded.grid.hash) {
      if takingShare { try takeShare(of: nil, in: table) }
      return
    }
    let planning = try firstPlan ?? Planning(loaded, in: table.reader)
    try table.forgetShards(of: loaded.name)
    let runs = planning.summary.runs
    say(
      "\(loaded.name): \(CountText.of(runs.total, "run")) in "
        + "\(CountText.of(planning.summary.cells, "cell")): \(PlanText.diff(planning.summary))"
    )
    for kind in planning.summary.kinds where kind.sharing.stepsAlone > kind.sharing.steps {
      say(
        "  \(kind.kind): \(kind.sharing.steps) steps instead of \(kind.sharing.stepsAlone), "
          + "since runs share their way")
    }
    if runs.total >= Self.manyRuns { say("entering them into the job table") }
    let jobs = planning.jobs
    try table.record(planning.plan, as: loaded.name, at: Self.now) { isAssigned, take in
      try jobs(isAssigned).forEachJob(take)
    }
    try takeShare(of: planning, in: table)
  }

  /// Notes in the job table which share of the grid is run here, unless that stands there already.
  ///
  /// - Parameter planning: of the whole grid, where it was planned just now.
  private func takeShare(of planning: Planning?, in table: JobTable) throws {
    guard let shard else { return try table.forgetShards(of: loaded.name) }
    guard try table.reader.jobs(of: shard, in: loaded.name) == nil else { return }
    let planning = try planning ?? Planning(loaded, in: table.reader)
    let partition = ShardPartition(planning.tree, of: loaded.grid.program, into: shard.count)
    let share = ShardShare(
      partition, shard, share: partition.plan(of: shard, from: planning.plan), of: planning.plan)
    for line in share.lines { say("  " + line) }
    try table.recordShard(shard, of: loaded.name, stages: partition.stages(of: shard))
  }

  /// Opens again what the grid needs and whose artifacts are gone. One whose content is damaged is found
  /// where it is read, or by `verify`.
  private func reopenLost(in store: ArtifactStore, _ table: JobTable) throws {
    let lost = try table.reader.stagesWithoutArtifacts(in: loaded.name, store)
    if lost.isEmpty { return }
    say(
      "\(lost.count) stage\(lost.count == 1 ? "" : "s") whose artifacts are gone will be done again"
    )
    _ = try table.apply(lost.map { .stageReopened($0, neededBy: nil) })
  }

  private func reopen(_ cluster: String?, in table: JobTable) throws {
    let own = try shard.flatMap { try table.reader.jobs(of: $0, in: loaded.name) }
    let jobs = try table.reopenFailed(in: loaded.name, cluster: cluster, among: own)
    if jobs.isEmpty {
      let what = (shard.map { "shard \($0) of " } ?? "") + loaded.name
      if let cluster {
        throw CommandFailure(
          "\(what) has no failure cluster “\(cluster)”; `\(CommandLineText.program) status` lists them"
        )
      }
      say("\(what) has no failed runs")
    } else {
      say("\(CountText.of(jobs.count, "failed job")) will be tried again")
    }
  }

  /// What became of the runs that were tried again.
  private func tellOutcome(of retried: Set<RunID>, in table: JobTable) throws {
    var counts: [RunState: Int] = [:]
    try table.reader.forEachRun(in: loaded.name) { run in
      if retried.contains(run.id) { counts[run.state, default: 0] += 1 }
    }
    let open = counts[.pending, default: 0] + counts[.running, default: 0]
    say(
      "of \(CountText.of(retried.count, "run")) tried again, \(counts[.done, default: 0]) done and "
        + "\(counts[.failed, default: 0]) failed again" + (open > 0 ? ", \(open) still to do" : ""))
  }
}
