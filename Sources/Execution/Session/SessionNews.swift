import Grid
import JobTable

/// What happened in a session since its last snapshot.
package struct SessionNews: Sendable {
  /// A job that failed for good.
  package struct JobFailed: Sendable {
    package let job: JobID
    package let label: String
    package let failure: Failure
    /// Seconds since the session began.
    package let seconds: Double
  }

  package private(set) var completed: [StageKey] = []
  package private(set) var failures: [JobFailed] = []

  package init() {}

  /// - Parameters:
  ///   - label: the job in a few words, where they are known.
  ///   - seconds: since the session began.
  mutating func note(_ change: Change, label: (JobID) -> String?, seconds: () -> Double) {
    switch change {
    case .stageCompleted(_, _, let result, _, _): completed.append(result.stage)
    case .jobFailed(let job, let failure, _):
      failures.append(
        JobFailed(
          job: job, label: label(job) ?? "job \(job)", failure: failure, seconds: seconds()))
    default: break
    }
  }
}
