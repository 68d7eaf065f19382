import Grid

/// All runs of a grid, column by column: a million runs of five axes and ten metrics take about 120 MB.
package struct RunColumns: Sendable {
  /// The values of an axis.
  package struct Axis: Sendable {
    /// The distinct ones, in the order of the runs that have them first.
    package var values: [ParameterValue] = []
    /// For every run the index of its value.
    package var codes: [Int32] = []

    package init() {}
  }

  /// The values of a metric; NaN where a run has none.
  package struct Metric: Sendable {
    package let name: String
    package var values: [Double]
  }

  package var ids: [RunID] = []
  package var states: [RunState] = []
  package var axes: [Axis] = []
  /// Those that at least one run has, in no particular order.
  package var metrics: [Metric] = []
}
