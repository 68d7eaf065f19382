/// What the live view shows, at one moment.
struct LiveState {
  struct Failure: Hashable {
    /// Seconds since the session began.
    let at: Double
    let label: String
    let message: String
  }

  /// The grid, with the share of it that is run.
  var title = ""
  var progress = ProgressState()
  /// Stages a second, smoothed, and the seconds that are left at that rate.
  var rate: Double?
  var remaining: Double?
  var history = RateHistory()
  /// Jobs that may run at once.
  var slots = 0
  /// `nil` while they are not known.
  var cells: CellFill?
  /// When they were looked at, in seconds since the session began; `nil` where they are followed.
  var cellsSeenAt: Double?
  /// The latest first.
  var failures: [Failure] = []
}
