/// What a grid wants to see of its results.
package struct ReportSpecification: Hashable, Sendable, Codable {
  /// The metrics of the tables, the first one foremost; empty leaves the choice to the program.
  package var metrics: [String]
  package var rows: [String]
  package var columns: [String]
  /// Values of axes that select, among the grid's own runs, those to compare with.
  package var baseline: ParameterAssignment?
  /// What the entries show; `nil` is the mean.
  package var statistic: ReportStatistic?
  /// Which entries stand out; `nil` leaves it to what is known of the metric.
  package var best: ReportBest?
  /// The figures; `nil` leaves the choice to the axes.
  package var figures: [FigureSpecification]?

  package init(
    metrics: [String] = [], rows: [String] = [], columns: [String] = [],
    baseline: ParameterAssignment? = nil, statistic: ReportStatistic? = nil,
    best: ReportBest? = nil, figures: [FigureSpecification]? = nil
  ) {
    self.metrics = metrics
    self.rows = rows
    self.columns = columns
    self.baseline = baseline
    self.statistic = statistic
    self.best = best
    self.figures = figures
  }
}
