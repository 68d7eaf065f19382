/// Renders tables for a page.
enum HTMLTable {
  /// The caption, the table, the notes. A table that is wider than the page scrolls by itself.
  ///
  /// - Parameters:
  ///   - label: what the table is, for those who cannot see it.
  ///   - cell: the number of the cell at a place, to link its entry with the cell's runs.
  ///   - isAnchor: whether links from the runs lead to this table.
  /// - Complexity: O(size of the table).
  static func render(
    _ table: ReportTable, label: String, isAnchor: Bool = false,
    cell: (_ row: Int, _ column: Int) -> Int? = { _, _ in nil }
  ) -> String {
    var html =
      "<p class=\"caption\">\(table.caption.map(Markup.escaped).joined(separator: " "))</p>\n"
    html +=
      "<div class=\"scroll\" role=\"region\" tabindex=\"0\" aria-label=\"\(Markup.escaped(label))\">"
    html += "<table class=\"figures\">\n<thead>\(header(table))</thead>\n<tbody>\n"
    for (index, row) in table.rows.prefix(rowLimit).enumerated() {
      html += "<tr>"
      for label in row.labels { html += "<th scope=\"row\">\(Markup.escaped(label))</th>" }
      for (column, entry) in row.entries.enumerated() {
        html += self.entry(entry, cell: cell(index, column), isAnchor: isAnchor)
      }
      html += "</tr>\n"
    }
    html += "</tbody></table></div>\n"
    let notes =
      table.notes + TerminalTable.hiddenNote(table, shown: min(table.rows.count, rowLimit))
    if !notes.isEmpty {
      html += "<p class=\"note\">\(notes.map(Markup.escaped).joined(separator: " "))</p>\n"
    }
    return html
  }

  /// Longer tables are for programs; summary.csv has all rows.
  private static let rowLimit = 1000

  private static func header(_ table: ReportTable) -> String {
    let levels = max(1, table.columnHeaders.map(\.count).max() ?? 1)
    var html = ""
    for level in 0..<levels {
      html += "<tr>"
      if level == 0 {
        for name in table.labelHeaders {
          let span = levels > 1 ? " rowspan=\"\(levels)\"" : ""
          html += "<th scope=\"col\"\(span)>\(Markup.escaped(name))</th>"
        }
      }
      var column = 0
      while column < table.columnHeaders.count {
        // Neighbours that agree on this level and all above share one header.
        let head = Array(table.columnHeaders[column].prefix(level + 1))
        var end = column + 1
        while level < levels - 1, end < table.columnHeaders.count,
          Array(table.columnHeaders[end].prefix(level + 1)) == head
        {
          end += 1
        }
        let span = end - column > 1 ? " colspan=\"\(end - column)\"" : ""
        let scope = end - column > 1 ? "colgroup" : "col"
        let text = level < head.count ? head[level] : ""
        html += "<th scope=\"\(scope)\" class=\"number\"\(span)>\(Markup.escaped(text))</th>"
        column = end
      }
      html += "</tr>\n"
    }
    return html
  }

  private static func entry(
    _ entry: ReportTable.Entry, cell: Int?, isAnchor: Bool
  ) -> String {
    var text = Markup.escaped(entry.figure)
    if let cell { text = "<a href=\"#runs\" data-cell=\"\(cell)\">\(text)</a>" }
    if !entry.remark.isEmpty {
      text += " <span class=\"remark\">\(Markup.escaped(entry.remark))</span>"
    }
    let anchor = isAnchor ? cell.map { " id=\"cell-\($0)\"" } ?? "" : ""
    return "<td\(anchor)>\(text)</td>"
  }
}
