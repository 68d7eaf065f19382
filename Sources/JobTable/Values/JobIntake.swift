import Grid

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
