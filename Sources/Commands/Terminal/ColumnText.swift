/// Plain columns for lists.
enum ColumnText {
  /// The rows with each column as wide as its widest entry, two spaces between, nothing at the ends
  /// of lines. Text that could move the cursor is shown as escapes.
  static func aligned(_ rows: [[String]]) -> String {
    let safe = rows.map { $0.map(printable) }
    var widths: [Int] = []
    for row in safe {
      for (index, text) in row.enumerated() {
        if index == widths.count { widths.append(0) }
        widths[index] = max(widths[index], text.count)
      }
    }
    return safe.map { row in
      var line = ""
      for (index, text) in row.enumerated() {
        line += index > 0 ? "  " : ""
        line += text + String(repeating: " ", count: widths[index] - text.count)
      }
      return String(line.reversed().drop { $0 == " " }.reversed())
    }.joined(separator: "\n")
  }

  private static func printable(_ text: String) -> String {
    guard text.unicodeScalars.contains(where: { $0.properties.generalCategory == .control }) else {
      return text
    }
    return text.unicodeScalars.map { scalar in
      scalar.properties.generalCategory == .control
        ? "\\u{\(String(scalar.value, radix: 16))}" : String(scalar)
    }.joined()
  }
}
