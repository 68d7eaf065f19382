import Aggregator
import Grid
import JobTable

/// A grid's results as the job table has them now.
struct GridResults: Sendable {
  let grid: GridRecord
  let ids: [RunID]
  /// The runs in the order of expansion. Its metrics are those that at least one run has: the
  /// program's own in their order, then any others alphabetically.
  let runs: RunTable
  /// The values of the axes as they stand in the job table, for `runs.csv`.
  let axes: [RunColumns.Axis]

  /// Reads the runs of a grid.
  ///
  /// - Parameter known: the program's metrics in the order of their columns.
  /// - Complexity: O(runs × (axes + metrics)).
  init(of grid: GridRecord, in reader: JobTableReader, metricOrder known: [String]) throws {
    self.grid = grid
    var columns = try reader.columns(of: grid.name)
    if columns.axes.isEmpty {
      columns.axes = grid.specification.axes.map { _ in RunColumns.Axis() }
    }
    let present = Set(columns.metrics.map(\.name))
    let order = known.filter { present.contains($0) } + present.subtracting(known).sorted()
    let metrics = order.compactMap { name in columns.metrics.first { $0.name == name } }
    var runs = RunTable(
      axes: zip(grid.specification.axes, columns.axes).map(Self.axis),
      metrics: metrics.map { ($0.name, $0.values) }, states: columns.states)
    if try reader.hasSeveralPlaces(), try reader.provenance(of: grid.name).count > 1 {
      runs.origins = try reader.origins(of: grid.name)
    }
    ids = columns.ids
    axes = columns.axes
    self.runs = runs
  }

  /// The values of an axis in the grid's order, then those that it does not know (any more).
  private static func axis(
    _ axis: Axis, _ column: RunColumns.Axis
  ) -> (name: String, values: [ParameterValue], codes: [Int32]) {
    var values: [ParameterValue] = []
    var codes: [ParameterValue: Int32] = [:]
    func code(_ value: ParameterValue) -> Int32 {
      if let known = codes[value] { return known }
      let code = Int32(values.count)
      codes[value] = code
      values.append(value)
      return code
    }
    for label in axis.points.labels { _ = code(label.reduced) }
    let renamed = column.values.map { code($0.reduced) }
    return (axis.name, values, column.codes.map { renamed[Int($0)] })
  }

  /// The axes that means are taken over: the replicate axis, if the grid has one.
  var averagedAxes: [String] { grid.specification.replicateAxis.map { [$0] } ?? [] }
}

extension ParameterValue {
  /// The value with an integral number as an integer: the job table stores JSON, in which `1.0` and
  /// `1` are one value.
  var reduced: ParameterValue {
    if case .number = self, let integer { .integer(integer) } else { self }
  }
}
