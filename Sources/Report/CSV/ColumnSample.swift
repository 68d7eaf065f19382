/// What the first rows of a file show of its columns.
package struct ColumnSample: Hashable, Sendable {
  /// What is known of one column.
  struct Column: Hashable, Sendable {
    let name: String
    /// Rows with something in it.
    var filled = 0
    /// Those of them that hold a number (or NaN).
    var numbers = 0
    /// The distinct texts, up to `distinctLimit` of them.
    var distinct: Set<String> = []
    /// Whether every text says how a run stands.
    var allStates = true

    var isNumeric: Bool { filled > 0 && 20 * numbers >= 19 * filled }
    var isEmpty: Bool { filled == 0 }
  }

  static let distinctLimit = 2000

  package let header: CSVHeader
  let columns: [Column]
  /// How many rows were looked at.
  package let rows: Int
  /// Whether the file has no others.
  package let isWhole: Bool

  /// Looks at the rows of the first piece of a file.
  ///
  /// - Parameter isWhole: whether `bytes` are all of the file; else what follows the last line break
  ///   is not looked at.
  /// - Throws: `ColumnFault.noHeader`.
  /// - Complexity: O(bytes).
  package init(_ bytes: [UInt8], isWhole: Bool) throws(ColumnFault) {
    var rest = bytes[...]
    if !isWhole, let last = bytes.lastIndex(of: UInt8(ascii: "\n")) { rest = bytes[...last] }
    var reader = CSVReader { buffer in
      let count = min(buffer.count, rest.count)
      buffer.copyBytes(from: rest.prefix(count))
      rest = rest.dropFirst(count)
      return count
    }
    var columns: [Column] = []
    var rows = 0
    var isFirst = true
    // The source is in memory and never throws.
    while let item = try? reader.next(), item != .end {
      guard item == .record else { continue }
      if isFirst {
        columns = CSVHeader(reader.fields).names.map { Column(name: $0) }
        isFirst = false
        continue
      }
      guard reader.count == columns.count else { continue }
      rows += 1
      for index in columns.indices {
        Self.observe(reader[bytesOf: index], &columns[index])
      }
    }
    header = CSVHeader(columns.map(\.name))
    guard !header.names.allSatisfy(\.isEmpty) else { throw .noHeader }
    self.columns = columns
    self.rows = rows
    self.isWhole = isWhole
  }

  private static func observe(_ field: UnsafeBufferPointer<UInt8>, _ column: inout Column) {
    switch DecimalText.read(field) {
    case .missing: return
    case .number, .notFinite: column.numbers += 1
    case .noNumber: break
    }
    column.filled += 1
    if column.distinct.count < distinctLimit || column.allStates {
      let text = String(decoding: field, as: UTF8.self)
      if column.distinct.count < distinctLimit { column.distinct.insert(text) }
      if column.allStates { column.allStates = RunStateText.state(text) != nil }
    }
  }
}
