/// What is going on in a grid's jobs.
package struct GridActivity: Hashable, Sendable {
  /// Attempts that are not over.
  package var running = 0
  /// Results since the instant that was asked for.
  package var completed = 0
  /// When the first of them was begun, in seconds since 1970; `nil` without results.
  package var firstBegan: Double?
}
