/// What a grid wants to see of its results.
package struct ReportSpecification: Hashable, Sendable, Codable {
  /// The metrics of the tables, the first one foremost; empty leaves the choice to the program.
  package var metrics: [String]
  package var rows: [String]
  package var columns: [String]
  /// Values of axes that select, among the grid's own runs, those to compare with.
  package var baseline: ParameterAssignment?

  package init(
    metrics: [String] = [], rows: [String] = [], columns: [String] = [],
    baseline: ParameterAssignment? = nil
  ) {
    self.metrics = metrics
    self.rows = rows
    self.columns = columns
    self.baseline = baseline
  }
}
