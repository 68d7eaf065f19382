/// How far a run has come; the `state` column of `runs.csv`.
package enum RunState: String, Hashable, Sendable, Codable, CaseIterable {
  /// Some of its stages are still to be done.
  case pending
  /// A job of its stages is at work.
  case running
  /// All its stages are done.
  case done
  /// A job that it needs failed for good.
  case failed
}
