import Aggregator
import Grid
import Keys

/// A small table of runs with holes, as the tests know it: rows of plain values.
struct RandomRuns {
  struct Row {
    let values: [ParameterValue]
    let state: RunState
    let metrics: [Double?]
  }

  let axes: [(name: String, values: [ParameterValue])]
  let metrics = ["accuracy", "loss"]
  let rows: [Row]

  init(_ generator: inout StreamGenerator) {
    let widths = (0..<(1 + generator.below(4))).map { _ in 1 + generator.below(4) }
    axes = widths.enumerated().map { axis, width in
      (
        axis == 0 ? "seed" : "axis\(axis)",
        (0..<width).map { axis == 1 ? .string("value \($0)") : .integer($0) }
      )
    }
    var rows: [Row] = []
    for number in 0..<widths.reduce(1, *) where generator.below(8) > 0 {
      var rest = number
      var values: [ParameterValue] = []
      for axis in axes.reversed() {
        values.insert(axis.values[rest % axis.values.count], at: 0)
        rest /= axis.values.count
      }
      let state = RunState.allCases[generator.below(8) == 0 ? generator.below(4) : 2]
      let metrics: [Double?] = (0..<2).map { _ in
        state == .done && generator.below(8) > 0 ? Double(generator.below(1000)) / 1000 : nil
      }
      rows.append(Row(values: values, state: state, metrics: metrics))
    }
    self.rows = rows
  }

  var table: RunTable {
    var table = RunTable(axes: axes, metrics: metrics)
    for row in rows {
      table.append(axisValues: row.values, state: row.state, metrics: row.metrics)
    }
    return table
  }
}
