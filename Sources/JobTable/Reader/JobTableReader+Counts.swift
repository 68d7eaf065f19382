import GRDB
import Grid

extension JobTableReader {
  /// How many runs and stages of the grid are in which state; `withJobs` tells the same of jobs.
  ///
  /// - Complexity: O(jobs that run and their runs), since tallies are kept; with jobs O(jobs of all
  ///   grids that are not done), as which of them are ready is not kept.
  package func counts(for grid: String, withJobs: Bool = false) throws -> GridCounts {
    try read { db in
      let grid = try db.gridID(grid)
      let tallies = try db.tallies(of: grid)
      let total =
        try db.first("SELECT runs FROM grid WHERE id = ?", .integer(grid), value: { $0.int(0) })
        ?? 0
      var counts = GridCounts()
      counts.runs.done = tallies.runsDone
      counts.runs.failed = tallies.runsFailed
      counts.runs.orphaned = tallies.orphans
      counts.runs.running = isOwned ? try db.runningRuns(of: grid) : 0
      counts.runs.pending =
        total - counts.runs.done - counts.runs.failed - counts.runs.running
      counts.stages = tallies.stages.map {
        GridCounts.Stages(kind: $0.kind, open: $0.open, done: $0.done, failed: $0.failed)
      }
      if withJobs {
        counts.jobs = try db.unfinishedJobs(of: grid, isOwned: isOwned)
        counts.jobs.done = tallies.jobsDone
        counts.jobs.failed = tallies.jobsFailed
      }
      return counts
    }
  }

  /// The jobs that are being worked on.
  func running(_ db: Database) throws -> Set<JobID> {
    guard isOwned else { return [] }
    return Set(
      try db.all(
        "SELECT job_id FROM attempt WHERE outcome IS NULL AND begun = 1", value: { $0.job(0) }))
  }
}

extension Database {
  /// The runs of which a stage is being computed, and that have none that failed.
  fileprivate func runningRuns(of grid: Int64) throws -> Int {
    try first(
      """
      WITH
        computed (id, run_id) AS MATERIALIZED (
          SELECT s.id, s.run_id FROM attempt a INDEXED BY attempt_running
            CROSS JOIN stage s ON s.job_id = a.job_id
          WHERE a.outcome IS NULL AND a.begun = 1 AND s.state = 0),
        concerned (id) AS (
          SELECT run_id FROM computed
          UNION SELECT sr.run_id FROM computed CROSS JOIN stage_run sr ON sr.stage_id = computed.id)
      SELECT count(*) FROM concerned CROSS JOIN run r ON r.id = concerned.id
      WHERE r.grid_id = ? AND r.position IS NOT NULL AND r.failed = 0
      """,
      .integer(grid), value: { $0.int(0) }) ?? 0
  }

  /// The open jobs that the grid needs, by what they wait for.
  fileprivate func unfinishedJobs(of grid: Int64, isOwned: Bool) throws -> GridCounts.Jobs {
    var jobs = GridCounts.Jobs()
    try forEach(
      """
      SELECT
        EXISTS (SELECT 1 FROM attempt a WHERE a.job_id = n.id AND a.outcome IS NULL AND a.begun = 1),
        EXISTS (SELECT 1 FROM job_dependency d JOIN job r ON r.id = d.requires_id
          WHERE d.job_id = n.id AND r.state <> 1)
      FROM (
        \(NeededJobs.unfinished)) AS n
      WHERE n.state = 0
      """,
      .integer(grid)
    ) { row in
      switch (isOwned && row.int(0) == 1, row.int(1) == 1) {
      case (true, _): jobs.running += 1
      case (false, true): jobs.waiting += 1
      case (false, false): jobs.ready += 1
      }
    }
    return jobs
  }
}

/// The state of a run from those of its stages.
struct RunStateBuilder {
  private var hasFailed = false
  private var hasOpen = false
  private var isRunning = false

  mutating func add(_ stage: StageState, isRunning: Bool) {
    switch stage {
    case .done: break
    case .failed: hasFailed = true
    case .open:
      hasOpen = true
      self.isRunning = self.isRunning || isRunning
    }
  }

  var state: RunState {
    if hasFailed { return .failed }
    if isRunning { return .running }
    return hasOpen ? .pending : .done
  }
}
