import Grid

/// What recording a plan did: the grid as a difference to what the table held.
package struct PlanRecord: Hashable, Sendable {
  /// Runs that the grid did not have before.
  package var newRuns = 0
  /// Runs that it had and keeps.
  package var keptRuns = 0
  /// Runs that it had and has no more.
  package var orphanedRuns = 0
  /// Stages that no grid had before.
  package var newStages = 0
  /// Stages that were known, by their state.
  package var doneStages = 0
  package var openStages = 0
  package var failedStages = 0
  /// Jobs that were made.
  package var newJobs = 0
}
