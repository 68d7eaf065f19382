/// Reads CSV as of RFC 4180 in pieces of any size.
///
/// Lines end with LF, CRLF or CR; line breaks and commas may stand inside quotes; a byte order mark
/// at the start is skipped. An empty line is a record with one empty field. Strict where leniency
/// would guess: a quote inside an unquoted field, or text after a closing quote, is a fault.
package struct CSVReader {
  private enum State {
    case fieldStart, unquoted, quoted, quoteInQuoted
  }

  private var state = State.fieldStart
  private var record = CSVRecord()
  /// Whether anything of the record at hand has been read.
  private var inRecord = false
  /// Whether the byte before was the CR that ended a record.
  private var skipsLineFeed = false
  private var isASCII = true
  private var line = 1
  /// How many bytes of a byte order mark have been matched; 3 once that is settled.
  private var markMatched = 0

  private static let mark: [UInt8] = [0xEF, 0xBB, 0xBF]

  package init() {}

  /// Reads a piece and hands over every record that ends in it. The record is lent: copy what shall
  /// last.
  ///
  /// - Throws: `CSVFault`, and what `body` throws.
  /// - Complexity: O(bytes).
  package mutating func read(
    _ bytes: some Sequence<UInt8>, _ body: (borrowing CSVRecord) throws -> Void
  ) throws {
    let isRead: Void? = try bytes.withContiguousStorageIfAvailable { try read($0, body) }
    if isRead == nil { try Array(bytes).withUnsafeBufferPointer { try read($0, body) } }
  }

  private mutating func read(
    _ bytes: UnsafeBufferPointer<UInt8>, _ body: (borrowing CSVRecord) throws -> Void
  ) throws {
    var index = 0
    while index < bytes.count, markMatched < 3 {
      if bytes[index] == Self.mark[markMatched] {
        markMatched += 1
        index += 1
      } else {
        try giveUpMark(body)
      }
    }
    while index < bytes.count {
      let end = endOfPlainBytes(bytes, from: index)
      if end > index {
        takePlain(bytes[index..<end])
      } else {
        try take(bytes[index], body)
      }
      index = max(end, index + 1)
    }
  }

  /// Takes the bytes that looked like the start of a byte order mark for what they are.
  private mutating func giveUpMark(_ body: (borrowing CSVRecord) throws -> Void) throws {
    let matched = markMatched
    markMatched = 3
    for earlier in Self.mark[..<matched] { try take(earlier, body) }
  }

  /// The end of the bytes from `start` on that belong to the field at hand whatever they are.
  private func endOfPlainBytes(_ bytes: UnsafeBufferPointer<UInt8>, from start: Int) -> Int {
    var end = start
    switch state {
    case .fieldStart, .unquoted:
      while end < bytes.count, !Self.isSpecial(bytes[end]) { end += 1 }
    case .quoted:
      while end < bytes.count, bytes[end] != UInt8(ascii: "\""), bytes[end] != UInt8(ascii: "\n") {
        end += 1
      }
    case .quoteInQuoted: break
    }
    return end
  }

  private static func isSpecial(_ byte: UInt8) -> Bool {
    byte <= UInt8(ascii: ",")
      && (byte == UInt8(ascii: ",") || byte == UInt8(ascii: "\"")
        || byte == UInt8(ascii: "\n") || byte == UInt8(ascii: "\r"))
  }

  private mutating func takePlain(_ bytes: Slice<UnsafeBufferPointer<UInt8>>) {
    beginRecord()
    skipsLineFeed = false
    if state == .fieldStart { state = .unquoted }
    if isASCII { isASCII = bytes.allSatisfy { $0 < 0x80 } }
    record.append(bytes)
  }

  private mutating func beginRecord() {
    guard !inRecord else { return }
    inRecord = true
    record.line = line
  }

  /// Ends the input and hands over a last record that no line break ended.
  ///
  /// - Throws: `CSVFault`, and what `body` throws.
  package mutating func finish(_ body: (borrowing CSVRecord) throws -> Void) throws {
    if markMatched < 3 { try giveUpMark(body) }
    if state == .quoted { throw CSVFault(line: record.line, kind: .unterminatedQuote) }
    if inRecord { try endRecord(body) }
  }

  /// Takes one byte, whatever it means.
  private mutating func take(
    _ byte: UInt8, _ body: (borrowing CSVRecord) throws -> Void
  ) throws {
    if skipsLineFeed {
      skipsLineFeed = false
      if byte == UInt8(ascii: "\n") { return }
    }
    beginRecord()
    if byte >= 0x80 { isASCII = false }

    switch (state, byte) {
    case (.quoted, UInt8(ascii: "\"")):
      state = .quoteInQuoted
    case (.quoted, _):
      if byte == UInt8(ascii: "\n") { line += 1 }
      record.append(byte)
    case (.quoteInQuoted, UInt8(ascii: "\"")):
      record.append(byte)
      state = .quoted
    case (_, UInt8(ascii: ",")):
      record.endField()
      state = .fieldStart
    case (_, UInt8(ascii: "\n")), (_, UInt8(ascii: "\r")):
      line += 1
      skipsLineFeed = byte == UInt8(ascii: "\r")
      try endRecord(body)
    case (.fieldStart, UInt8(ascii: "\"")):
      state = .quoted
    case (.unquoted, UInt8(ascii: "\"")):
      throw CSVFault(line: line, kind: .quoteInUnquotedField)
    case (.quoteInQuoted, _):
      throw CSVFault(line: line, kind: .textAfterQuote)
    case (.fieldStart, _), (.unquoted, _):
      record.append(byte)
      state = .unquoted
    }
  }

  private mutating func endRecord(_ body: (borrowing CSVRecord) throws -> Void) throws {
    record.endField()
    if !isASCII, !record.isUTF8 { throw CSVFault(line: record.line, kind: .notUTF8) }
    try body(record)
    record.clear()
    inRecord = false
    isASCII = true
    state = .fieldStart
  }
}

/// One record of a CSV file.
package struct CSVRecord {
  /// The line on which the record starts, from 1.
  package fileprivate(set) var line = 1
  private var bytes: [UInt8] = []
  private var ends: [Int] = []

  /// The number of fields.
  package var count: Int { ends.count }

  /// The text of a field.
  package subscript(field: Int) -> String {
    String(decoding: bytes[start(of: field)..<ends[field]], as: UTF8.self)
  }

  /// The texts of all fields.
  package var fields: [String] { ends.indices.map { self[$0] } }

  private func start(of field: Int) -> Int { field == 0 ? 0 : ends[field - 1] }

  fileprivate var isUTF8: Bool {
    ends.indices.allSatisfy {
      String(validating: bytes[start(of: $0)..<ends[$0]], as: UTF8.self) != nil
    }
  }

  fileprivate mutating func append(_ byte: UInt8) { bytes.append(byte) }

  fileprivate mutating func append(_ more: Slice<UnsafeBufferPointer<UInt8>>) {
    bytes.append(contentsOf: more)
  }

  fileprivate mutating func endField() { ends.append(bytes.count) }

  fileprivate mutating func clear() {
    bytes.removeAll(keepingCapacity: true)
    ends.removeAll(keepingCapacity: true)
  }
}

/// What is wrong with a CSV file, and on which line.
package struct CSVFault: Error, Hashable, Sendable {
  package enum Kind: Hashable, Sendable {
    case quoteInUnquotedField
    case textAfterQuote
    case unterminatedQuote
    case notUTF8
  }

  package let line: Int
  package let kind: Kind
}

extension CSVFault: CustomStringConvertible {
  package var description: String {
    let what =
      switch kind {
      case .quoteInUnquotedField:
        "a quote inside a field that does not start with one; put the whole field in quotes and "
          + "double the quotes in it"
      case .textAfterQuote:
        "text after the closing quote of a field; a quote within a quoted field is doubled"
      case .unterminatedQuote: "a quoted field that never ends"
      case .notUTF8: "a field that is not UTF-8; save the file as UTF-8"
      }
    return "line \(line): \(what)"
  }
}
