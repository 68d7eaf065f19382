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

  mutating func note(_ change: Change, labels: [JobID: String], seconds: Double) {
    switch change {
    case .stageCompleted(_, _, let result, _, _): completed.append(result.stage)
    case .jobFailed(let job, let failure, _):
      failures.append(
        JobFailed(
          job: job, label: labels[job] ?? "job \(job)", failure: failure, seconds: seconds))
    default: break
    }
  }
}
