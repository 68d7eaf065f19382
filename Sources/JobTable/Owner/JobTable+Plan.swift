import Grid
import Keys

extension JobTable {
  /// From so many stages on, references are not looked up one by one.
  static let bulk = 5_000

  /// Records the grid as what `plan` says: its runs in their order, their stages, and jobs for every stage
  /// that has none. A run that the grid had and has no more is kept as an orphan.
  ///
  /// - Parameters:
  ///   - plan: the expanded grid.
  ///   - grid: its results folder below `results/`, which is its identity.
  ///   - time: now, in seconds since 1970.
  ///   - jobs: called once, on another thread. By stage of the plan it is told whether the stage has a
  ///     job already, of whichever grid and in whatever state (nothing, where none has); it hands jobs
  ///     for the others to its second parameter. A stage of such a job that has a job already stays
  ///     where it is.
  /// - Throws: `JobTableError`, and what `jobs` throws.
  /// - Complexity: O(runs + stages), about five microseconds each in an empty table.
  @discardableResult
  package func record(
    _ plan: Plan, as grid: String, at time: Double,
    placing jobs:
      @escaping @Sendable (_ isAssigned: [Bool], _ take: (PlacedJob) throws -> Void) throws -> Void
  ) throws -> PlanRecord {
    try transaction(checkingReferences: plan.stages.count < Self.bulk) { db in
      var recording = PlanRecording(db: db, plan: plan)
      try recording.recordGrid(grid, at: time)
      try recording.findStages()
      let jobs = recording.placedJobs(jobs)
      defer { jobs.close() }
      var runs = try RunRecording(db, plan, grid: recording.grid)
      defer { runs.close() }
      try recording.record(&runs)
      let byKey = recording.newStagesByKey()
      defer { byKey.close() }
      try recording.insertJobs(jobs)
      let firstRuns = try runs.firstRuns()
      try recording.insertStages(firstRuns: firstRuns, byKey: byKey)
      try recording.insertDependencies()
      try recording.recordStages(of: runs, firstRuns: firstRuns)
      try recording.recordNeededJobs()
      return recording.record
    }
  }

  /// The same with jobs that name their stages by keys.
  @discardableResult
  package func record(
    _ plan: Plan, as grid: String, at time: Double,
    jobs: @escaping @Sendable (_ assigned: Set<StageKey>) throws -> [PlannedJob]
  ) throws -> PlanRecord {
    try record(plan, as: grid, at: time) { isAssigned, take in
      let assigned = plan.stages.indices.filter { !isAssigned.isEmpty && isAssigned[$0] }
      func place(_ key: StageKey) throws -> Int32 {
        guard let place = plan.stages.index(of: key) else {
          throw JobTableError.brokenPlan("a job has a stage that the plan does not have")
        }
        return Int32(place)
      }
      for job in try jobs(Set(assigned.map { plan.stages.key(at: $0) })) {
        try take(
          PlacedJob(
            stages: job.stages.map(place), requires: job.requires.map(place), label: job.label))
      }
    }
  }
}
