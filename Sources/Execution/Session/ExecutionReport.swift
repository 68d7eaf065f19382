import Scheduler

/// How a session went.
package struct ExecutionReport: Hashable, Sendable {
  package enum Outcome: Hashable, Sendable {
    /// Every job is done or has failed for good.
    case finished
    /// More jobs failed than the settings allow; the rest was not started.
    case tooManyFailures
    /// The user asked for an orderly end.
    case drained
    /// The user asked for an end at once.
    case stopped
    /// Results can no longer be kept; the sentence says why and what to do.
    case storeFailed(String)
    /// No worker comes up; the sentence says what the last one died of.
    case workersDoNotStart(String)
  }

  package let outcome: Outcome
  /// The jobs of this session by their state at its end; those done before it are not among them.
  package let jobs: Scheduler.Counts
  /// Stages completed in this session.
  package let stages: Int
  /// Seconds that the session took.
  package let seconds: Double
}
