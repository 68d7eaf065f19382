// Fills a results folder with a grid of 13,440 runs of ten metrics, as an external program would have
// reported them: 10 temperatures, 7 learning rates, 16 seeds, 12 steps. No program runs; one run in a
// thousand has failed.
//   bench-report FOLDER

import BuiltinProgram
import Foundation
import Grid
import JobTable
import Keys
import Planner

guard CommandLine.arguments.count == 2 else {
  print("usage: bench-report FOLDER")
  exit(2)
}
let folder = CommandLine.arguments[1]
let text = """
  name: full-13440
  about: As many runs as the paper has models
  program: {command: ["true", "{temperature}", "{learning_rate}", "{seed}"], prefix: step}
  axes:
    temperature: {from: 0.1, to: 1.0, by: 0.1}
    learning_rate: {log: [1.0e-4, 1.0e-2], per_decade: 3, digits: 1}
    seed: {count: 16}
    step: {from: 1, to: 12}
  report:
    metrics: [accuracy, loss]
    rows: [learning_rate, temperature]
    columns: [step]
    baseline: {step: 1}

  """
try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
try Data(text.utf8).write(to: URL(filePath: folder + "/full-13440.yaml"))

let grid = try GridReader(builtin: BuiltinProgram.description) { _ throws(UnreadableFile) in "" }
  .read(GridSource(file: "full-13440.yaml", text: text))
let plan = try PlanBuilder.plan(grid)
precondition(plan.runs.count == 13_440)
let table = try JobTable(path: folder + "/jobs.sqlite")
let tree = StageTree(plan.stages, of: grid.program)
_ = try table.record(plan, as: "full-13440", at: 1) { assigned in
  JobBuilder.jobs(of: tree, done: assigned, program: grid.program)
}
let worker = WorkerEnvironment(pid: 1, version: "bench", cpu: "bench", blas: "bench")
let stream = RandomStream(seed: 1, purpose: RandomPurpose("bench report"))
let steps = Dictionary(uniqueKeysWithValues: plan.stages.map { ($0.key, Double($0.step ?? 0)) })
let stages = Dictionary(grouping: try table.reader.openStages(in: "full-13440"), by: { $0.job })
for (number, job) in stages.keys.sorted(by: { $0.rawValue < $1.rawValue }).enumerated() {
  var changes = [Change.attemptBegan(job, .first, at: 2, worker: worker, log: nil)]
  if number % 1000 == 7 {
    let failure = Failure(
      reason: .exitStatus(1), message: "made to fail: no such file “x\(number)”")
    changes.append(.attemptEnded(job, .first, .failed(failure), at: 3))
    changes.append(.jobFailed(job, failure, at: 3))
  } else {
    for (place, entry) in stages[job]!.enumerated() {
      let step = steps[entry.stage]!
      func draw(_ metric: Int) -> Double { Double(stream.uniform(number, place, metric, 0)) }
      var metrics = [
        "accuracy": 0.4 + 0.2 * step / (step + 3) + 0.05 * draw(0), "loss": 0.13 / (step + draw(1)),
      ]
      for metric in 2..<10 { metrics["metric_\(metric)"] = draw(metric) * 0.999_999_9 }
      changes.append(
        .stageCompleted(
          job, .first, StageResult(stage: entry.stage, metrics: metrics, seconds: 0.25 + draw(1)),
          at: 3, rule: .lastAttempt))
    }
    changes.append(.attemptEnded(job, .first, .completed, at: 4))
  }
  for outcome in try table.apply(changes) {
    if case .refused(let refusal) = outcome { fatalError("refused: \(refusal)") }
  }
}
let counts = try table.reader.counts(for: "full-13440").runs
print("\(counts.done) runs done, \(counts.failed) failed")
try table.close()
