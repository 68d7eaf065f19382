@testable import Report

/// CSV in memory, read as if it came in pieces.
enum CSVText {
  /// A reader of the bytes whose source hands out at most `pieces` at once.
  static func reader(_ bytes: [UInt8], pieces: Int = .max) -> CSVReader {
    var rest = bytes[...]
    return CSVReader(bufferSize: min(pieces, 1 << 12)) { buffer in
      let count = min(buffer.count, rest.count, pieces)
      buffer.copyBytes(from: rest.prefix(count))
      rest = rest.dropFirst(count)
      return count
    }
  }

  /// Everything in the bytes.
  static func items(
    _ bytes: [UInt8], pieces: Int = .max
  ) throws -> (records: [[String]], lines: [Int], faults: [CSVFault]) {
    var reader = reader(bytes, pieces: pieces)
    var records: [[String]] = []
    var lines: [Int] = []
    var faults: [CSVFault] = []
    while true {
      switch try reader.next() {
      case .record:
        records.append(reader.fields)
        lines.append(reader.recordLine)
      case .fault(let fault): faults.append(fault)
      case .end: return (records, lines, faults)
      }
    }
  }

  /// The records; the first fault is thrown.
  static func records(_ bytes: [UInt8], pieces: Int = .max) throws -> [[String]] {
    let items = try items(bytes, pieces: pieces)
    if let fault = items.faults.first { throw fault }
    return items.records
  }
}
