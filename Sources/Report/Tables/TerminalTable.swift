/// Renders tables for a terminal.
package enum TerminalTable {
  /// The caption, the table in aligned columns, the notes; ends with a line break.
  ///
  /// Columns that do not fit beside each other follow in further blocks, each with the labels of
  /// the rows. Nothing is cut off: a label or a single column wider than the terminal stays whole.
  ///
  /// - Parameters:
  ///   - width: the columns of the terminal; `nil` sets no bound.
  ///   - rowLimit: at most so many rows are shown, and it is said how many are not.
  /// - Complexity: O(size of the table).
  package static func render(
    _ table: ReportTable, width: Int? = nil, rowLimit: Int? = nil
  ) -> String {
    let rows = Array(table.rows.prefix(rowLimit ?? .max))
    let labels = table.labelHeaders.indices.map { index in
      Column(
        header: [table.labelHeaders[index]], entries: rows.map { .init($0.labels[index]) },
        alignsRight: false)
    }
    let columns = table.columnHeaders.indices.map { index in
      Column(
        header: table.columnHeaders[index], entries: rows.map { $0.entries[index] },
        alignsRight: true)
    }
    var lines = table.caption.flatMap { wrapped($0, width) }
    for block in blocks(columns, labels: labels, width: width) {
      lines.append("")
      lines += self.lines(labels + block, rowCount: rows.count)
    }
    let notes = table.notes + hiddenNote(table, shown: rows.count)
    if !notes.isEmpty { lines.append("") }
    lines += notes.flatMap { wrapped($0, width) }
    return lines.joined(separator: "\n") + "\n"
  }

  static func hiddenNote(_ table: ReportTable, shown: Int) -> [String] {
    let hidden = table.rows.count - shown
    return hidden == 0
      ? [] : ["\(hidden) of \(table.rows.count) rows are not shown; summary.csv has them all."]
  }

  /// A column with the widths of its parts.
  private struct Column {
    let header: [String]
    let entries: [ReportTable.Entry]
    let alignsRight: Bool
    let figureWidth: Int
    let remarkWidth: Int
    let width: Int

    init(header: [String], entries: [ReportTable.Entry], alignsRight: Bool) {
      self.header = header
      self.entries = entries
      self.alignsRight = alignsRight
      figureWidth = entries.map { DisplayText.width($0.figure) }.max() ?? 0
      remarkWidth = entries.map { DisplayText.width($0.remark) }.max() ?? 0
      let headerWidth = header.map(DisplayText.width).max() ?? 0
      width = max(headerWidth, figureWidth + (remarkWidth > 0 ? 1 + remarkWidth : 0))
    }

    /// The entry in the width of the column, figures under figures and remarks under remarks.
    func text(_ row: Int) -> String {
      let entry = entries[row]
      var text = DisplayText.padded(entry.figure, to: figureWidth, right: alignsRight)
      if remarkWidth > 0 { text += " " + DisplayText.padded(entry.remark, to: remarkWidth) }
      return DisplayText.padded(text, to: width, right: alignsRight && remarkWidth == 0)
    }

    /// One line of the header, counted from below.
    func header(_ levelFromBelow: Int) -> String {
      let index = header.count - 1 - levelFromBelow
      let text = index >= 0 ? header[index] : ""
      guard alignsRight, remarkWidth > 0 else {
        return DisplayText.padded(text, to: width, right: alignsRight)
      }
      // Over the figures, not over the remarks.
      return DisplayText.padded(
        DisplayText.padded(text, to: figureWidth, right: true), to: width)
    }
  }

  /// As many columns in each block as fit beside the labels, at least one.
  private static func blocks(_ columns: [Column], labels: [Column], width: Int?) -> [[Column]] {
    guard let width else { return [columns] }
    let labelWidth = labels.reduce(0) { $0 + $1.width + gap.count }
    var blocks: [[Column]] = []
    var used = 0
    for column in columns {
      if let last = blocks.last, !last.isEmpty, used + gap.count + column.width <= width {
        blocks[blocks.count - 1].append(column)
        used += gap.count + column.width
      } else {
        blocks.append([column])
        used = labelWidth + column.width
      }
    }
    return blocks.isEmpty ? [[]] : blocks
  }

  private static let gap = "  "

  private static func lines(_ columns: [Column], rowCount: Int) -> [String] {
    let levels = columns.map(\.header.count).max() ?? 0
    var lines = (0..<levels).reversed().map { level in
      columns.map { $0.header(level) }.joined(separator: gap)
    }
    lines.append(columns.map { String(repeating: "─", count: $0.width) }.joined(separator: gap))
    for row in 0..<rowCount {
      lines.append(columns.map { $0.text(row) }.joined(separator: gap))
    }
    return lines.map { line in
      String(line.reversed().drop { $0 == " " }.reversed())
    }
  }

  static func wrapped(_ sentence: String, _ width: Int?) -> [String] {
    DisplayText.lines(sentence, width: width ?? .max)
  }
}
