import Grid

/// Runs with their axis values, states and metrics, column by column: a million runs with five axes
/// and ten metrics take about 100 MB.
package struct RunTable: Sendable {
  /// The name of an axis and its values in order.
  package struct Axis: Sendable {
    package let name: String
    /// The values in the order of the grid, then those it did not know in the order of appearance.
    package fileprivate(set) var values: [ParameterValue]
    /// For every run the index of its value.
    package fileprivate(set) var codes: [Int32] = []
    /// Made when it is first needed: an axis that comes whole needs none.
    private var codeOfValue: [ParameterValue: Int32] = [:]

    fileprivate init(name: String, values: [ParameterValue]) {
      self.name = name
      self.values = []
      for value in values { _ = code(of: value) }
    }

    fileprivate init(name: String, values: [ParameterValue], codes: [Int32]) {
      self.name = name
      self.values = values
      self.codes = codes
    }

    fileprivate mutating func append(_ value: ParameterValue) {
      // Neighbours in the order of expansion share most of their values.
      if let last = codes.last, values[Int(last)] == value {
        codes.append(last)
      } else {
        codes.append(code(of: value))
      }
    }

    private mutating func code(of value: ParameterValue) -> Int32 {
      if codeOfValue.isEmpty {
        for (code, known) in values.enumerated() { codeOfValue[known] = Int32(code) }
      }
      if let known = codeOfValue[value] { return known }
      let code = Int32(values.count)
      values.append(value)
      codeOfValue[value] = code
      return code
    }
  }

  /// The name of a metric and its value for every run; NaN stands for a missing one.
  struct Metric: Sendable {
    let name: String
    fileprivate(set) var values: [Double] = []
  }

  package private(set) var axes: [Axis]
  private(set) var metrics: [Metric]
  package private(set) var states: [RunState] = []
  /// For every run, where its results come from: a bit for each build and machine kind. Empty where
  /// nothing is known, or all come from one place.
  package var origins: [UInt64] = []

  /// An empty table.
  ///
  /// - Parameters:
  ///   - axes: the axes in the grid's order, with their values in order where they are known: rows
  ///     and columns of tables stand in that order.
  ///   - metrics: the metrics in the order of their columns.
  ///   - expectedCount: how many runs will come, so that memory is asked for once.
  package init(
    axes: [(name: String, values: [ParameterValue])], metrics: [String], expectedCount: Int = 0
  ) {
    self.axes = axes.map { Axis(name: $0.name, values: $0.values) }
    self.metrics = metrics.map { Metric(name: $0) }
    states.reserveCapacity(expectedCount)
    for index in self.axes.indices { self.axes[index].codes.reserveCapacity(expectedCount) }
    for index in self.metrics.indices { self.metrics[index].values.reserveCapacity(expectedCount) }
  }

  /// A table of whole columns.
  ///
  /// - Parameters:
  ///   - axes: for each its distinct values and for every run the index of its value.
  ///   - metrics: for each its values, NaN where a run has none.
  /// - Precondition: all columns have one entry a run, codes are indices, values are NaN or finite.
  /// - Complexity: O(runs × (axes + metrics)), for the checks.
  package init(
    axes: [(name: String, values: [ParameterValue], codes: [Int32])],
    metrics: [(name: String, values: [Double])], states: [RunState]
  ) {
    for axis in axes {
      precondition(axis.codes.count == states.count, "\(axis.name) has \(axis.codes.count) codes")
      precondition(
        axis.codes.allSatisfy { axis.values.indices.contains(Int($0)) }, "a code is no index")
    }
    for metric in metrics {
      precondition(metric.values.count == states.count, "\(metric.name): \(metric.values.count)")
      precondition(metric.values.allSatisfy { !$0.isInfinite }, "\(metric.name) is infinite")
    }
    self.axes = axes.map { Axis(name: $0.name, values: $0.values, codes: $0.codes) }
    self.metrics = metrics.map { Metric(name: $0.name, values: $0.values) }
    self.states = states
  }

  /// An empty table for the runs of a grid.
  package init(
    of specification: GridSpecification, metrics: [String], expectedCount: Int = 0
  ) {
    self.init(
      axes: specification.axes.map { ($0.name, $0.points.labels) }, metrics: metrics,
      expectedCount: expectedCount)
  }

  /// Adds a run.
  ///
  /// - Parameters:
  ///   - axisValues: one value for each axis, in the order of `axes`.
  ///   - metrics: one value for each metric, `nil` where the run has none (yet). A value that is not
  ///     finite counts as missing.
  /// - Precondition: as many axis values as axes and metrics as metrics.
  /// - Complexity: O(axes + metrics), amortised.
  package mutating func append(
    axisValues: [ParameterValue], state: RunState, metrics values: [Double?]
  ) {
    precondition(axisValues.count == axes.count, "\(axisValues.count) values, \(axes.count) axes")
    precondition(values.count == metrics.count, "\(values.count) metrics of \(metrics.count)")
    for index in axes.indices { axes[index].append(axisValues[index]) }
    for index in metrics.indices {
      let value = values[index] ?? .nan
      metrics[index].values.append(value.isFinite ? value : .nan)
    }
    states.append(state)
  }

  /// Adds a run whose metrics are known by name; those that the table has no column for are left
  /// out.
  ///
  /// - Precondition: one value for each axis.
  package mutating func append(
    axisValues: [ParameterValue], state: RunState, metrics values: [String: Double]
  ) {
    append(axisValues: axisValues, state: state, metrics: metrics.map { values[$0.name] })
  }

  /// The number of runs.
  package var count: Int { states.count }

  /// The names of the metrics, in the order of their columns.
  package var metricNames: [String] { metrics.map(\.name) }

  /// The value of an axis for a run.
  package func value(ofAxis axis: Int, run: Int) -> ParameterValue {
    axes[axis].values[Int(axes[axis].codes[run])]
  }

  /// The value of a metric for a run; `nil` where it has none.
  package func value(ofMetric metric: Int, run: Int) -> Double? {
    let value = metrics[metric].values[run]
    return value.isNaN ? nil : value
  }

  /// How many runs are in a state.
  ///
  /// - Complexity: O(n).
  package func count(of state: RunState) -> Int {
    states.reduce(0) { $0 + ($1 == state ? 1 : 0) }
  }

  /// The index of the axis of that name.
  package func axisIndex(_ name: String) -> Int? {
    axes.firstIndex { $0.name == name }
  }

  /// The index of the metric of that name.
  package func metricIndex(_ name: String) -> Int? {
    metrics.firstIndex { $0.name == name }
  }
}
