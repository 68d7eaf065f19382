import Grid
import JobTable
import Scheduler

/// How far one stage has come, in its worker's words.
package struct StageProgress: Hashable, Sendable {
  package let stage: StageKey
  package let done: Int
  package let total: Int
  package let unit: String
  /// A word about it such as `loss 1.234`.
  package let note: String
}

/// A session at one moment.
package struct ExecutionSnapshot: Sendable {
  /// What one worker or program is doing.
  package struct Activity: Sendable {
    package let job: JobID
    package let attempt: Attempt
    /// The job in a few words.
    package let label: String
    /// Seconds since the attempt began.
    package let seconds: Double
    /// What it said last about the stage it is at.
    package let progress: StageProgress?
    /// Stages of the attempt that are completed, and how many it was told to do.
    package let stagesDone: Int
    package let stagesTotal: Int
  }

  /// Seconds since the session began.
  package let seconds: Double
  /// The jobs of this session; those done before it are not among them.
  package let jobs: Scheduler.Counts
  /// The grid's runs as last counted, which is done in the background and may lag a little.
  package let runs: GridCounts.Runs
  /// Stages completed in this session, those that will not be since their jobs failed in it, and those
  /// that were missing when it began.
  package let stagesDone: Int
  package let stagesFailed: Int
  package let stagesTotal: Int
  /// In the order of the jobs.
  package let activities: [Activity]
  /// How the session was asked to end, if it was.
  package let ending: ExecutionControl.Wish?
  /// What happened since the snapshot before.
  package let news: SessionNews
}
