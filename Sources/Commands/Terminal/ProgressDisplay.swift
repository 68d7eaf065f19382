import Execution
import Glibc
import Synchronization

/// Shows progress on standard error: a view that is drawn over itself on a terminal that is large enough, a
/// bar of one line on a smaller one, a plain line every ten seconds elsewhere.
final class ProgressDisplay: Sendable {
  private static let plainInterval = 10.0

  private struct Shown {
    var model: LiveModel
    var nextPlain = ProgressDisplay.plainInterval
    var hasToldOfEnding = false
    /// What stands on the screen.
    var frame: ScreenFrame?
  }

  private let isTerminal = Terminal.errorMovesCursor
  private let hasColours = Terminal.errorHasColours
  private let shown: Mutex<Shown>

  init(_ subject: LiveModel.Subject) {
    shown = Mutex(Shown(model: LiveModel(subject)))
  }

  func update(_ snapshot: ExecutionSnapshot) {
    shown.withLock { shown in
      shown.model.observe(snapshot, showsCells: isTerminal)
      let progress = shown.model.state.progress
      if isTerminal {
        let size = Terminal.errorSize
        let lines = Self.lines(shown.model, columns: size.columns, rows: size.rows)
        Terminal.write(
          ScreenFrame.drawing(
            lines, over: shown.frame, columns: size.columns, colours: hasColours),
          to: STDERR_FILENO)
        shown.frame = ScreenFrame(lines)
      } else if let words = ProgressLine.endingText(progress) {
        // Once, and at once.
        if !shown.hasToldOfEnding { Terminal.note(words) }
        shown.hasToldOfEnding = true
      } else if progress.elapsed >= shown.nextPlain {
        Terminal.note(shown.model.text(progress))
        shown.nextPlain = progress.elapsed + Self.plainInterval
      }
    }
  }

  private static func lines(_ model: LiveModel, columns: Int, rows: Int) -> [StyledLine] {
    guard columns >= LiveView.smallestWidth, rows >= LiveView.smallestHeight else {
      return [StyledLine(model.bar(model.state.progress, width: columns)).cut(to: columns - 1)]
    }
    return LiveView(model.state, columns: columns, rows: rows).lines
  }

  /// Takes away what was drawn: the screen is as it was before.
  func clear() {
    shown.withLock { shown in
      if let frame = shown.frame {
        Terminal.write(frame.removal(columns: Terminal.errorSize.columns), to: STDERR_FILENO)
      }
      shown.frame = nil
    }
  }
}
