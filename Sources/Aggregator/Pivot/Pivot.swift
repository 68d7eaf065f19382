import Grid

/// The cells of one metric laid out in rows and columns.
///
/// Nothing is pooled silently: an axis that is neither named nor averaged over becomes a further
/// label of the rows (or, where all runs agree on it, a remark), so that an entry is always exactly
/// one cell.
package struct Pivot: Sendable {
  /// One row or column: its values of the axes of its side.
  package typealias Key = [ParameterValue]

  package let cells: CellTable
  /// The index of the metric in the table of runs.
  package let metric: Int
  /// The axes that label the rows: the named ones first, then those left over that vary.
  package let rowAxes: [String]
  package let columnAxes: [String]
  /// The rows and columns, in the order of the axes' values.
  package let rows: [Key]
  package let columns: [Key]
  /// The axes on which all runs agree and that were not asked for, with their value.
  package let constants: [(axis: String, value: ParameterValue)]
  /// The axes that means are taken over.
  package let averagedAxes: [String]
  /// The cell at each place, row by row. Sparse, since a grid need not fill its rectangle.
  private let cellAt: [Int: Int]

  /// Lays out the cells.
  ///
  /// - Parameters:
  ///   - metric: the metric to show.
  ///   - rows: the axes that label the rows.
  ///   - columns: the axes that label the columns; with none there is one column.
  ///   - names: the axes to take means over. One that is also among the rows or columns is not
  ///     averaged over: its values stand apart.
  /// - Throws: what is wrong with the names.
  /// - Complexity: O(runs × axes + cells log cells).
  package init(
    _ runs: RunTable, metric: String, rows: [String], columns: [String],
    averagingOver names: [String]
  ) throws(AggregationFault) {
    var named: Set<String> = []
    for name in rows + columns {
      _ = try runs.requireAxis(name)
      if !named.insert(name).inserted { throw .axisTwice(name) }
    }
    let metricIndex = try runs.requireMetric(metric)
    let cells = try CellTable(runs, averagingOver: names.filter { !named.contains($0) })

    var rowAxes: [Int] = []
    for name in rows { rowAxes.append(try runs.requireAxis(name)) }
    var columnAxes: [Int] = []
    for name in columns { columnAxes.append(try runs.requireAxis(name)) }
    var constants: [(axis: String, value: ParameterValue)] = []
    for axis in cells.labelAxes where !named.contains(runs.axes[axis].name) {
      if let value = runs.constantValue(ofAxis: axis) {
        constants.append((runs.axes[axis].name, value))
      } else {
        rowAxes.append(axis)
      }
    }

    let rowGroups = RankedGroups(runs, by: rowAxes)
    let columnGroups = RankedGroups(runs, by: columnAxes)
    var cellAt: [Int: Int] = [:]
    cellAt.reserveCapacity(cells.count)
    for cell in 0..<cells.count {
      let run = cells.firstRun(of: cell)
      let row = Int(rowGroups.rankOfRun[run])
      cellAt[row * columnGroups.firstRuns.count + Int(columnGroups.rankOfRun[run])] = cell
    }
    self.cells = cells
    self.metric = metricIndex
    self.rowAxes = rowAxes.map { runs.axes[$0].name }
    self.columnAxes = columnAxes.map { runs.axes[$0].name }
    self.rows = rowGroups.firstRuns.map { runs.values(ofAxes: rowAxes, run: Int($0)) }
    self.columns = columnGroups.firstRuns.map { runs.values(ofAxes: columnAxes, run: Int($0)) }
    self.constants = constants
    averagedAxes = cells.averagedAxes.map { runs.axes[$0].name }
    self.cellAt = cellAt
  }

  /// The cell at a place; `nil` where the grid has no such runs.
  package func cell(row: Int, column: Int) -> Int? {
    precondition(columns.indices.contains(column), "there is no column \(column)")
    return cellAt[row * columns.count + column]
  }

  /// The name of the metric.
  package var metricName: String { cells.runs.metricNames[metric] }
}

extension RunTable {
  /// The value of an axis if all runs agree on it.
  fileprivate func constantValue(ofAxis axis: Int) -> ParameterValue? {
    guard let first = axes[axis].codes.first,
      axes[axis].codes.allSatisfy({ $0 == first })
    else { return nil }
    return axes[axis].values[Int(first)]
  }

  fileprivate func values(ofAxes axes: [Int], run: Int) -> [ParameterValue] {
    axes.map { value(ofAxis: $0, run: run) }
  }
}
