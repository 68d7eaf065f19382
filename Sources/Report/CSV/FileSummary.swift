import Aggregator
import Grid

/// What is said of a file of runs: the tables that `report` makes of a grid, for runs of any tool.
package struct FileSummary: Sendable {
  /// The tables of one metric.
  package struct Section: Sendable {
    package let metric: String
    package let means: ReportTable
    /// Where a baseline was named and something can be compared with it.
    package let differences: ReportTable?
    private let figures: PivotFigures

    fileprivate init(metric: String, differences: ReportTable?, pivot: Pivot) {
      self.metric = metric
      self.differences = differences
      figures = PivotFigures(pivot)
      means = ReportTable(meansOf: figures)
    }

    /// What the means hide, one row a cell.
    ///
    /// - Complexity: O(cells).
    package var spread: ReportTable { ReportTable(spreadOf: figures) }
  }

  /// The columns of a table by default: so many values of the last axis stand beside each other.
  static let columnLimit = 12

  package let sections: [Section]

  /// - Parameters:
  ///   - roles: `axes` tell cells apart, means are taken over `replicates`.
  ///   - rows: the axes that label the rows; with `columns` empty too, the last axis labels the
  ///     columns if it has few values.
  ///   - baseline: what each cell is compared with, pair by pair; the pairs agree on the replicates.
  /// - Throws: what is wrong with the names.
  /// - Complexity: O(runs × (axes + metrics)), but for the sorting within cells.
  package init(
    _ runs: RunTable, roles: ColumnRoles, rows: [String] = [], columns: [String] = [],
    baseline: ParameterAssignment? = nil
  ) throws(AggregationFault) {
    var rows = rows
    var columns = columns
    if rows.isEmpty, columns.isEmpty, roles.axes.count > 1, let last = roles.axes.last,
      let axis = runs.axisIndex(last), runs.axes[axis].values.count <= Self.columnLimit
    {
      rows = Array(roles.axes.dropLast())
      columns = [last]
    }
    var sections: [Section] = []
    for metric in roles.metrics {
      let pivot = try Pivot(
        runs, metric: metric, rows: rows, columns: columns, averagingOver: roles.replicates)
      var differences: ReportTable?
      if let baseline {
        differences = ReportTable(
          differencesIn: pivot, to: try BaselineComparison(pivot.cells, baseline: baseline))
      }
      sections.append(Section(metric: metric, differences: differences, pivot: pivot))
    }
    self.sections = sections
  }

  /// The tables for a terminal.
  ///
  /// - Parameters:
  ///   - width: the columns of the terminal; `nil` sets no bound.
  ///   - rowLimit: at most so many rows a table.
  ///   - spread: whether to add what the means hide.
  package func terminal(width: Int?, rowLimit: Int? = nil, spread: Bool = false) -> String {
    tables(spread: spread).map {
      TerminalTable.render($0, width: width, rowLimit: rowLimit)
    }.joined(separator: "\n")
  }

  /// The tables in Markdown.
  package func markdown(spread: Bool = false) -> String {
    tables(spread: spread).map { MarkdownTable.render($0) }.joined(separator: "\n")
  }

  /// The tables in LaTeX, one `table` environment each.
  package func latex(spread: Bool = false) -> String {
    tables(spread: spread).map { LaTeXTable.render($0) }.joined(separator: "\n")
  }

  /// The figures that the axes suggest for the first metrics.
  ///
  /// - Throws: `AggregationFault.unknownAxis`.
  /// - Complexity: O(runs × axes × figures), but for the sorting within cells.
  package static func figures(
    of runs: RunTable, roles: ColumnRoles
  ) throws(AggregationFault) -> [Figure] {
    let maker = FigureMaker(runs, replicate: roles.replicates.first)
    return try maker.figures(
      roles.metrics.prefix(GridReport.metricLimit).flatMap { maker.suggestions(for: $0) },
      metrics: roles.metrics)
  }

  private func tables(spread: Bool) -> [ReportTable] {
    sections.flatMap { section in
      [section.means, section.differences, spread ? section.spread : nil].compactMap(\.self)
    }
  }
}
