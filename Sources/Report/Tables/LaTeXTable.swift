/// Renders tables in LaTeX with the rules of booktabs.
package enum LaTeXTable {
  /// A `table` environment: the caption, the table, the notes and the footer below; ends with a line
  /// break. It needs the package booktabs.
  ///
  /// - Parameters:
  ///   - footer: sentences below the notes, such as where the results come from.
  ///   - rowLimit: at most so many rows are shown, and it is said how many are not.
  /// - Complexity: O(size of the table).
  package static func render(
    _ table: ReportTable, footer: [String] = [], rowLimit: Int? = nil
  ) -> String {
    let rows = Array(table.rows.prefix(rowLimit ?? .max))
    let columns =
      String(repeating: "l", count: table.labelHeaders.count)
      + String(repeating: "r", count: table.columnHeaders.count)
    var lines = [
      "\\begin{table}", "\\centering",
      "\\caption{\(table.caption.map(escaped).joined(separator: " "))}",
      "\\begin{tabular}{\(columns)}", "\\toprule",
    ]
    let headers =
      table.labelHeaders.map(escaped)
      + table.columnHeaders.map { $0.map(escaped).joined(separator: ", ") }
    lines.append(line(headers))
    lines.append("\\midrule")
    for row in rows { lines.append(line(row.labels.map(escaped) + row.entries.map(text))) }
    lines += ["\\bottomrule", "\\end{tabular}"]
    let notes = table.notes + TerminalTable.hiddenNote(table, shown: rows.count) + footer
    if !notes.isEmpty {
      lines += ["", "\\medskip", "{\\footnotesize \(notes.map(escaped).joined(separator: " "))}"]
    }
    lines.append("\\end{table}")
    return lines.joined(separator: "\n") + "\n"
  }

  private static func line(_ fields: [String]) -> String {
    fields.joined(separator: " & ") + " \\\\"
  }

  private static func text(_ entry: ReportTable.Entry) -> String {
    let figure = entry.isBest ? "\\textbf{\(escaped(entry.figure))}" : escaped(entry.figure)
    return entry.remark.isEmpty ? figure : "\(figure) \(escaped(entry.remark))"
  }

  /// The text with what LaTeX reads as markup, and signs that not every font has, written out.
  static func escaped(_ text: String) -> String {
    DisplayText.printable(text).reduce(into: "") { output, character in
      switch character {
      case "\\": output += "\\textbackslash{}"
      case "&", "%", "$", "#", "_", "{", "}": output += "\\\(character)"
      case "~": output += "\\textasciitilde{}"
      case "^": output += "\\textasciicircum{}"
      case "<": output += "$<$"
      case ">": output += "$>$"
      case "|": output += "$|$"
      case "±": output += "$\\pm$"
      case "−": output += "$-$"
      case "·": output += "$\\cdot$"
      case "×": output += "$\\times$"
      case "√": output += "$\\surd$"
      case "–": output += "--"
      case "…": output += "\\ldots{}"
      case "“": output += "``"
      case "”": output += "''"
      default: output.append(character)
      }
    }
  }
}
