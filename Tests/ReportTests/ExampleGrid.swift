import Aggregator
import Grid
import Keys
import Report

/// A grid with everything a report has to cope with: failed and open runs, a cell that the grid
/// leaves out, replicates that do not differ, text that needs quoting.
struct ExampleGrid {
  struct Run {
    let id: RunID
    let axisValues: [ParameterValue]
    let state: RunState
    let metrics: [String: Double]
  }

  let specification = GridSpecification(
    name: "train-temperature", about: "Accuracy against training temperature, 4 paired seeds",
    program: ProgramSpecification(work: .builtin),
    fixed: ["model": .string("small"), "learning_rate": .number(1e-3)],
    axes: [
      Axis("method", [.string("em"), .string("a|b, \"c\"")]),
      Axis("temperature", [.number(0.1), .number(0.5), .integer(1)]),
      Axis("seed", (0..<4).map { .integer($0) }),
      Axis("step", [.integer(0), .integer(5), .integer(10)]),
    ], replicateAxis: "seed",
    exclude: [["method": .string("a|b, \"c\""), "temperature": .integer(1)]],
    report: ReportSpecification(
      metrics: ["accuracy"], rows: ["method", "temperature"], columns: ["step"],
      baseline: ["step": .integer(0)]))
  let metrics = ["accuracy", "loss"]
  let descriptions = [
    MetricDescription(
      name: "accuracy", about: "Share of benchmark problems answered right, 0 to 1.",
      best: .highest)
  ]
  let runs: [Run]

  /// - Parameter isComplete: whether all runs are done.
  init(isComplete: Bool = false) {
    let stream = RandomStream(seed: 5, purpose: RandomPurpose("example grid"))
    var runs: [Run] = []
    for (m, method) in specification.axes[0].points.map(\.label).enumerated() {
      for (t, temperature) in specification.axes[1].points.map(\.label).enumerated()
      where !(m == 1 && t == 2) {
        for seed in 0..<4 {
          for step in [0, 5, 10] {
            // At step 0 nothing has been trained, so that the seeds do not differ.
            let noise = Double(stream.uniform(step, t, seed, m)) - 0.5
            let accuracy = 0.52 + Double(step * (3 - t)) / 300 + (step == 0 ? 0 : noise / 10)
            var state = RunState.done
            if !isComplete, m == 0, t == 1, seed == 3, step > 0 { state = .failed }
            if !isComplete, m == 1, t == 1, step == 10 { state = seed < 2 ? .running : .pending }
            let axisValues: [ParameterValue] = [
              method, temperature, .integer(seed), .integer(step),
            ]
            var metrics: [String: Double] = [:]
            if state == .done {
              metrics["accuracy"] = (accuracy * 256).rounded() / 256
              if step > 0 { metrics["loss"] = 1e-7 * (1 + Double(seed) / 8) }
            }
            runs.append(
              Run(
                id: RunID(parameters: .array(axisValues.map(\.canonical))),
                axisValues: axisValues, state: state, metrics: metrics))
          }
        }
      }
    }
    self.runs = runs
  }

  var table: RunTable {
    var table = RunTable(of: specification, metrics: metrics, expectedCount: runs.count)
    for run in runs {
      table.append(axisValues: run.axisValues, state: run.state, metrics: run.metrics)
    }
    return table
  }

  func report(_ report: ReportSpecification? = nil) throws -> GridReport {
    try GridReport(
      table, of: specification, report: report, defaultMetrics: ["accuracy"],
      descriptions: descriptions)
  }
}

extension Axis {
  fileprivate init(_ name: String, _ values: [ParameterValue]) {
    self.init(
      name: name, points: values.map { Point(label: $0, assignment: [name: $0]) })
  }
}
