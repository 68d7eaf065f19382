import Aggregator
import Statistics

extension ReportTable {
  /// What the means hide, one row a cell: n, mean, standard deviation, skewness with its standard
  /// error, minimum, median, maximum.
  ///
  /// - Complexity: O(n log n) in the runs.
  package init(spreadOf pivot: Pivot) {
    var summarizer = Summarizer()
    var labels: [[String]] = []
    var figures: [CellFigures] = []
    for row in pivot.rows.indices {
      for (column, key) in pivot.columns.enumerated() {
        guard let cell = pivot.cell(row: row, column: column) else { continue }
        labels.append(
          pivot.rowLabels(row) + key.map { DisplayText.printable($0.description) })
        figures.append(
          pivot.cells.figures(cell: cell, metric: pivot.metric, summarizer: &summarizer))
      }
    }
    let summaries = figures.map(\.summary)
    let style = NumberStyle(
      means: summaries.flatMap { [$0.minimum, $0.maximum].compactMap(\.self) },
      halfWidths: summaries.compactMap(\.interval?.halfWidth))
    let shape = NumberStyle(decimals: 2, exponent: 0)
    let metric = DisplayText.printable(pivot.metricName)
    let over = pivot.averagedAxes.map(DisplayText.printable).listed
    self.init(
      caption: [
        "\(metric)\(over.isEmpty ? "" : " over \(over)"): n, mean, standard deviation (n − 1), "
          + "skewness (G1) ± its standard error in normal samples, and order statistics"
          + (style.unit.map { "; all but the skewness \($0)" } ?? "") + "."
      ] + [pivot.constantsSentence].compactMap(\.self),
      labelHeaders: (pivot.rowAxes + pivot.columnAxes).map(DisplayText.printable),
      columnHeaders: ["n", "mean", "std", "skewness", "min", "median", "max"].map { [$0] },
      rows: zip(labels, figures).map { labels, figures in
        let summary = figures.summary
        func entry(_ value: Double?) -> Entry {
          Entry(value.map { style.text($0) } ?? NumberStyle.none)
        }
        return Row(
          labels: labels,
          entries: [
            Entry(
              figures.isIncomplete ? "\(summary.count) of \(figures.planned)" : "\(summary.count)"),
            entry(summary.mean), entry(summary.standardDeviation),
            Entry(shape.skewness(summary)), entry(summary.minimum), entry(summary.median),
            entry(summary.maximum),
          ])
      },
      notes: Self.missingNotes(figures))
  }
}

extension NumberStyle {
  fileprivate func skewness(_ summary: SampleSummary) -> String {
    guard let skewness = summary.skewness, let error = summary.skewnessError else {
      return Self.none
    }
    return "\(text(skewness)) ± \(text(error))"
  }
}
