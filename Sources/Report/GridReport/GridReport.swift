import Aggregator
import Grid

/// Everything that is said of a grid's results: made once, shown on a terminal or written as
/// Markdown.
package struct GridReport: Sendable {
  /// The tables of one metric.
  package struct Section: Sendable {
    package let metric: String
    /// One sentence about the metric; `nil` where the program has none.
    package let about: String?
    /// The means, or the statistic that was asked for in their place.
    package let means: ReportTable
    /// Where the grid names a baseline and something can be compared with it.
    package let differences: ReportTable?
    let figures: PivotFigures

    var pivot: Pivot { figures.pivot }

    fileprivate init(
      metric: String, about: String?, differences: ReportTable?, pivot: Pivot,
      statistic: ReportStatistic, best: ReportBest
    ) {
      self.metric = metric
      self.about = about
      self.differences = differences
      figures = PivotFigures(pivot)
      means = ReportTable(statistic, of: figures, best: best)
    }

    /// What the means hide.
    ///
    /// - Complexity: O(cells); it has a row for each.
    package var spread: ReportTable { ReportTable(spreadOf: figures) }
  }

  package let specification: GridSpecification
  package let runs: RunTable
  package let sections: [Section]
  /// The metrics that the grid asks for and no run has reported (yet).
  package let unreported: [String]
  /// What the grid's rules of early stopping would have cost, if it has some.
  package let stopping: ReportTable?
  /// The grid's claims with their verdicts, in its order.
  package let claims: [ClaimVerdict]
  /// The groups of runs that differ only on the replicate axis.
  let cellCount: Int

  /// Makes the tables that a grid asks for.
  ///
  /// - Parameters:
  ///   - runs: the grid's runs as far as they are, with their metrics.
  ///   - report: what to show, if not what the grid says.
  ///   - defaultMetrics: the metrics to show where the grid names none.
  ///   - descriptions: what the program says of its metrics.
  ///   - claims: what became of the grid's claims.
  /// - Throws: what is wrong with the names of axes and metrics. A metric that the grid itself names
  ///   is not wrong, only unreported, when no run has it.
  /// - Complexity: O(runs × (axes + metrics shown)), but for the sorting within cells.
  package init(
    _ runs: RunTable, of specification: GridSpecification, report: ReportSpecification? = nil,
    defaultMetrics: [String], descriptions: [MetricDescription] = [],
    claims: [ClaimVerdict] = []
  ) throws(AggregationFault) {
    let report = report ?? specification.report
    var sections: [Section] = []
    var unreported: [String] = []
    let averaged = [specification.replicateAxis].compactMap(\.self)
      .filter { runs.axisIndex($0) != nil }
    for name in report.metrics.isEmpty ? defaultMetrics : report.metrics {
      if runs.metricIndex(name) == nil, specification.report.metrics.contains(name) {
        unreported.append(name)
        continue
      }
      let pivot = try Pivot(
        runs, metric: name, rows: report.rows, columns: report.columns,
        averagingOver: averaged)
      var differences: ReportTable?
      if let baseline = report.baseline {
        differences = ReportTable(
          differencesIn: pivot, to: try BaselineComparison(pivot.cells, baseline: baseline))
      }
      let description = descriptions.first { $0.name == name }
      sections.append(
        Section(
          metric: name, about: description?.about, differences: differences, pivot: pivot,
          statistic: report.statistic ?? .mean,
          best: report.best ?? description?.best ?? ReportBest.none))
    }
    self.specification = specification
    self.runs = runs
    self.sections = sections
    self.unreported = unreported
    stopping = try specification.stopping.map { (rules) throws(AggregationFault) in
      ReportTable(try StoppingAnalysis(runs, rules))
    }
    self.claims = claims
    cellCount = try CellTable(runs, averagingOver: averaged).count
  }

  /// How many runs there are and how they stand: `480 runs, all done`.
  package var progress: String {
    let done = runs.count(of: .done)
    let failed = runs.count(of: .failed)
    let open = runs.count - done - failed
    let noun = runs.count == 1 ? "run" : "runs"
    if done == runs.count { return "\(runs.count) \(noun), all done" }
    var parts = ["\(done) done"]
    if failed > 0 { parts.append("\(failed) failed") }
    if open > 0 { parts.append("\(open) not done yet") }
    return "\(runs.count) \(noun): \(parts.joined(separator: ", "))"
  }

  /// Which metrics were asked for in vain.
  var unreportedSentence: String? {
    if unreported.isEmpty { return nil }
    var text = "No run has reported \(unreported.map(DisplayText.printable).listed)"
    let known = runs.metricNames
    let done = runs.count(of: .done)
    if done == 0 { return text + "." }
    text +=
      known.isEmpty
      ? "; \(done) \(done == 1 ? "is" : "are") done, without any metric"
      : "; \(done) \(done == 1 ? "is" : "are") done with \(known.map(DisplayText.printable).listed)"
    let meant = unreported.compactMap { Suggestion.nearest(to: $0, among: known) }
    if let first = meant.first { text += ". Did you mean “\(DisplayText.printable(first))”?" }
    return text + (meant.isEmpty ? "." : "")
  }

  /// The tables for a terminal: means and differences from the baseline, with `spread` also what the
  /// means hide.
  ///
  /// - Parameters:
  ///   - width: the columns of the terminal; `nil` sets no bound.
  ///   - rowLimit: at most so many rows a table.
  package func terminal(width: Int?, rowLimit: Int? = nil, spread: Bool = false) -> String {
    let title = "\(DisplayText.printable(specification.name)): \(progress)."
    var parts = [TerminalTable.wrapped(title, width).joined(separator: "\n") + "\n"]
    for section in sections {
      let tables = [section.means, section.differences, spread ? section.spread : nil]
      for table in tables.compactMap(\.self) {
        parts.append(TerminalTable.render(table, width: width, rowLimit: rowLimit))
      }
    }
    if let claims = ReportTable(claims: claims) {
      parts.append(TerminalTable.render(claims, width: width))
    }
    if let stopping {
      parts.append(TerminalTable.render(stopping, width: width, rowLimit: rowLimit))
    }
    if let sentence = unreportedSentence {
      parts.append(TerminalTable.wrapped(sentence, width).joined(separator: "\n") + "\n")
    }
    return parts.joined(separator: "\n")
  }
}
