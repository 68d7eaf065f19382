import Aggregator
import Grid

extension GridReport {
  /// The report as one Markdown document.
  ///
  /// - Parameters:
  ///   - origin: where the results come from.
  ///   - rowLimit: at most so many rows a table.
  ///   - figures: shown from files below `figures/`, beside the document.
  package func markdown(
    origin: ReportOrigin, rowLimit: Int? = nil, figures: [Figure] = []
  ) -> String {
    var parts = ["# \(MarkdownTable.escaped(specification.name))\n"]
    if let about = specification.about { parts.append(MarkdownTable.escaped(about) + "\n") }
    parts.append("## What was run\n")
    parts.append(facts.map { "- \($0)\n" }.joined())
    if !origin.shards.isEmpty {
      parts.append(origin.shards.map { "- \(MarkdownTable.escaped($0))\n" }.joined())
    }
    if !origin.failures.isEmpty {
      parts.append("## Failures\n")
      parts.append(origin.failures.map { "- \(MarkdownTable.escaped($0))\n" }.joined())
    }
    if let claims = ReportTable(claims: claims) {
      parts.append("## Claims\n")
      parts.append(MarkdownTable.render(claims))
    }
    if !figures.isEmpty {
      parts.append("## Figures\n")
      for figure in figures {
        parts.append("![\(MarkdownTable.escaped(figure.title))](figures/\(figure.name).svg)\n")
        parts.append(MarkdownTable.escaped(figure.caption.joined(separator: " ")) + "\n")
      }
    }
    for section in sections {
      parts.append("## \(MarkdownTable.escaped(section.metric))\n")
      if let about = section.about { parts.append(MarkdownTable.escaped(about) + "\n") }
      parts.append(MarkdownTable.render(section.means, rowLimit: rowLimit))
      if let differences = section.differences {
        parts.append("### Against the baseline\n")
        parts.append(MarkdownTable.render(differences, rowLimit: rowLimit))
      }
      parts.append("### What the means hide\n")
      parts.append(MarkdownTable.render(section.spread, rowLimit: rowLimit))
    }
    if let stopping {
      parts.append("## Early stopping\n")
      parts.append(MarkdownTable.render(stopping, rowLimit: rowLimit))
    }
    if let sentence = unreportedSentence { parts.append(MarkdownTable.escaped(sentence) + "\n") }
    parts.append("## How to read this\n")
    parts.append((footnotes + originLines(origin)).map { "- \($0)\n" }.joined())
    return parts.joined(separator: "\n")
  }

  /// The grid in a few lines of Markdown.
  private var facts: [String] {
    var facts = ["\(progress); \(cells)"]
    switch specification.program.work {
    case .builtin: facts.append("Program: the built-in language model")
    case .external(let program):
      switch program.invocation {
      case .command(let words):
        facts.append("Program: \(MarkdownTable.escaped(words.joined(separator: " ")))")
      case .shell(let script):
        facts.append("Program, by the shell: \(MarkdownTable.escaped(script))")
      }
    }
    for axis in specification.axes {
      facts.append("Axis \(MarkdownTable.escaped(axis.name)): \(Self.values(of: axis))")
    }
    if !specification.fixed.isEmpty {
      let values = specification.fixed.sorted { $0.key < $1.key }
        .map { MarkdownTable.escaped("\($0.key) = \($0.value)") }
      facts.append("Set for all: \(values.joined(separator: ", "))")
    }
    return facts
  }

  private var cells: String {
    let noun = cellCount == 1 ? "cell" : "cells"
    guard let replicate = specification.replicateAxis, runs.axisIndex(replicate) != nil else {
      return "\(cellCount) \(noun)"
    }
    return "\(cellCount) \(noun) of runs that differ in \(MarkdownTable.escaped(replicate)) only"
  }

  /// All values of a short axis, the ends of a long one.
  private static func values(of axis: Axis) -> String {
    let labels = axis.points.labels.map { MarkdownTable.escaped($0.description) }
    guard labels.count > 12, let last = labels.last else { return labels.joined(separator: ", ") }
    return "\(labels.prefix(5).joined(separator: ", ")), …, \(last) (\(labels.count) values)"
  }

  private var footnotes: [String] {
    var notes: [String] = []
    if let replicate = specification.replicateAxis, runs.axisIndex(replicate) != nil {
      let name = MarkdownTable.escaped(replicate)
      notes.append(
        "Means, intervals and skewness are taken over \(name), n values each. They speak of other "
          + "values of \(name) under the same settings, not of anything that the grid did not vary."
      )
    }
    notes.append(
      "The 95% t interval is mean ± t · s/√n with n − 1 degrees of freedom. It supposes independent "
        + "values from about a normal distribution. It stands where n is below 8; from there on the "
        + "95% BCa interval does (bias-corrected and accelerated, 9,999 resamples, above n = 40 by "
        + "saddlepoint), which follows the skewness of the values: ± is half its width, its ends are "
        + "in summary.csv.")
    guard sections.contains(where: { $0.differences != nil }) else { return notes }
    notes.append(
      "A difference from the baseline is taken pair by pair, so what two runs of a pair have in "
        + "common drops out of it.")
    return notes
  }

  private func originLines(_ origin: ReportOrigin) -> [String] {
    var lines = ["Grid \(origin.gridHash.hex)"]
    if let date = origin.date { lines.append("Results of \(date)") }
    if let commit = origin.commit { lines.append("Commit \(MarkdownTable.escaped(commit))") }
    if !claims.isEmpty {
      lines.append(
        "Claims fixed by commit \(MarkdownTable.escaped(origin.claimsCommit ?? "unknown"))")
    }
    if origin.sources.count > 1 {
      lines.append(
        "Caution: the results come from \(origin.sources.count) builds or machine kinds.")
    }
    for source in origin.sources {
      let noun = source.results == 1 ? "result" : "results"
      lines.append("\(source.results) \(noun) by \(MarkdownTable.escaped(source.description))")
    }
    return lines
  }
}
