/// How far a stage has come.
package enum StageState: Int, Hashable, Sendable, CaseIterable {
  /// Still to be done, or being done.
  case open = 0
  /// It has its result.
  case done = 1
  /// The job that it belongs to failed for good.
  case failed = 2
}
