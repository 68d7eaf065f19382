/// The end of what was said, for messages.
struct LogTail {
  private let kept: Int
  private var last: [UInt8] = []

  /// - Parameter kept: so many bytes of the end at least.
  init(keeping kept: Int = 600) {
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

  /// The last line that says something, shortened; empty when there is none.
  var lastLine: String {
    let lines = last.split(whereSeparator: { $0 == UInt8(ascii: "\n") || $0 == UInt8(ascii: "\r") })
    for line in lines.reversed() {
      let text = String(decoding: line, as: UTF8.self)
      guard text.contains(where: { !$0.isWhitespace }) else { continue }
      let words = text.drop { $0.isWhitespace }
      return words.count > 200 ? words.prefix(199) + "…" : String(words)
    }
    return ""
  }
}
