import Aggregator
import Grid
import Keys

extension GridReport {
  /// The report as one HTML page that needs nothing else: no network, no files beside it.
  ///
  /// - Parameters:
  ///   - ids: the runs' ids, in the order of the table of runs.
  ///   - figures: shown in this order.
  ///   - origin: where the results come from.
  /// - Precondition: one id for each run.
  /// - Complexity: O(runs × (axes + metrics) + cells × metrics shown).
  package func html(
    ids: [RunID], figures: [Figure], origin: ReportOrigin, details: ReportDetails
  ) -> [UInt8] {
    precondition(ids.count == runs.count, "\(ids.count) ids of \(runs.count) runs")
    let title = Markup.escaped(specification.name)
    var page = HTMLPage()
    page.add(
      """
      <!DOCTYPE html>
      <html lang="en">
      <head>
      <meta charset="utf-8">
      <meta http-equiv="Content-Security-Policy" content="default-src 'none'; \
      style-src 'unsafe-inline'; script-src 'sha256-\(Base64.text(Digest(of: PageScript.source).bytes))'">
      <meta name="viewport" content="width=device-width, initial-scale=1">
      <title>\(title)</title>
      <style>
      \(PageStyle.sheet)\(FigureStyle.sheet)</style>
      </head>
      <body>
      <header>
      <h1>\(title)</h1>

      """)
    if let about = specification.about {
      page.add("<p class=\"about\">\(Markup.escaped(about))</p>\n")
    }
    page.add("<p class=\"progress\">\(Markup.escaped(progress)); \(cellSentence)</p>\n")
    var sections: [(id: String, title: String, body: () -> Void)] = []
    sections.append(("asked", "What was asked", { page.add(self.asked(details)) }))
    if let claims = ReportTable(claims: claims) {
      let html = HTMLTable.render(claims, label: "Claims")
      sections.append(("claims", "Claims", { page.add(html) }))
    }
    if !figures.isEmpty {
      sections.append(("figures", "Figures", { page.add(Self.gallery(figures)) }))
    }
    sections.append(("tables", "Tables", { page.add(self.tables) }))
    if !details.failures.isEmpty {
      sections.append(("failures", "Failures", { page.add(Self.failures(details.failures)) }))
    }
    sections.append(("runs", "Runs", { self.addRuns(ids, to: &page) }))
    if !details.costs.isEmpty {
      sections.append(("cost", "Cost", { page.add(Self.costs(details.costs)) }))
    }
    sections.append(
      ("reading", "How to read this, and where it comes from", { page.add(self.reading(origin)) }))

    page.add("<nav aria-label=\"Sections\"><ul>")
    for section in sections { page.add("<li><a href=\"#\(section.id)\">\(section.title)</a></li>") }
    page.add("</ul></nav>\n</header>\n<main>\n")
    for section in sections {
      page.add(
        "<section aria-labelledby=\"\(section.id)\">\n<h2 id=\"\(section.id)\">\(section.title)</h2>\n"
      )
      section.body()
      page.add("</section>\n")
    }
    page.add("</main>\n<footer>\(footer(origin))</footer>\n")
    page.add("<script>\(PageScript.source)</script>\n</body>\n</html>\n")
    return page.bytes
  }

  // MARK: What was asked

  private var cellSentence: String {
    let noun = cellCount == 1 ? "cell" : "cells"
    guard let replicate = specification.replicateAxis, runs.axisIndex(replicate) != nil else {
      return "\(cellCount) \(noun)"
    }
    return "\(cellCount) \(noun) of runs that differ in \(Markup.escaped(replicate)) only"
  }

  private func asked(_ details: ReportDetails) -> String {
    var html = "<dl>\n"
    func item(_ name: String, _ text: String) {
      html += "<dt>\(Markup.escaped(name))</dt><dd>\(Markup.escaped(text))</dd>\n"
    }
    switch specification.program.work {
    case .builtin: item("Program", "the built-in language model")
    case .external(let program):
      switch program.invocation {
      case .command(let words): item("Program", words.joined(separator: " "))
      case .shell(let script): item("Program, by the shell", script)
      }
    }
    for axis in specification.axes {
      let labels = axis.points.labels.map(\.description)
      let text =
        labels.count > 24
        ? labels.prefix(8).joined(separator: ", ") + ", …, \(labels[labels.count - 1])"
        : labels.joined(separator: ", ")
      item("Axis \(axis.name)", "\(text) (\(labels.count))")
    }
    for condition in specification.conditions { item("Where", condition.description) }
    if !specification.fixed.isEmpty {
      item(
        "Set for all",
        specification.fixed.sorted { $0.key < $1.key }.map { "\($0.key) = \($0.value)" }
          .joined(separator: ", "))
    }
    html += "</dl>\n"
    if let file = details.gridFile {
      // Line by line, since a line break is the one control character that belongs here.
      let lines = file.split(separator: "\n", omittingEmptySubsequences: false)
        .map { Markup.escaped(String($0)) }
      html +=
        "<details><summary>The grid file</summary><pre tabindex=\"0\">"
        + lines.joined(separator: "\n") + "</pre></details>\n"
    }
    return html
  }

  // MARK: Figures and tables

  private static func gallery(_ figures: [Figure]) -> String {
    var html = "<div class=\"gallery\">\n"
    for figure in figures {
      let isWide = figure.width > FigureStyle.columnWidth
      let name = Markup.escaped(figure.name)
      html += "<figure\(isWide ? " class=\"wide\"" : "") id=\"figure-\(name)\">"
      // A wide one scrolls by itself on a narrow screen.
      let region = " role=\"region\" tabindex=\"0\" aria-label=\"\(Markup.escaped(figure.title))\""
      html += "<div class=\"picture\"\(isWide ? region : "")>\n"
      html += figure.inlineSVG
      html += "</div><figcaption>"
      html += figure.caption.map(Markup.escaped).joined(separator: " ")
      html += "</figcaption></figure>\n"
    }
    return html + "</div>\n"
  }

  private var tables: String {
    var html = ""
    for (index, section) in sections.enumerated() {
      let metric = Markup.escaped(section.metric)
      html += "<h3>\(metric)</h3>\n"
      if let about = section.about { html += "<p>\(Markup.escaped(about))</p>\n" }
      html += HTMLTable.render(
        section.means, label: "\(section.metric): means", isAnchor: index == 0
      ) { row, column in
        section.pivot.cell(row: row, column: column)
      }
      if let differences = section.differences {
        html += "<h4>Against the baseline</h4>\n"
        html += HTMLTable.render(differences, label: "\(section.metric) against the baseline")
      }
      html += "<details><summary>What the means of \(metric) hide</summary>\n"
      html += HTMLTable.render(section.spread, label: "\(section.metric): spread")
      html += "</details>\n"
    }
    if let stopping {
      html += "<h3>Early stopping</h3>\n"
      html += HTMLTable.render(stopping, label: "Early stopping")
    }
    if let sentence = unreportedSentence { html += "<p>\(Markup.escaped(sentence))</p>\n" }
    return html
  }

  // MARK: Runs

  private func addRuns(_ ids: [RunID], to page: inout HTMLPage) {
    let data = RunData(runs: runs, ids: ids, cellOfRun: cellOfRun)
    page.add(
      """
      <p class="caption">Metrics have six digits here; runs.csv has all of them. A figure in the \
      tables leads to its runs, and “cell” leads back.
      """)
    if data.count < runs.count {
      page.add(" Of the \(runs.count) runs the first \(data.count) are here.")
    }
    page.add(
      """
      </p>
      <noscript><p>Without scripts these are the first \(min(RunData.staticRows, runs.count)) of \
      \(runs.count) runs; runs.csv has all.</p></noscript>
      <div class="controls" id="run-controls"></div>
      <p class="note" id="run-status" role="status"></p>
      <div class="scroll" role="region" tabindex="0" aria-label="Runs"><table id="run-table">\
      \(data.staticTable)</table></div>
      <div class="pager controls" id="run-pager" hidden></div>
      <script type="application/json" id="run-data">
      """)
    page.add(data.json)
    page.add("</script>\n")
  }

  /// For each run the number of its cell in the tables.
  private var cellOfRun: [Int32] {
    var numbers = [Int32](repeating: -1, count: runs.count)
    guard let cells = sections.first?.pivot.cells else { return numbers }
    for cell in 0..<cells.count {
      for run in cells.runs(of: cell) { numbers[run] = Int32(cell) }
    }
    return numbers
  }

  // MARK: Failures, cost, provenance

  private static func failures(_ failures: [ReportDetails.FailureGroup]) -> String {
    var html = """
      <div class="scroll" role="region" tabindex="0" aria-label="Failures"><table>
      <thead><tr><th scope="col">cluster</th><th scope="col" class="number">runs</th>\
      <th scope="col" class="number">jobs</th><th scope="col">message</th><th scope="col">log</th></tr>\
      </thead>
      <tbody>

      """
    for failure in failures {
      html += "<tr><td class=\"id\">\(Markup.escaped(failure.id))</td>"
      html += "<td class=\"number\">\(failure.runs)</td><td class=\"number\">\(failure.jobs)</td>"
      html += "<td class=\"message\">\(Markup.escaped(failure.message))</td>"
      html += "<td class=\"id\">\(Markup.escaped(failure.log ?? ""))</td></tr>\n"
    }
    return html + "</tbody></table></div>\n"
  }

  private static func costs(_ costs: [ReportDetails.StageCost]) -> String {
    let total = costs.reduce(0) { $0 + $1.seconds }
    let style = NumberStyle(decimals: 1, exponent: 0)
    var html = """
      <p>\(style.text(total / 60)) minutes of work, by kind of stage. A stage that runs share counts \
      once.</p>
      <div class="scroll" role="region" tabindex="0" aria-label="Cost"><table>
      <thead><tr><th scope="col">stage</th><th scope="col" class="number">stages</th>\
      <th scope="col" class="number">seconds</th><th scope="col" class="number">seconds each</th>\
      <th scope="col" class="number">share</th></tr></thead>
      <tbody>

      """
    for cost in costs {
      html += "<tr><th scope=\"row\">\(Markup.escaped(cost.kind))</th>"
      html += "<td class=\"number\">\(cost.stages)</td>"
      html += "<td class=\"number\">\(style.text(cost.seconds))</td>"
      let each = cost.stages > 0 ? cost.seconds / Double(cost.stages) : 0
      html += "<td class=\"number\">\(SixDigits.text((each * 1000).rounded() / 1000))</td>"
      let share = total > 0 ? 100 * cost.seconds / total : 0
      html += "<td class=\"number\">\(style.text(share))%</td></tr>\n"
    }
    return html + "</tbody></table></div>\n"
  }

  private func reading(_ origin: ReportOrigin) -> String {
    var html = "<ul>\n"
    for sentence in readingSentences { html += "<li>\(Markup.escaped(sentence))</li>\n" }
    html += "</ul>\n"
    for sentence in origin.shards {
      html += "<p class=\"caution\">\(Markup.escaped(sentence))</p>\n"
    }
    if origin.sources.count > 1 {
      html +=
        "<p class=\"caution\">Caution: the results come from \(origin.sources.count) builds or machine "
        + "kinds.</p>\n"
    }
    html += "<ul>\n"
    for source in origin.sources {
      let noun = source.results == 1 ? "result" : "results"
      html += "<li>\(source.results) \(noun) by \(Markup.escaped(source.description))</li>\n"
    }
    return html + "</ul>\n"
  }

  private var readingSentences: [String] {
    var sentences: [String] = []
    if let replicate = specification.replicateAxis, runs.axisIndex(replicate) != nil {
      sentences.append(
        "Means, intervals and skewness are taken over \(replicate), n values each. They speak of "
          + "other values of \(replicate) under the same settings, not of anything that the grid did "
          + "not vary.")
    }
    sentences.append(
      "Figures and tables state how their intervals were made and n. A mean of fewer runs than were "
        + "planned carries a remark.")
    if sections.contains(where: { $0.differences != nil }) {
      sentences.append(
        "A difference from the baseline is taken pair by pair, so what two runs of a pair have in "
          + "common drops out of it.")
    }
    return sentences
  }

  private func footer(_ origin: ReportOrigin) -> String {
    "Grid \(origin.gridHash.hex)"
      + (claims.isEmpty
        ? "" : "; claims fixed by commit \(Markup.escaped(origin.claimsCommit ?? "unknown"))")
      + (origin.commit.map { "; report made by commit \(Markup.escaped($0))" } ?? "")
  }
}

/// The bytes of a page.
struct HTMLPage {
  private(set) var bytes: [UInt8] = []

  mutating func add(_ text: String) { bytes.append(contentsOf: text.utf8) }
  mutating func add(_ more: [UInt8]) { bytes.append(contentsOf: more) }
}

/// Bytes as text (RFC 4648, section 4).
enum Base64 {
  private static let alphabet = Array(
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/".utf8)

  static func text(_ bytes: [UInt8]) -> String {
    var output: [UInt8] = []
    for start in stride(from: 0, to: bytes.count, by: 3) {
      let group = bytes[start..<min(start + 3, bytes.count)]
      let bits = group.reduce(0) { $0 << 8 | UInt32($1) } << UInt32(8 * (3 - group.count))
      for place in 0..<4 {
        output.append(
          place <= group.count
            ? alphabet[Int(bits >> UInt32(18 - 6 * place) & 63)] : UInt8(ascii: "="))
      }
    }
    return String(decoding: output, as: UTF8.self)
  }
}
