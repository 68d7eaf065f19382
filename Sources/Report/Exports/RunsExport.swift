import Aggregator
import Grid

/// Writes `runs.csv`: `run`, the axes in the grid's order, `state`, the metrics. No times stand in
/// it, so that two complete runs of a grid give identical bytes.
package struct RunsExport {
  private var writer: CSVWriter
  private let axisCount: Int
  private let metrics: [String]
  /// By axis, the values that its codes stand for, as they stand in the file.
  private var axisFields: [[[UInt8]]] = []

  /// Writes the header.
  ///
  /// - Throws: what the sink throws.
  package init(axes: [String], metrics: [String], to sink: @escaping ByteSink) throws {
    writer = CSVWriter(to: sink)
    axisCount = axes.count
    self.metrics = metrics
    try writer.row(["run"] + axes + ["state"] + metrics)
  }

  /// Writes a run. The caller keeps the order of expansion.
  ///
  /// - Parameters:
  ///   - axisValues: one for each axis, in the order of the columns.
  ///   - values: the run's metrics by name; one that is not there leaves its field empty.
  /// - Throws: what the sink throws.
  package mutating func add(
    _ id: RunID, axisValues: [ParameterValue], state: RunState, metrics values: [String: Double]
  ) throws {
    precondition(axisValues.count == axisCount, "\(axisValues.count) values of \(axisCount)")
    writer.field(id.text)
    for value in axisValues { writer.field(value) }
    writer.field(state.rawValue)
    for name in metrics { writer.field(values[name]) }
    try writer.endRow()
  }

  /// Tells the values of the next axis, so that runs can name them by number.
  package mutating func addAxis(_ values: [ParameterValue]) {
    axisFields.append(values.map { CSVWriter.fieldBytes($0) })
  }

  /// Writes a run whose axis values are known by number and whose metrics stand in a table.
  ///
  /// - Parameter metrics: a table with the metrics of the header, in its order.
  /// - Throws: what the sink throws.
  package mutating func add(
    _ id: RunID, axisCodes: some Sequence<Int>, state: RunState, metrics table: RunTable, run: Int
  ) throws {
    writer.field(id.text)
    var axis = 0
    for code in axisCodes {
      writer.field(verbatim: axisFields[axis][code])
      axis += 1
    }
    writer.field(state.rawValue)
    for metric in metrics.indices { writer.field(table.value(ofMetric: metric, run: run)) }
    try writer.endRow()
  }

  /// Hands on what is left.
  ///
  /// - Throws: what the sink throws.
  package mutating func finish() throws {
    try writer.finish()
  }
}
