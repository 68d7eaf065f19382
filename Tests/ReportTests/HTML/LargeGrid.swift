import Aggregator
import Grid
import Keys
import Report

/// A grid of 13,440 runs with ten metrics: 10 temperatures, 7 learning rates, 16 seeds, 12 steps.
struct LargeGrid {
  let specification: GridSpecification
  let runs: RunTable
  let ids: [RunID]

  init() {
    func axis(_ name: String, _ values: [ParameterValue]) -> Axis {
      Axis(name: name, points: values.map { .init(label: $0, assignment: [name: $0]) })
    }
    specification = GridSpecification(
      name: "full-13440", about: "As many runs as the paper has models",
      program: ProgramSpecification(work: .builtin),
      axes: [
        axis("temperature", (1...10).map { .number(Double($0) / 10) }),
        axis("learning_rate", [1e-4, 2e-4, 5e-4, 1e-3, 2e-3, 5e-3, 1e-2].map { .number($0) }),
        axis("seed", (0..<16).map { .integer($0) }), axis("step", (1...12).map { .integer($0) }),
      ], replicateAxis: "seed",
      report: ReportSpecification(
        metrics: ["accuracy", "loss"], rows: ["learning_rate", "temperature"], columns: ["step"]))
    let names = ["accuracy", "loss"] + (0..<8).map { "metric_\($0)" }
    var runs = RunTable(of: specification, metrics: names, expectedCount: 13_440)
    var ids: [RunID] = []
    let stream = RandomStream(seed: 3, purpose: RandomPurpose("large grid"))
    for temperature in specification.axes[0].points.map(\.label) {
      for rate in specification.axes[1].points.map(\.label) {
        for seed in 0..<16 {
          for step in 1...12 {
            let run = ids.count
            let noise = Double(stream.uniform(run, 0, 0, 0))
            let rise = rate.double! * 1000 * Double(step)
            let accuracy = 0.5 + 0.03 * min(rise, 6) - 0.005 * rise + 0.02 * noise
            let failed = run % 997 == 5
            runs.append(
              axisValues: [temperature, rate, .integer(seed), .integer(step)],
              state: failed ? .failed : .done,
              metrics: failed
                ? names.map { _ in nil }
                : [accuracy, 0.13 / Double(step) * (1 + noise)]
                  + (0..<8).map { Double(stream.uniform(run, $0 + 1, 0, 0)) * 0.999_999_9 })
            ids.append(
              RunID(parameters: .object(["run": .integer(run)])))
          }
        }
      }
    }
    self.runs = runs
    self.ids = ids
  }
}
