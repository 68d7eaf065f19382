import Aggregator
import Statistics

/// Writes `summary.csv`: one row for each cell and metric.
package enum SummaryExport {
  /// The columns after the cell's axes. `runs` are those that the grid plans for the cell, `failed`
  /// those of them that failed for good; with these counted as 0 the mean is `mean_failed_as_0`, empty
  /// where none failed. `origins` counts the builds and machine kinds behind a cell, empty where they
  /// are unknown or the same for the whole grid.
  package static let columns = [
    "metric", "n", "mean", "variance", "std", "stderr", "skewness", "skewness_stderr", "min",
    "q25", "median", "q75", "max", "ci_low", "ci_high", "runs", "failed", "mean_failed_as_0",
    "origins",
  ]

  /// Writes the cells in the order of expansion, and in each the metrics in the order of their
  /// columns.
  ///
  /// - Throws: what the sink throws.
  /// - Complexity: O(runs × metrics), but for the sorting within cells.
  package static func write(_ cells: CellTable, to sink: @escaping ByteSink) throws {
    var writer = CSVWriter(to: sink)
    var summarizer = Summarizer()
    let metrics = cells.runs.metricNames
    try writer.row(cells.labelAxes.map { cells.runs.axes[$0].name } + columns)
    for cell in 0..<cells.count {
      let labels = cells.labels(of: cell)
      for (metric, name) in metrics.enumerated() {
        let figures = cells.figures(cell: cell, metric: metric, summarizer: &summarizer)
        let summary = figures.summary
        for label in labels { writer.field(label) }
        writer.field(name)
        writer.field(summary.count)
        for value in [
          summary.mean, summary.variance, summary.standardDeviation, summary.standardError,
          summary.skewness, summary.skewnessError, summary.minimum, summary.lowerQuartile,
          summary.median, summary.upperQuartile, summary.maximum, summary.interval?.low,
          summary.interval?.high,
        ] {
          writer.field(value)
        }
        writer.field(figures.planned)
        writer.field(figures.failed)
        writer.field(figures.meanWithFailures)
        writer.field(figures.origins == 0 ? "" : "\(figures.origins)")
        try writer.endRow()
      }
    }
    try writer.finish()
  }
}
