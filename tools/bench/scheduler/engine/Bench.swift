import Execution
import Foundation
import Grid
import JobTable
import Keys

/// One session over jobs of one stage each, done by idle workers.
struct Bench {
  let folder: String
  let jobs: Int
  let workers: Int
  let milliseconds: Int

  /// What a session took; printed as JSON.
  struct Figures: Encodable {
    let jobs: Int
    /// From before the session is made until it is over and every result is on the disk.
    let seconds: Double
    let jobs_per_second: Double
    /// Processor time of the owner, with all its threads and without its workers.
    let owner_seconds: Double
    /// The same as a share of one core.
    let owner_share: Double
  }

  func run() throws {
    let results = ResultsFolder(path: folder)
    let owned = try OwnedFolder(results)
    let table = try JobTable(path: results.table)
    try record(in: table)
    let settings = ExecutionSettings(
      jobs: workers,
      workerCommand: [CommandLine.arguments[0], "worker", String(milliseconds)],
      environment: ProcessInfo.processInfo.environment)
    let before = Self.processorSeconds
    let begin = ContinuousClock.now
    let report = try Execution.run(
      grid: "bench", program: ProgramSpecification(work: .builtin), table: table, folder: owned,
      settings: settings, observer: { _ in })
    let seconds = (ContinuousClock.now - begin) / .seconds(1)
    let owner = Self.processorSeconds - before
    try table.close()
    // What is done is what somebody else finds on the disk.
    let done = try JobTableReader(path: results.table).counts(for: "bench").runs.done
    guard report.outcome == .finished, done == jobs else {
      fatalError("\(done) of \(jobs) jobs are done: \(report)")
    }
    let figures = Figures(
      jobs: jobs, seconds: seconds, jobs_per_second: Double(jobs) / seconds, owner_seconds: owner,
      owner_share: owner / seconds)
    print(String(decoding: try JSONEncoder().encode(figures), as: UTF8.self))
  }

  private func record(in table: JobTable) throws {
    let stages = (0..<jobs).map { number in
      Stage(kind: "idle", version: 1, parameters: ["number": .integer(number)], parents: [])
    }
    let runs = stages.enumerated().map { index, stage in
      PlannedRun(
        id: RunID(parameters: stage.parameters.canonical), index: index,
        axisValues: [.integer(index)], parameters: stage.parameters.canonical.text,
        stages: [stage.key])
    }
    let specification = GridSpecification(
      name: "bench", program: ProgramSpecification(work: .builtin),
      axes: [
        Axis(
          name: "number",
          points: runs.indices.map { .init(label: .integer($0), assignment: [:]) })
      ])
    let planned = stages.map { PlannedJob(stages: [$0.key], requires: [], label: "idle") }
    try table.record(
      Plan(specification: specification, hash: Digest(of: "\(jobs)"), runs: runs, stages: stages),
      as: "bench", at: 0
    ) { _ in planned }
  }

  private static var processorSeconds: Double {
    var usage = rusage()
    getrusage(__rusage_who_t(RUSAGE_SELF.rawValue), &usage)
    return [usage.ru_utime, usage.ru_stime].reduce(0) {
      $0 + Double($1.tv_sec) + Double($1.tv_usec) * 1e-6
    }
  }
}
