import GRDB
import Grid

extension JobTableReader {
  /// How many runs, jobs and stages of the grid are in which state.
  ///
  /// - Complexity: O(runs + stages), about a microsecond each.
  package func counts(for grid: String) throws -> GridCounts {
    try read { db in
      let grid = try db.gridID(grid)
      var counts = GridCounts()
      try db.forEachRunState(in: grid, running: running(db)) { state in
        switch state {
        case .pending: counts.runs.pending += 1
        case .running: counts.runs.running += 1
        case .done: counts.runs.done += 1
        case .failed: counts.runs.failed += 1
        }
      }
      counts.runs.orphaned =
        try db.first(
          "SELECT count(*) FROM run WHERE grid_id = ? AND position IS NULL", .integer(grid),
          value: { $0.int(0) }) ?? 0
      counts.jobs = try db.jobCounts(grid, isOwned: isOwned)
      counts.stages = try db.stageCounts(grid)
      return counts
    }
  }

  /// The jobs that are being worked on.
  func running(_ db: Database) throws -> Set<JobID> {
    guard isOwned else { return [] }
    return Set(
      try db.all("SELECT job_id FROM attempt WHERE outcome IS NULL", value: { $0.job(0) }))
  }
}

extension Database {
  fileprivate func forEachRunState(
    in grid: Int64, running: Set<JobID>, _ body: (RunState) -> Void
  ) throws {
    var current: Int64?
    var state = RunStateBuilder()
    try forEach(
      """
      SELECT r.id, s.state, s.job_id
      FROM run r JOIN run_stage rs ON rs.run_id = r.id JOIN stage s ON s.id = rs.stage_id
      WHERE r.grid_id = ? AND r.position IS NOT NULL ORDER BY r.position
      """,
      .integer(grid)
    ) { row in
      if row.integer(0) != current {
        if current != nil { body(state.state) }
        current = row.integer(0)
        state = RunStateBuilder()
      }
      state.add(try row.stageState(1), isRunning: running.contains(row.job(2)))
    }
    if current != nil { body(state.state) }
  }

  fileprivate func jobCounts(_ grid: Int64, isOwned: Bool) throws -> GridCounts.Jobs {
    var jobs = GridCounts.Jobs()
    try forEach(
      """
      SELECT j.state,
        EXISTS (SELECT 1 FROM attempt a WHERE a.job_id = j.id AND a.outcome IS NULL),
        EXISTS (SELECT 1 FROM job_dependency d JOIN job r ON r.id = d.requires_id
          WHERE d.job_id = j.id AND r.state <> 1)
      FROM grid_job g JOIN job j ON j.id = g.job_id WHERE g.grid_id = ?
      """,
      .integer(grid)
    ) { row in
      switch (try row.stageState(0), isOwned && row.int(1) == 1, row.int(2) == 1) {
      case (.done, _, _): jobs.done += 1
      case (.failed, _, _): jobs.failed += 1
      case (.open, true, _): jobs.running += 1
      case (.open, false, true): jobs.waiting += 1
      case (.open, false, false): jobs.ready += 1
      }
    }
    return jobs
  }

  fileprivate func stageCounts(_ grid: Int64) throws -> [GridCounts.Stages] {
    var stages: [GridCounts.Stages] = []
    try forEach(
      """
      SELECT s.kind, sum(s.state = 0), sum(s.state = 1), sum(s.state = 2)
      FROM grid_job g JOIN stage s ON s.job_id = g.job_id WHERE g.grid_id = ?
      GROUP BY s.kind ORDER BY s.kind
      """,
      .integer(grid)
    ) { row in
      stages.append(
        GridCounts.Stages(
          kind: row.text(0), open: row.int(1), done: row.int(2), failed: row.int(3)))
    }
    return stages
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
