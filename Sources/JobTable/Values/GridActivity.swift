/// What is going on in a grid's jobs.
package struct GridActivity: Hashable, Sendable {
  /// Of the attempts that are not over: since when each has been at what it does now, in seconds since
  /// 1970. That is its last result, else its beginning.
  package var runningSince: [Double] = []
  /// Results since the instant that was asked for.
  package var completed = 0
  /// When the first of them was begun, in seconds since 1970; `nil` without results.
  package var firstBegan: Double?

  /// The latest attempts that completed their jobs, and what they took.
  package var latest: [CompletedAttempt] = []

  package init() {}

  /// Attempts that are not over.
  package var running: Int { runningSince.count }
}

/// What an attempt took that completed its job.
package struct CompletedAttempt: Hashable, Sendable {
  /// Seconds from its beginning to its end.
  package let seconds: Double
  /// The stages that it completed, at least one.
  package let stages: Int
  /// Seconds of these stages.
  package let stageSeconds: Double

  package init(seconds: Double, stages: Int, stageSeconds: Double) {
    self.seconds = seconds
    self.stages = stages
    self.stageSeconds = stageSeconds
  }
}
