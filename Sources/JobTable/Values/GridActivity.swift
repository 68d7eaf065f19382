/// What is going on in a grid's jobs.
package struct GridActivity: Hashable, Sendable {
  /// When the attempts began that are not over, in seconds since 1970.
  package var runningSince: [Double] = []
  /// Results since the instant that was asked for.
  package var completed = 0
  /// When the first of them was begun, in seconds since 1970; `nil` without results.
  package var firstBegan: Double?

  /// Attempts that are not over.
  package var running: Int { runningSince.count }
}
