import Foundation
import Grid
import JobTable
import TestSupport

@testable import Commands

/// A session in the midst of its work.
enum LiveFixtures {
  static func state(cells: CellFill? = nil) -> LiveState {
    var state = LiveState()
    state.title = "paper/f3-train-temperature, shard 1/3"
    var progress = ProgressState()
    progress.runsDone = 61
    progress.runsFailed = 3
    progress.runsTotal = 132
    progress.stagesDone = 130
    progress.stagesTotal = 260
    progress.elapsed = 95
    progress.activities = [
      .init(
        label: "em temperature=0.5 seed=3, 10 steps, 10 × evaluate", done: 4, total: 10,
        note: "loss 1.234", seconds: 12.25),
      .init(label: "prepare small", done: 1200, total: 3500, note: "", seconds: 71),
    ]
    state.progress = progress
    state.slots = 2
    state.rate = 3.25
    state.remaining = 40
    for second in 0...95 {
      state.history.observe(elapsed: Double(second), done: second * second / 90)
    }
    state.failures = [
      .init(at: 80, label: "em temperature=1.5 seed=1, 10 steps", message: "the loss became NaN"),
      .init(
        at: 7.5, label: "em temperature=1.5\u{7} seed=0, 10 steps", message: "the loss became NaN"),
    ]
    state.cells = cells
    return state
  }

  static func file(_ name: String) -> URL {
    URL(filePath: #filePath).deletingLastPathComponent().appending(path: "Golden/\(name)")
  }

  /// A recorded grid of an external program: 3 temperatures × 4 seeds × 2 parts, a job a run.
  static func table(in folder: TemporaryFolder) throws -> JobTable {
    let table = try JobTable(path: folder.path + "/jobs.sqlite")
    var stages: [Stage] = []
    var runs: [PlannedRun] = []
    func value(_ number: Int) -> ParameterValue { .integer(number) }
    for temperature in [1, 2, 3] {
      for seed in 0..<4 {
        for part in [0, 1] where temperature != 3 || part == 0 {
          let parameters: ParameterAssignment = [
            "temperature": value(temperature), "seed": value(seed), "part": value(part),
          ]
          let stage = Stage(kind: "run", version: 1, parameters: parameters, parents: [])
          stages.append(stage)
          runs.append(
            PlannedRun(
              id: RunID(parameters: parameters.canonical), index: runs.count,
              axisValues: [value(temperature), value(seed), value(part)],
              parameters: parameters.canonical.text, stages: [stage.key]))
        }
      }
    }
    func axis(_ name: String, _ values: [Int]) -> Axis {
      Axis(
        name: name,
        points: values.map { Axis.Point(label: value($0), assignment: [name: value($0)]) })
    }
    let specification = GridSpecification(
      name: "live", program: ProgramSpecification(work: .builtin),
      axes: [
        axis("temperature", [1, 2, 3]), axis("seed", [0, 1, 2, 3]), axis("part", [0, 1]),
      ], replicateAxis: "seed")
    try table.record(
      Plan(
        specification: specification, hash: stages[0].key.digest, runs: runs, stages: stages),
      as: "live", at: 1000
    ) { [stages] _ in
      stages.map { PlannedJob(stages: [$0.key], requires: [], label: "run") }
    }
    return table
  }
}
