import Grid

/// An unfinished job as the scheduler needs to know it.
package struct JobWork: Hashable, Sendable {
  package let job: JobID
  /// A few words for people.
  package let label: String
  /// The jobs that must be done first and are not, in ascending order. Each is itself part of the
  /// work, open or failed.
  package let requires: [JobID]
  /// The last attempt issued; `nil` before the first.
  package let lastAttempt: Attempt?
  /// Failed attempts since the job was made or last reopened by `retry`.
  package let failures: Int
  /// Lost attempts since a stage of the job was last completed.
  package let losses: Int
  /// Whether it failed for good in an earlier session. It is tried again only after a `retry`.
  package let hasFailed: Bool
  /// Its stages, and how many of them are not done.
  package let stages: Int
  package let missingStages: Int
}
