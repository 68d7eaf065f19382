/// The end of what was said, for messages.
struct LogTail {
  private var last: [UInt8] = []

  mutating func add(_ bytes: UnsafeRawBufferPointer) {
    last += bytes.suffix(600)
    if last.count > 4096 { last.removeFirst(last.count - 600) }
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
