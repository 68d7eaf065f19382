import Glibc

/// Shows progress on standard error: a bar that is drawn over itself on a terminal, a plain line
/// every ten seconds elsewhere.
final class ProgressDisplay {
  private static let plainInterval = 10.0

  private let isTerminal = Terminal.errorIsTerminal
  private var line = ProgressLine()
  private var nextPlain = plainInterval
  private var drawn = false

  func update(_ state: ProgressState) {
    line.observe(state)
    if isTerminal {
      Terminal.write("\r\u{1B}[K" + line.bar(state, width: Terminal.width), to: STDERR_FILENO)
      drawn = true
    } else if state.elapsed >= nextPlain {
      Terminal.note(line.text(state))
      nextPlain = state.elapsed + Self.plainInterval
    }
  }

  /// Says something between two updates.
  func say(_ text: String) {
    clear()
    Terminal.note(text)
  }

  func clear() {
    if drawn { Terminal.write("\r\u{1B}[K", to: STDERR_FILENO) }
    drawn = false
  }
}
