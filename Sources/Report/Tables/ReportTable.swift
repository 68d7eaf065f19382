import Aggregator
import Grid

/// A table as people read it, independent of where it is shown: terminal and Markdown render it, and
/// other forms can.
package struct ReportTable: Sendable {
  /// One entry: the figure and, where it needs one, a remark such as `(n=3 of 4)`.
  package struct Entry: Hashable, Sendable {
    package let figure: String
    package let remark: String
    /// Whether it is the best of its column.
    package let isBest: Bool

    init(_ figure: String, remark: String = "", isBest: Bool = false) {
      self.figure = figure
      self.remark = remark
      self.isBest = isBest
    }

    /// Where the grid has no runs.
    static let nothing = Entry("")
  }

  package struct Row: Hashable, Sendable {
    package let labels: [String]
    package let entries: [Entry]
  }

  /// Rows that are made when they are asked for: of a million of them a page shows a few.
  package struct Rows: RandomAccessCollection, Sendable {
    package let count: Int
    private let row: @Sendable (Int) -> Row

    init(count: Int, _ row: @escaping @Sendable (Int) -> Row) {
      self.count = count
      self.row = row
    }

    init(_ rows: [Row]) {
      self.init(count: rows.count) { rows[$0] }
    }

    package var startIndex: Int { 0 }
    package var endIndex: Int { count }
    package subscript(position: Int) -> Row { row(position) }
  }

  /// What the figures are, over what they were taken, and n; one sentence each.
  package let caption: [String]
  /// The names of the axes that label the rows.
  package let labelHeaders: [String]
  /// For each column its header, one text for each axis of the columns.
  package let columnHeaders: [[String]]
  package let rows: Rows
  /// What is missing, and the meaning of the signs used; one sentence each.
  package let notes: [String]
}

extension Pivot {
  /// The headers of the columns, `step 5` for a value of an axis.
  func columnHeaders(_ name: String) -> [[String]] {
    columns.map { key in
      key.isEmpty
        ? [DisplayText.printable(name)]
        : zip(columnAxes, key).map { DisplayText.printable("\($0) \($1)") }
    }
  }

  /// The labels of a row.
  func rowLabels(_ row: Int) -> [String] {
    rows[row].map { DisplayText.printable($0.description) }
  }

  /// What is the same in the whole table, as a sentence; `nil` if there is nothing of the kind.
  var constantsSentence: String? {
    guard !constants.isEmpty else { return nil }
    let values = constants.map { "\($0.axis) = \($0.value)" }.joined(separator: ", ")
    return DisplayText.printable("Everywhere \(values).")
  }
}

extension [String] {
  /// `a`, `a and b`, `a, b and c`.
  var listed: String {
    guard count > 1, let last else { return first ?? "" }
    return dropLast().joined(separator: ", ") + " and " + last
  }
}
