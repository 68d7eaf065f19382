/// Reads CSV as of RFC 4180, record by record, from any source of bytes.
///
/// Lines end with LF, CRLF or CR; line breaks and commas may stand inside quotes; a byte order mark
/// at the start is skipped. An empty line is a record with one empty field. Strict where leniency
/// would guess: a quote inside an unquoted field, or text after a closing quote, is a fault. Reading
/// goes on after a fault with the next line.
///
/// Memory is that of the buffer, which grows to the longest record.
package struct CSVReader: ~Copyable {
  /// Fills a buffer from its start and returns how many bytes it put there; 0 at the end.
  package typealias Source = (_ buffer: UnsafeMutableRawBufferPointer) throws -> Int

  /// What comes next.
  package enum Item: Hashable, Sendable {
    /// A record, to be looked at before the next one is asked for.
    case record
    /// Something that is no record, and was passed over.
    case fault(CSVFault)
    case end
  }

  /// What a scan of the buffer came to.
  private enum Scan {
    case item(Item)
    case needsMore
  }

  /// A record that is longer holds a quote that was never closed, to all experience.
  package static let recordLimit = 1 << 26

  private let source: Source
  private var buffer: UnsafeMutablePointer<UInt8>
  private var capacity: Int
  /// The bytes of the buffer that hold input.
  private var filled = 0
  /// Where the next record starts.
  private var position = 0
  private var sourceEnded = false
  private var atStart = true
  /// Whether the byte before was the CR that ended a record.
  private var skipsLineFeed = false
  /// Whether the rest of the line belongs to a record that is a fault.
  private var skipsLine = false
  /// The line of `position`, from 1.
  private var line = 1

  /// Where the record's fields start and end in the buffer.
  private var starts: UnsafeMutablePointer<Int>
  private var ends: UnsafeMutablePointer<Int>
  private var fieldCapacity = 64
  /// The number of fields of the record.
  package private(set) var count = 0
  /// The line on which the record starts, from 1.
  package private(set) var recordLine = 0

  /// - Parameter bufferSize: how many bytes are asked of the source at once.
  package init(bufferSize: Int = 1 << 20, _ source: @escaping Source) {
    self.source = source
    capacity = max(bufferSize, 4)
    buffer = .allocate(capacity: capacity)
    buffer.initialize(repeating: 0, count: capacity)
    starts = .allocate(capacity: fieldCapacity)
    ends = .allocate(capacity: fieldCapacity)
  }

  deinit {
    buffer.deallocate()
    starts.deallocate()
    ends.deallocate()
  }

  /// Reads the next record or fault.
  ///
  /// - Throws: what the source throws.
  /// - Complexity: O(bytes of the record), amortised.
  package mutating func next() throws -> Item {
    while true {
      if case .item(let item) = scan() { return item }
      guard filled - position < Self.recordLimit else {
        let fault = CSVFault(line: line, kind: .recordTooLong)
        sourceEnded = true
        position = filled
        return .fault(fault)
      }
      try refill()
    }
  }

  /// The bytes of a field of the record, valid until the next record is asked for.
  subscript(bytesOf field: Int) -> UnsafeBufferPointer<UInt8> {
    UnsafeBufferPointer(start: buffer + starts[field], count: ends[field] - starts[field])
  }

  /// The text of a field of the record.
  package subscript(field: Int) -> String {
    precondition((0..<count).contains(field), "the record has \(count) fields")
    return String(decoding: self[bytesOf: field], as: UTF8.self)
  }

  /// The texts of all fields of the record.
  package var fields: [String] {
    var fields: [String] = []
    for field in 0..<count { fields.append(self[field]) }
    return fields
  }

  /// Moves the bytes that are not used up to the front and asks the source for more.
  private mutating func refill() throws {
    let rest = filled - position
    if position > 0 {
      buffer.update(from: buffer + position, count: rest)
      position = 0
      filled = rest
    }
    if filled == capacity {
      let larger = UnsafeMutablePointer<UInt8>.allocate(capacity: 2 * capacity)
      larger.initialize(repeating: 0, count: 2 * capacity)
      larger.update(from: buffer, count: filled)
      buffer.deallocate()
      buffer = larger
      capacity *= 2
    }
    let read = try source(
      UnsafeMutableRawBufferPointer(start: buffer + filled, count: capacity - filled))
    if read == 0 { sourceEnded = true }
    filled += read
  }

  private static let comma = UInt8(ascii: ",")
  private static let quote = UInt8(ascii: "\"")
  private static let lineFeed = UInt8(ascii: "\n")
  private static let carriageReturn = UInt8(ascii: "\r")

  /// Finds the next record in the buffer. What is not whole is looked at again when there is more.
  private mutating func scan() -> Scan {
    if atStart {
      let mark: [UInt8] = [0xEF, 0xBB, 0xBF]
      if filled < mark.count, !sourceEnded { return .needsMore }
      atStart = false
      if filled >= mark.count, (0..<mark.count).allSatisfy({ buffer[$0] == mark[$0] }) {
        position = mark.count
      }
    }
    if skipsLine, !skipLine() { return sourceEnded ? .item(.end) : .needsMore }
    if skipsLineFeed, position < filled {
      skipsLineFeed = false
      if buffer[position] == Self.lineFeed { position += 1 }
    }
    if position == filled { return sourceEnded ? .item(.end) : .needsMore }
    return scanRecord()
  }

  /// Passes over the rest of a line; whether its end was found.
  private mutating func skipLine() -> Bool {
    while position < filled {
      let byte = buffer[position]
      position += 1
      if byte == Self.lineFeed || byte == Self.carriageReturn {
        line += 1
        skipsLine = false
        skipsLineFeed = byte == Self.carriageReturn
        return true
      }
    }
    return false
  }

  private mutating func scanRecord() -> Scan {
    let bytes = buffer
    let end = filled
    var place = position
    var fields = 0
    var breaks = 0
    var allBits: UInt8 = 0
    var hasDoubledQuotes = false

    while true {
      var isQuoted = false
      var isDoubled = false
      var start = place
      var fieldEnd: Int
      if place < end, bytes[place] == Self.quote {
        isQuoted = true
        let opened = line + breaks
        place += 1
        start = place
        while true {
          while place < end, bytes[place] != Self.quote {
            if bytes[place] == Self.lineFeed { breaks += 1 }
            allBits |= bytes[place]
            place += 1
          }
          guard place < end else {
            guard sourceEnded else { return .needsMore }
            position = end
            return .item(.fault(CSVFault(line: opened, kind: .unterminatedQuote)))
          }
          guard place + 1 < end else {
            if sourceEnded { break }
            return .needsMore
          }
          guard bytes[place + 1] == Self.quote else { break }
          isDoubled = true
          place += 2
        }
        fieldEnd = place
        place += 1
      } else {
        while place < end {
          let byte = bytes[place]
          if byte <= Self.comma, Self.isSpecial(byte) { break }
          allBits |= byte
          place += 1
        }
        fieldEnd = place
      }

      if fields == fieldCapacity { growFields() }
      starts[fields] = start
      ends[fields] = isDoubled ? ~fieldEnd : fieldEnd
      hasDoubledQuotes = hasDoubledQuotes || isDoubled
      fields += 1

      guard place < end else {
        guard sourceEnded else { return .needsMore }
        return endRecord(at: place, fields, breaks, allBits, hasDoubledQuotes)
      }
      let byte = bytes[place]
      switch byte {
      case Self.comma: place += 1
      case Self.lineFeed, Self.carriageReturn:
        skipsLineFeed = byte == Self.carriageReturn
        return endRecord(at: place + 1, fields, breaks + 1, allBits, hasDoubledQuotes)
      default:
        line += breaks
        position = place
        skipsLine = true
        return .item(
          .fault(
            CSVFault(line: line, kind: isQuoted ? .textAfterQuote : .quoteInUnquotedField)))
      }
    }
  }

  @inline(__always)
  private static func isSpecial(_ byte: UInt8) -> Bool {
    byte == comma || byte == lineFeed || byte == carriageReturn || byte == quote
  }

  private mutating func endRecord(
    at place: Int, _ fields: Int, _ breaks: Int, _ allBits: UInt8, _ hasDoubledQuotes: Bool
  ) -> Scan {
    position = place
    recordLine = line
    line += breaks
    count = fields
    if hasDoubledQuotes {
      for field in 0..<fields where ends[field] < 0 { undouble(field) }
    }
    if allBits >= 0x80 {
      for field in 0..<fields where String(validating: self[bytesOf: field], as: UTF8.self) == nil {
        return .item(.fault(CSVFault(line: recordLine, kind: .notUTF8)))
      }
    }
    return .item(.record)
  }

  /// Makes one quote of each two in a field.
  private mutating func undouble(_ field: Int) {
    let end = ~ends[field]
    var from = starts[field]
    var to = from
    while from < end {
      buffer[to] = buffer[from]
      from += buffer[from] == Self.quote ? 2 : 1
      to += 1
    }
    ends[field] = to
  }

  private mutating func growFields() {
    func grown(_ old: UnsafeMutablePointer<Int>) -> UnsafeMutablePointer<Int> {
      let new = UnsafeMutablePointer<Int>.allocate(capacity: 2 * fieldCapacity)
      new.update(from: old, count: fieldCapacity)
      old.deallocate()
      return new
    }
    starts = grown(starts)
    ends = grown(ends)
    fieldCapacity *= 2
  }
}
