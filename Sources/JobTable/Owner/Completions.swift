import GRDB
import Grid

/// Counts the stages and jobs that are completed in one transaction, so that the tallies are written
/// once for all of them: a row that every result changes costs as much as the result itself.
///
/// Everything else that changes a state is counted by triggers, and takes back what was counted here;
/// so this is to be recorded before it.
struct Completions {
  private struct Kind: Hashable {
    let grid: Int64
    let kind: String
  }

  private struct Slot: Hashable {
    let grid: Int64
    let slot: Int
  }

  private struct Counts {
    var done = 0
    /// How many of them had failed before.
    var failedBefore = 0

    mutating func add(_ state: StageState) {
      done += 1
      if state == .failed { failedBefore += 1 }
    }
  }

  private var stages: [Kind: Counts] = [:]
  private var jobs: [Int64: Counts] = [:]
  private var pace: [Slot: (results: Int, began: Double)] = [:]

  /// - Parameters:
  ///   - state: that of the stage before it was done.
  ///   - seconds: how long it took.
  ///   - time: now, in seconds since 1970.
  ///   - job: the state before of the job that is complete with it; `nil` if none is.
  mutating func add(
    _ kind: String, from state: StageState, grid: Int64, seconds: Double, at time: Double,
    completing job: StageState?
  ) {
    stages[Kind(grid: grid, kind: kind), default: Counts()].add(state)
    if let job { jobs[grid, default: Counts()].add(job) }
    let slot = Slot(grid: grid, slot: Int(time / 10))
    let known = pace[slot] ?? (0, .infinity)
    pace[slot] = (known.results + 1, min(known.began, time - seconds))
  }

  /// Writes what was counted, and counts anew.
  mutating func record(in db: Database) throws {
    if stages.isEmpty { return }
    for (key, counts) in stages {
      try db.run(
        """
        UPDATE stage_tally SET open = open - ?1 + ?2, done = done + ?1, failed = failed - ?2
        WHERE grid_id = ?3 AND kind = ?4
        """,
        .integer(counts.done), .integer(counts.failedBefore), .integer(key.grid),
        .text(key.kind))
    }
    for (grid, counts) in jobs {
      try db.run(
        """
        UPDATE grid_tally SET jobs_done = jobs_done + ?, jobs_failed = jobs_failed - ?
        WHERE grid_id = ?
        """,
        .integer(counts.done), .integer(counts.failedBefore), .integer(grid))
    }
    for (key, counted) in pace {
      try db.run(
        """
        INSERT INTO pace (grid_id, slot, results, began) VALUES (?, ?, ?, ?)
        ON CONFLICT (grid_id, slot) DO UPDATE SET results = results + excluded.results,
          began = min(began, excluded.began)
        """,
        .integer(key.grid), .integer(key.slot), .integer(counted.results), .real(counted.began))
    }
    self = Completions()
  }
}
