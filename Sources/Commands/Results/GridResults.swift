import Aggregator
import Grid
import JobTable

/// A grid's results as the job table has them now.
struct GridResults {
  let grid: GridRecord
  let ids: [RunID]
  /// The runs in the order of expansion. Its metrics are those that at least one run has: the
  /// program's own in their order, then any others alphabetically.
  let runs: RunTable

  /// Reads the runs of a grid.
  ///
  /// - Parameter known: the program's metrics in the order of their columns.
  /// - Complexity: O(runs × (axes + metrics)).
  init(of grid: GridRecord, in reader: JobTableReader, metricOrder known: [String]) throws {
    self.grid = grid
    var present: Set<String> = []
    var count = 0
    try reader.forEachRun(in: grid.name) { run in
      present.formUnion(run.metrics.keys)
      count += 1
    }
    let metrics = known.filter { present.contains($0) } + present.subtracting(known).sorted()
    var ids: [RunID] = []
    ids.reserveCapacity(count)
    var runs = RunTable(
      axes: grid.specification.axes.map { axis in
        (axis.name, axis.points.map(\.label.reduced))
      }, metrics: metrics, expectedCount: count)
    try reader.forEachRun(in: grid.name) { run in
      ids.append(run.id)
      runs.append(
        axisValues: run.axisValues.map(\.reduced), state: run.state,
        metrics: metrics.map { run.metrics[$0] })
    }
    if try reader.provenance(of: grid.name).count > 1 {
      runs.origins = try reader.origins(of: grid.name)
    }
    self.ids = ids
    self.runs = runs
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
