/// How an attempt ended.
package enum AttemptOutcome: Hashable, Sendable, Codable {
  /// All its stages are done.
  case completed
  /// It failed; tried again up to `retries` times.
  case failed(Failure)
  /// Its process died by this signal, which we did not send; tried again up to the crash limit.
  case lost(signal: Int32)
  /// It asked for another try that is not counted (exit status 75).
  case again
  /// We ended it because the user stopped the run, or its owner died; not counted.
  case stopped
  /// It found that an artifact it needs is gone; its parent is done again first; not counted.
  case artifactLost(stage: StageKey)
}
