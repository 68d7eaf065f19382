import Glibc
import Synchronization

/// Standard output and standard error, and what is known of them.
enum Terminal {
  /// Whether standard error is a terminal on which lines can be drawn over.
  static var errorMovesCursor: Bool {
    isatty(STDERR_FILENO) == 1 && variable("TERM") != "dumb"
  }

  /// Whether it may have colours: `NO_COLOR`, if it says anything, says no (no-color.org).
  static var errorHasColours: Bool { errorMovesCursor && variable("NO_COLOR").isEmpty }

  /// The size of the terminal behind standard error now; 80 by 24 where it does not say.
  static var errorSize: (columns: Int, rows: Int) {
    var size = winsize()
    guard ioctl(STDERR_FILENO, UInt(TIOCGWINSZ), &size) == 0, size.ws_col > 0, size.ws_row > 0
    else {
      return (80, 24)
    }
    return (Int(size.ws_col), Int(size.ws_row))
  }

  private static func variable(_ name: String) -> String {
    getenv(name).map { String(cString: $0) } ?? ""
  }

  static var outputIsTerminal: Bool { isatty(STDOUT_FILENO) == 1 }

  /// The width of the terminal behind standard error or standard output in columns; 100 where
  /// there is none, so that a file reads well.
  static var width: Int {
    var size = winsize()
    for descriptor in [STDOUT_FILENO, STDERR_FILENO]
    where ioctl(descriptor, UInt(TIOCGWINSZ), &size) == 0 && size.ws_col > 0 {
      return Int(size.ws_col)
    }
    return 100
  }

  /// Why standard output is not whole (errno), if it is not; 0 where it is. A reader that has gone away
  /// (a closed pipe) has all that it wanted.
  static var outputError: Int32 { lastOutputError.load(ordering: .relaxed) }
  private static let lastOutputError = Atomic<Int32>(0)

  /// Writes all of `text`, or as much as can be: see `outputError`.
  static func write(_ text: String, to descriptor: Int32) {
    if descriptor == STDOUT_FILENO, outputError != 0 { return }
    var text = text
    text.withUTF8 { buffer in
      var offset = 0
      while offset < buffer.count {
        let count = Glibc.write(descriptor, buffer.baseAddress! + offset, buffer.count - offset)
        if count < 0 && errno == EINTR { continue }
        if count < 0 && errno == EAGAIN {
          // Whoever started the program may have left it so.
          var room = pollfd(fd: descriptor, events: Int16(POLLOUT), revents: 0)
          _ = poll(&room, 1, -1)
          continue
        }
        if count < 0, descriptor == STDOUT_FILENO, errno != EPIPE {
          lastOutputError.store(errno, ordering: .relaxed)
        }
        if count <= 0 { return }
        offset += count
      }
    }
  }

  static func print(_ text: String) { write(text + "\n", to: STDOUT_FILENO) }

  /// A message about the work itself: to standard error, so that results can be piped.
  static func note(_ text: String) { write(text + "\n", to: STDERR_FILENO) }
}
