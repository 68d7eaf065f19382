/// Cuts a stream of bytes into lines, however the bytes come in. A line longer than the limit is
/// handed over in pieces.
struct LineSplitter {
  enum Piece: Hashable {
    /// A whole line without its end.
    case line
    /// The beginning or middle of a line that is longer than the limit.
    case part
    /// The end of such a line.
    case lastPart
  }

  private let limit: Int
  private var kept: [UInt8] = []
  private var isInLongLine = false

  init(limit: Int) {
    self.limit = limit
  }

  /// Takes in bytes and hands over the lines that they complete.
  ///
  /// - Complexity: O(bytes) over the stream's life.
  mutating func take(
    _ bytes: UnsafeRawBufferPointer, _ body: (Piece, UnsafeRawBufferPointer) -> Void
  ) {
    var rest = bytes[...]
    while let end = rest.firstIndex(of: UInt8(ascii: "\n")) {
      let line = UnsafeRawBufferPointer(rebasing: rest[..<end])
      rest = rest[(end + 1)...]
      if kept.isEmpty {
        body(isInLongLine ? .lastPart : .line, line)
      } else {
        kept += line
        kept.withUnsafeBytes { body(isInLongLine ? .lastPart : .line, $0) }
        kept.removeAll(keepingCapacity: kept.capacity <= 1 << 16)
      }
      isInLongLine = false
    }
    kept += rest
    if kept.count > limit {
      kept.withUnsafeBytes { body(.part, $0) }
      kept.removeAll()
      isInLongLine = true
    }
  }

  /// Hands over what is left of a last line without an end.
  mutating func finish(_ body: (Piece, UnsafeRawBufferPointer) -> Void) {
    if !kept.isEmpty { kept.withUnsafeBytes { body(isInLongLine ? .lastPart : .line, $0) } }
    kept.removeAll()
    isInLongLine = false
  }
}
