import Grid

/// An invariant of the job table that does not hold.
package enum IntegrityFinding: Hashable, Sendable {
  /// SQLite's own check of pages and indexes; in its words. Nothing else is checked then.
  case pages(String)
  /// A row refers to a row that is not there.
  case reference(table: String, row: Int64?, to: String)
  /// A stage, a trajectory or a run is not found by its key, or what is found there is another.
  case lookup(table: String, row: Int64)
  /// A stage counts as done and has no result.
  case doneWithoutResult(StageKey)
  /// A stage has a result and does not count as done.
  case resultOfUndone(StageKey)
  /// A stage is not what its key says.
  case stage(row: Int64, detail: String)
  /// A result is not what was recorded.
  case result(StageKey)
  /// A run's id is not that of its parameters, or its axis values or stages are not what was
  /// recorded.
  case run(grid: String, run: String, detail: String)
  /// A grid has not all its runs, or they are not numbered from 0 without gaps.
  case positions(grid: String, expected: Int, found: Int, last: Int)
  /// A job's state contradicts the states of its stages.
  case job(JobID, state: StageState, open: Int, done: Int, failed: Int)
  /// A job's attempts are not numbered from 1 without gaps.
  case attempts(JobID, count: Int, last: Int)
  /// An attempt counts as running though the table has no owner.
  case abandonedAttempt(JobID, Attempt)
  /// A grid needs the job and does not know it.
  case neededJob(grid: String, JobID)
  /// These jobs wait for each other.
  case circle([JobID])
  /// A state of a trajectory stands before a stage that it is computed from.
  case parent(StageKey)
  /// Counts that are kept are not those of the rows.
  case tally(Tally)

  /// What is counted.
  package enum Tally: Hashable, Sendable {
    /// The grid's runs, jobs or stages by state.
    case grid(String)
    /// The stages that a job lacks.
    case job(JobID)
    /// The stages that a run lacks.
    case run(String)
    /// By stage, the runs that it belongs to.
    case stages(ofRun: String)
  }
}

extension IntegrityFinding: CustomStringConvertible {
  /// What is wrong, where, and what to do about it.
  package var description: String {
    switch self {
    case .pages(let detail):
      "SQLite finds the file damaged: \(detail). \(Self.restore)"
    case .reference(let table, let row, let parent):
      "\(table) row \(row.map(String.init) ?? "?") refers to a missing \(parent). \(Self.restore)"
    case .lookup(let table, let row):
      "\(table) row \(row) is not found by its key. \(Self.restore)"
    case .doneWithoutResult(let stage):
      "Stage \(stage.short) counts as done and has no result. \(Self.restore)"
    case .resultOfUndone(let stage):
      "Stage \(stage.short) has a result and does not count as done. \(Self.restore)"
    case .stage(let row, let detail):
      "Stage row \(row) is damaged: \(detail). \(Self.restore)"
    case .result(let stage):
      "The result of stage \(stage.short) is not what was recorded. \(Self.restore)"
    case .run(let grid, let run, let detail):
      "Run \(run) of \(grid) is damaged: \(detail). \(Self.restore)"
    case .positions(let grid, let expected, let found, let last):
      "\(grid) has \(found) runs, the last with number \(last), instead of \(expected). "
        + Self.restore
    case .job(let job, let state, let open, let done, let failed):
      "Job \(job) counts as \(state), with \(open) stages open, \(done) done and \(failed) failed. "
        + Self.restore
    case .attempts(let job, let count, let last):
      "Job \(job) has \(count) attempts, the last with number \(last). \(Self.restore)"
    case .abandonedAttempt(let job, let attempt):
      "Attempt \(attempt) at job \(job) counts as running and no owner is at work. "
        + "`espalier run` with its grid puts that right."
    case .neededJob(let grid, let job):
      "\(grid) needs job \(job) and does not know it. \(Self.restore)"
    case .parent(let stage):
      "Stage \(stage.short) comes before a stage that it is computed from. \(Self.restore)"
    case .tally(.grid(let name)):
      "The counts of \(name) are not those of its runs, jobs and stages. \(Self.restore)"
    case .tally(.job(let job)):
      "Job \(job) counts other stages as missing than it lacks. \(Self.restore)"
    case .tally(.run(let run)):
      "Run \(run) counts other stages as missing than it lacks. \(Self.restore)"
    case .tally(.stages(let run)):
      "Run \(run) is not on record with all its stages, or with others. \(Self.restore)"
    case .circle(let jobs):
      "These jobs wait for each other: \(jobs.map(\.description).joined(separator: ", ")). "
        + Self.restore
    }
  }

  private static let restore =
    "Put a copy of the job table back, or move it away and run its grids again."
}
