import Grid

/// A job with everything that came of it: what one table can tell another.
package struct JobHistory: Hashable, Sendable {
  /// In the table that tells.
  package let job: JobID
  /// Its stages in the order of their computation.
  package let stages: [StageKey]
  /// Why it failed for good, and when; `nil` for any other job.
  package let failure: JobFailure?
  /// All attempts at it, and those of other jobs that completed a stage of it, by job and number.
  package let attempts: [AttemptRecord]
  /// The results of its stages that are done, in the order of computation.
  package let results: [RecordedResult]
}

/// Why and when a job failed for good.
package struct JobFailure: Hashable, Sendable {
  package let failure: Failure
  /// Seconds since 1970.
  package let at: Double

  package init(failure: Failure, at: Double) {
    self.failure = failure
    self.at = at
  }
}

/// An accepted result with the attempt that it came from.
package struct RecordedResult: Hashable, Sendable {
  package let result: StageResult
  package let job: JobID
  package let attempt: Attempt
  /// Seconds since 1970.
  package let completedAt: Double
}

/// Where a table has a stage.
package struct StagePlace: Hashable, Sendable {
  package let job: JobID
  package let state: StageState
}

/// What a job of this table is to take over from another table.
package struct JobIntake: Hashable, Sendable {
  /// An attempt that was made elsewhere.
  package struct AttemptIntake: Hashable, Sendable {
    /// As the other table has it.
    package let record: AttemptRecord
    /// Where its log lies in this folder; `nil` when it left none.
    package let log: String?
    /// What it completed that is missing here.
    package let results: [RecordedResult]

    package init(record: AttemptRecord, log: String?, results: [RecordedResult]) {
      self.record = record
      self.log = log
      self.results = results
    }
  }

  /// In this table.
  package let job: JobID
  /// Attempts that this table does not have, in the order in which they are to be numbered.
  package let attempts: [AttemptIntake]
  /// Results that came from attempts which this table has already.
  package let laterResults: [LaterResult]
  /// Set when the job failed for good elsewhere and is to be failed here.
  package let failure: JobFailure?

  package struct LaterResult: Hashable, Sendable {
    /// Its number in this table.
    package let attempt: Attempt
    package let result: RecordedResult

    package init(attempt: Attempt, result: RecordedResult) {
      self.attempt = attempt
      self.result = result
    }
  }

  package init(
    job: JobID, attempts: [AttemptIntake], laterResults: [LaterResult], failure: JobFailure?
  ) {
    self.job = job
    self.attempts = attempts
    self.laterResults = laterResults
    self.failure = failure
  }

  package var isEmpty: Bool { attempts.isEmpty && laterResults.isEmpty && failure == nil }
}

extension StageResult {
  /// What this result of a stage and another one of the same stage disagree on; `nil` when they do not.
  /// An artifact that only one of them kept is no disagreement.
  package func contradiction(to recorded: StageResult) -> Contradiction? {
    let names = Set(metrics.keys).union(recorded.metrics.keys).sorted()
    for name in names where metrics[name] != recorded.metrics[name] {
      return .metric(name, recorded: recorded.metrics[name], reported: metrics[name])
    }
    for artifact in artifacts {
      guard let other = recorded.artifacts.first(where: { $0.kind == artifact.kind }),
        other.sha256 != artifact.sha256
      else { continue }
      return .artifact(kind: artifact.kind, recorded: other.sha256, reported: artifact.sha256)
    }
    return nil
  }
}
