import Grid
import Keys

/// Where a report's bytes go, piece by piece. The caller decides what becomes of them.
package typealias ByteSink = (_ bytes: [UInt8]) throws -> Void

/// Writes CSV as of RFC 4180, with `\n` at the end of lines.
///
/// A field is quoted where it must be (comma, quote, line break) and where a lenient reader might
/// change it (white space at an end); a row of one empty field is written `""`, since an empty line
/// is no row to many readers. Numbers are the shortest decimals that read back as the same value.
package struct CSVWriter {
  private let sink: ByteSink
  private var buffer: [UInt8] = []
  private var fieldsInRow = 0
  private var rowStart = 0

  /// Bytes are handed on in pieces of about this size.
  private static let pieceSize = 1 << 16

  package init(to sink: @escaping ByteSink) {
    self.init(sink: sink)
    buffer.reserveCapacity(Self.pieceSize + 4096)
  }

  private init(sink: @escaping ByteSink) {
    self.sink = sink
  }

  /// Adds a field to the row.
  package mutating func field(_ text: String) {
    separate()
    var text = text
    text.withUTF8 { bytes in
      guard Self.needsQuotes(bytes) else {
        buffer.append(contentsOf: bytes)
        return
      }
      buffer.append(UInt8(ascii: "\""))
      for byte in bytes {
        if byte == UInt8(ascii: "\"") { buffer.append(byte) }
        buffer.append(byte)
      }
      buffer.append(UInt8(ascii: "\""))
    }
  }

  /// Adds a number, or an empty field where there is none. What is not finite is not a number in a
  /// table either.
  package mutating func field(_ number: Double?) {
    separate()
    guard let number, number.isFinite else { return }
    CanonicalJSON.write(number, to: &buffer)
  }

  package mutating func field(_ number: Int) {
    separate()
    CanonicalJSON.write(number, to: &buffer)
  }

  package mutating func emptyField() { separate() }

  /// Adds a digest as hexadecimal digits.
  package mutating func field(_ digest: Digest) {
    separate()
    digest.appendHex(to: &buffer)
  }

  package mutating func field(_ value: ParameterValue) {
    switch value {
    case .integer(let number): field(number)
    case .number(let number): field(number)
    case .boolean, .string: field(value.description)
    }
  }

  /// Adds a field as `fieldBytes` made it.
  mutating func field(verbatim bytes: [UInt8]) {
    separate()
    buffer.append(contentsOf: bytes)
  }

  /// The bytes of a field, quoted where need be.
  static func fieldBytes(_ value: ParameterValue) -> [UInt8] {
    // Without the room for a file's pieces: there may be a million of them.
    var writer = CSVWriter(sink: { _ in })
    writer.field(value)
    return writer.buffer
  }

  /// Ends the row.
  ///
  /// - Throws: what the sink throws.
  package mutating func endRow() throws {
    if fieldsInRow == 1, buffer.count == rowStart {
      buffer.append(UInt8(ascii: "\""))
      buffer.append(UInt8(ascii: "\""))
    }
    buffer.append(UInt8(ascii: "\n"))
    fieldsInRow = 0
    if buffer.count >= Self.pieceSize { try flush() }
    rowStart = buffer.count
  }

  /// A whole row of texts.
  ///
  /// - Throws: what the sink throws.
  package mutating func row(_ fields: [String]) throws {
    for text in fields { field(text) }
    try endRow()
  }

  /// Hands on what is left.
  ///
  /// - Throws: what the sink throws.
  package mutating func finish() throws {
    precondition(fieldsInRow == 0, "the last row was not ended")
    if !buffer.isEmpty { try flush() }
  }

  private mutating func flush() throws {
    try sink(buffer)
    buffer.removeAll(keepingCapacity: true)
  }

  private mutating func separate() {
    if fieldsInRow > 0 { buffer.append(UInt8(ascii: ",")) }
    fieldsInRow += 1
  }

  private static func needsQuotes(_ bytes: UnsafeBufferPointer<UInt8>) -> Bool {
    guard let first = bytes.first, let last = bytes.last else { return false }
    if isBlank(first) || isBlank(last) { return true }
    return bytes.contains {
      $0 == UInt8(ascii: ",") || $0 == UInt8(ascii: "\"") || $0 == UInt8(ascii: "\n")
        || $0 == UInt8(ascii: "\r")
    }
  }

  private static func isBlank(_ byte: UInt8) -> Bool {
    byte == UInt8(ascii: " ") || byte == UInt8(ascii: "\t")
  }
}
