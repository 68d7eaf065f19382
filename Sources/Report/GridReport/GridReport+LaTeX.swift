import Aggregator

extension GridReport {
  /// The tables and claims in LaTeX, one `table` environment each.
  ///
  /// - Parameters:
  ///   - origin: where the results come from.
  ///   - rowLimit: at most so many rows a table.
  package func latex(origin: ReportOrigin, rowLimit: Int? = nil) -> String {
    var parts = ["% \(DisplayText.printable(specification.name)): \(progress). Needs booktabs.\n"]
    let footer = footer(origin)
    if let claims = ReportTable(claims: claims) {
      parts.append(LaTeXTable.render(claims, footer: footer))
    }
    for section in sections {
      for table in [section.means, section.differences].compactMap(\.self) {
        parts.append(LaTeXTable.render(table, footer: footer, rowLimit: rowLimit))
      }
    }
    if let sentence = unreportedSentence { parts.append(LaTeXTable.escaped(sentence) + "\n") }
    return parts.joined(separator: "\n")
  }

  /// What every table must carry away from its report.
  private func footer(_ origin: ReportOrigin) -> [String] {
    var parts = ["grid \(origin.gridHash.hex.prefix(12))"]
    let commits = origin.sources.map(\.description)
    if !commits.isEmpty { parts.append("computed by \(commits.joined(separator: "; "))") }
    if !claims.isEmpty { parts.append("claims of commit \(origin.claimsCommit ?? "unknown")") }
    if let date = origin.date { parts.append("results of \(date)") }
    let sentence = parts.joined(separator: ", ")
    return ["\(sentence.prefix(1).uppercased())\(sentence.dropFirst())."]
  }
}
