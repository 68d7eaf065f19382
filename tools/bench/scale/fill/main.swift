// Fills a job table with done results, as a session would have recorded them, but for a few jobs.
// No program runs.
//   bench-scale TABLE GRID LEFT

import Foundation
import Grid
import JobTable
import Keys

guard CommandLine.arguments.count == 4, let left = Int(CommandLine.arguments[3]) else {
  print("usage: bench-scale TABLE GRID LEFT")
  exit(2)
}
let name = CommandLine.arguments[2]
let table = try JobTable(path: CommandLine.arguments[1])
try table.endAbandonedAttempts(at: 1)
let worker = WorkerEnvironment(pid: 1, version: "bench", cpu: "bench", blas: "bench")
let stream = RandomStream(seed: 1, purpose: RandomPurpose("bench scale"))

let stages = try table.reader.openStages(in: name)
var starts: [Int] = []
for index in stages.indices where index == 0 || stages[index].job != stages[index - 1].job {
  starts.append(index)
}
let attempts = Dictionary(
  uniqueKeysWithValues: try table.reader.work(for: name).map { ($0.job, $0.lastAttempt) })
// A job may come after others that it waits for; the table does not ask.
let last = starts.count - left
var changes: [Change] = []
func apply(_ changes: inout [Change], to table: JobTable) throws {
  for outcome in try table.apply(changes) {
    if case .refused(let refusal) = outcome { fatalError("refused: \(refusal)") }
  }
  changes.removeAll(keepingCapacity: true)
}
for number in 0..<max(0, last) {
  let range = starts[number]..<(number + 1 < starts.count ? starts[number + 1] : stages.count)
  let job = stages[range.lowerBound].job
  let time = 1000 + Double(number) * 0.01
  let attempt = (attempts[job] ?? nil)?.next ?? .first
  changes.append(.attemptBegan(job, attempt, at: time, worker: worker, log: nil))
  for index in range {
    func draw(_ metric: Int) -> Double { Double(stream.uniform(index, 0, 0, metric)) }
    let metrics = ["accuracy": 0.25 + 0.5 * draw(0), "loss": 0.1 + draw(1)]
    changes.append(
      .stageCompleted(
        job, attempt,
        StageResult(stage: stages[index].stage, metrics: metrics, seconds: 0.25 + draw(2)),
        at: time, rule: .anyAttempt))
  }
  changes.append(.attemptEnded(job, attempt, .completed, at: time))
  if changes.count > 20_000 { try apply(&changes, to: table) }
}
try apply(&changes, to: table)
let counts = try table.reader.counts(for: name).runs
print("\(stages.count) stages were open; \(counts.done) of \(counts.total) runs are done")
try table.close()
