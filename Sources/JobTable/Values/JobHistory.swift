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
