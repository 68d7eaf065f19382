import Artifacts

/// The orders that one worker was sent: what it says belongs into the log of the one it is at.
struct SentOrders {
  /// Those that are not answered, in the order in which they were sent.
  private var open: [LogName] = []
  private var lastAnswered: LogName?

  /// How many wait behind the one that the worker is at.
  var waiting: Int { max(open.count - 1, 0) }

  /// The log of the order that the worker is at, or was at last; `nil` before the first.
  var log: LogName? { open.first ?? lastAnswered }

  mutating func send(_ log: LogName) {
    open.append(log)
  }

  /// The worker is done with the order it was at.
  mutating func answered() {
    guard !open.isEmpty else { return }
    lastAnswered = open.removeFirst()
  }

  /// The worker gives back so many of the last.
  mutating func recalled(_ count: Int) {
    open.removeLast(min(count, open.count))
  }
}
