/// The end of what was said, for messages.
struct LogTail {
  private let kept: Int
  private var last: [UInt8] = []

  /// - Parameter kept: so many bytes of the end at least.
  init(keeping kept: Int = 2000) {
    self.kept = kept
  }

  mutating func add(_ bytes: UnsafeRawBufferPointer) {
    last += bytes.suffix(kept)
    if last.count > 7 * kept { last.removeFirst(last.count - kept) }
  }

  /// All of the end, its lines indented but for the first.
  var text: String {
    String(decoding: last.suffix(kept), as: UTF8.self)
      .split(whereSeparator: \.isNewline).joined(separator: "\n  ")
  }

  /// What it says of an error, in one line, shortened; empty when it says nothing. That is the last line
  /// that names one, or that follows a traceback of Python, or else the last line: programs that break
  /// down often end with words of less weight, a warning about what leaked or a farewell.
  var lastLine: String {
    var line: Substring?
    var named: Substring?
    var isInTraceback = false
    let lines = last.suffix(kept)
      .split(whereSeparator: { $0 == UInt8(ascii: "\n") || $0 == UInt8(ascii: "\r") })
    for bytes in lines {
      let text = String(decoding: bytes, as: UTF8.self)
      let words = text.drop { $0.isWhitespace }
      if words.isEmpty { continue }
      line = words
      // What is indented is a piece of the program, or explains another line.
      let isIndented = words.startIndex != text.startIndex
      if text.hasPrefix("Traceback (") {
        isInTraceback = true
      } else if !isIndented, isInTraceback || Self.namesError(text) {
        named = words
        isInTraceback = false
      }
    }
    guard let line = named ?? line else { return "" }
    return line.count > 200 ? line.prefix(199) + "…" : String(line)
  }

  /// Whether a line is about an error: not one that counts none, warns, or has a quantity of that name.
  private static func namesError(_ line: String) -> Bool {
    if MemoryFailure.isNamed(in: line) { return true }
    let words = " " + line.lowercased()
    if [" no error", " 0 error", "without error", "warning:"].contains(where: words.contains) {
      return false
    }
    if ["Error", "ERROR", "Exception"].contains(where: line.contains) { return true }
    return words.hasPrefix(" error")
      || [
        " error:", "exception:", "fatal", "panic", "assertion", "abort", "segmentation", "killed",
        "cannot ",
      ].contains(where: words.contains)
  }
}
