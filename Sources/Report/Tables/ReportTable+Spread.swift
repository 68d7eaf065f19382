import Aggregator
import Statistics

extension ReportTable {
  /// What the means hide, one row a cell: n, mean, standard deviation, skewness with its standard
  /// error, minimum, median, maximum.
  ///
  /// - Complexity: O(cells), and as much for each row that is looked at.
  init(spreadOf figures: PivotFigures) {
    let pivot = figures.pivot
    let present = figures.present
    let style = NumberStyle(
      means: present.flatMap { [$0.summary.minimum, $0.summary.maximum].compactMap(\.self) },
      halfWidths: present.compactMap(\.summary.interval?.halfWidth))
    let places = figures.cellPlaces
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
      rows: Rows(count: present.count) { index in
        let place = places[index]
        let figures = present[index]
        let summary = figures.summary
        func entry(_ value: Double?) -> Entry {
          Entry(value.map { style.text($0) } ?? NumberStyle.none)
        }
        return Row(
          labels: pivot.rowLabels(Int(place.row))
            + pivot.columns[Int(place.column)].map { DisplayText.printable($0.description) },
          entries: [
            Entry(
              figures.isIncomplete ? "\(summary.count) of \(figures.planned)" : "\(summary.count)"),
            entry(summary.mean), entry(summary.standardDeviation),
            Entry(shape.skewness(summary)), entry(summary.minimum), entry(summary.median),
            entry(summary.maximum),
          ])
      },
      notes: Self.missingNotes(present))
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
