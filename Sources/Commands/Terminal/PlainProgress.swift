import Glibc

/// Says now and then, in a plain line, how far a command has come that takes long.
final class PlainProgress {
  /// Seconds between two lines, and before the first.
  static let interval = 5.0

  private let now: () -> Double
  private let say: (String) -> Void
  private var next: Double

  /// - Parameters:
  ///   - now: seconds by a clock that never goes back.
  ///   - say: takes a line.
  init(
    now: @escaping () -> Double = PlainProgress.clock,
    say: @escaping (String) -> Void = { Terminal.note($0) }
  ) {
    self.now = now
    self.say = say
    next = now() + Self.interval
  }

  /// Says the text if it is time for a line; else it is not even made.
  func update(_ text: @autoclosure () -> String) {
    let time = now()
    guard time >= next else { return }
    say(text())
    next = time + Self.interval
  }

  static func clock() -> Double {
    var time = timespec()
    clock_gettime(CLOCK_MONOTONIC, &time)
    return Double(time.tv_sec) + Double(time.tv_nsec) * 1e-9
  }
}
