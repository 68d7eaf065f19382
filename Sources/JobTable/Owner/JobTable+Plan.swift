import GRDB
import Grid
import Keys

extension JobTable {
  /// Makes the grid what `plan` says: its runs in their order, their stages, and jobs for every stage
  /// that has none. A run that the grid had and has no more is kept as an orphan.
  ///
  /// - Parameters:
  ///   - plan: the expanded grid.
  ///   - grid: its results folder below `results/`, which is its identity.
  ///   - time: now, in seconds since 1970.
  ///   - jobs: called once with the stages of the plan that have a job already, of whichever grid and
  ///     in whatever state; returns jobs for the others. A stage of a returned job that has a job
  ///     already stays where it is.
  /// - Throws: `JobTableError`, and what `jobs` throws.
  /// - Complexity: O(runs + stages), about ten microseconds each.
  @discardableResult
  package func record(
    _ plan: Plan, as grid: String, at time: Double,
    jobs: (_ assigned: Set<StageKey>) throws -> [PlannedJob]
  ) throws -> PlanRecord {
    try transaction { db in
      var recording = PlanRecording(db: db, plan: plan)
      try recording.recordGrid(grid, at: time)
      try recording.findStages()
      try recording.insertJobs(try jobs(recording.assigned))
      try recording.insertStages()
      try recording.insertDependencies()
      try recording.recordRuns()
      try recording.recordNeededJobs()
      return recording.record
    }
  }
}
