/// Renders tables in Markdown with pipes, as GitHub and pandoc read it.
package enum MarkdownTable {
  /// The caption as a paragraph, the table, the notes as a paragraph; ends with a line break.
  ///
  /// - Parameter rowLimit: at most so many rows are shown, and it is said how many are not.
  /// - Complexity: O(size of the table).
  package static func render(_ table: ReportTable, rowLimit: Int? = nil) -> String {
    let rows = Array(table.rows.prefix(rowLimit ?? .max))
    var lines = [table.caption.map(escaped).joined(separator: " "), ""]
    let headers =
      table.labelHeaders.map(escaped)
      + table.columnHeaders.map { $0.map(escaped).joined(separator: ", ") }
    lines.append(line(headers))
    lines.append(
      line(
        table.labelHeaders.map { _ in "---" } + table.columnHeaders.map { _ in "---:" }))
    for row in rows {
      let entries = row.entries.map { entry in
        let figure = entry.isBest ? "**\(escaped(entry.figure))**" : escaped(entry.figure)
        return entry.remark.isEmpty ? figure : "\(figure) \(escaped(entry.remark))"
      }
      lines.append(line(row.labels.map(escaped) + entries))
    }
    let notes = table.notes + TerminalTable.hiddenNote(table, shown: rows.count)
    if !notes.isEmpty { lines += ["", notes.map(escaped).joined(separator: " ")] }
    return lines.joined(separator: "\n") + "\n"
  }

  static func line(_ fields: [String]) -> String {
    "| " + fields.joined(separator: " | ") + " |"
  }

  /// The text with a backslash before whatever Markdown would read as markup. An underscore within
  /// a word is none.
  static func escaped(_ text: String) -> String {
    var output = ""
    let characters = Array(DisplayText.printable(text))
    for (index, character) in characters.enumerated() {
      switch character {
      case "\\", "`", "*", "[", "]", "<", ">", "|", "&", "~", "$":
        output += "\\"
      case "_":
        let before = index > 0 ? characters[index - 1] : " "
        let after = index + 1 < characters.count ? characters[index + 1] : " "
        if !(isWordCharacter(before) && isWordCharacter(after)) { output += "\\" }
      default: break
      }
      output.append(character)
    }
    return output
  }

  private static func isWordCharacter(_ character: Character) -> Bool {
    character.isLetter || character.isNumber
  }
}
