/// How long what a worker says may lie unread. One that has orders left need not be heard after each:
/// it is enough to hear of several at once, as long as it is sent more before it has done all.
struct ListeningPace {
  /// Results are recorded every other time.
  static let longest = Duration.milliseconds(250)
  /// It is not worth while for less.
  private static let shortest = Duration.milliseconds(2)
  /// So much fits into the worker's pipe with room to spare; a full one would stop it.
  private static let roomInPipe = 32 << 10

  private var began: SuspendingClock.Instant?
  private var bytes = 0
  private var answered = 0
  /// What one order took lately.
  private var perOrder: Duration?

  mutating func heard(_ bytes: Int) {
    self.bytes += bytes
  }

  mutating func orderAnswered() {
    answered += 1
  }

  /// - Parameter waiting: how many orders the worker has behind the one it is at.
  /// - Returns: zero where it has to be listened to.
  mutating func patience(at now: SuspendingClock.Instant, waiting: Int) -> Duration {
    guard let began else {
      self.began = now
      return .zero
    }
    let elapsed = began.duration(to: now)
    if answered > 0 { perOrder = elapsed / answered }
    guard let perOrder, waiting > 0 else { return .zero }
    var patience = min(perOrder * waiting * 3 / 4, Self.longest)
    if bytes > 0 { patience = min(patience, elapsed * Self.roomInPipe / bytes) }
    if answered > 0 {
      self.began = now
      (bytes, answered) = (0, 0)
    }
    return patience < Self.shortest ? .zero : patience
  }
}
