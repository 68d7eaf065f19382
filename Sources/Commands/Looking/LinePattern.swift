import Glibc

/// An extended regular expression of POSIX, as `grep -E` takes it, to hold against lines.
final class LinePattern {
  private var compiled = regex_t()

  /// - Throws: `CommandFailure` for what is no pattern.
  init(_ text: String, ignoresCase: Bool) throws {
    let flags = REG_EXTENDED | REG_NOSUB | (ignoresCase ? REG_ICASE : 0)
    let status = regcomp(&compiled, text, flags)
    guard status == 0 else {
      var message = [CChar](repeating: 0, count: 200)
      regerror(status, &compiled, &message, message.count)
      let reason = String(
        decoding: message.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
      throw CommandFailure(
        "“\(text)” is no pattern: \(reason). Patterns are those of grep -E; a backslash takes a "
          + "character for itself.")
    }
  }

  deinit { regfree(&compiled) }

  func matches(_ line: String) -> Bool {
    regexec(&compiled, line, 0, nil, 0) == 0
  }
}
