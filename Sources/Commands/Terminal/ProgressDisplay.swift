import Glibc
import Synchronization

/// Shows progress on standard error: a bar that is drawn over itself on a terminal, a plain line
/// every ten seconds elsewhere.
final class ProgressDisplay: Sendable {
  private static let plainInterval = 10.0

  private struct Shown: Sendable {
    var line = ProgressLine()
    var nextPlain = ProgressDisplay.plainInterval
    var isDrawn = false
  }

  private let isTerminal = Terminal.errorIsTerminal
  private let shown = Mutex(Shown())

  func update(_ state: ProgressState) {
    shown.withLock { shown in
      shown.line.observe(state)
      if isTerminal {
        let bar = shown.line.bar(state, width: Terminal.width)
        Terminal.write("\r\u{1B}[K" + bar, to: STDERR_FILENO)
        shown.isDrawn = true
      } else if state.elapsed >= shown.nextPlain {
        Terminal.note(shown.line.text(state))
        shown.nextPlain = state.elapsed + Self.plainInterval
      }
    }
  }

  /// Takes the bar away.
  func clear() {
    shown.withLock { shown in
      if shown.isDrawn { Terminal.write("\r\u{1B}[K", to: STDERR_FILENO) }
      shown.isDrawn = false
    }
  }
}
