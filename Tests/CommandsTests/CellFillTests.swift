import Grid
import JobTable
import TestSupport
import Testing

@testable import Commands

@Suite struct CellFillTests {
  @Test("A run that has failed stays failed, whatever stands behind the failure")
  func failedThenOpen() throws {
    let folder = TemporaryFolder()
    let table = try JobTable(path: folder.path + "/jobs.sqlite")
    let stages = (0..<3).map { number in
      Stage(kind: "evaluate", version: 1, parameters: ["part": .integer(number)], parents: [])
    }
    let axis = Axis(
      name: "seed", points: [Axis.Point(label: .integer(0), assignment: ["seed": .integer(0)])])
    let specification = GridSpecification(
      name: "parts", program: ProgramSpecification(work: .builtin), axes: [axis],
      replicateAxis: "seed")
    let parameters: ParameterAssignment = ["seed": .integer(0)]
    let run = PlannedRun(
      id: RunID(parameters: parameters.canonical), index: 0, axisValues: [.integer(0)],
      parameters: parameters.canonical.text, stages: stages.map(\.key))
    try table.record(
      Plan(specification: specification, hash: stages[0].key.digest, runs: [run], stages: stages),
      as: "parts", at: 1000
    ) { _ in
      stages.map { PlannedJob(stages: [$0.key], requires: [], label: "part") }
    }
    let first = try #require(try table.reader.work(for: "parts").first)
    let failure = Failure(reason: .exitStatus(3), message: "no such file")
    #expect(try table.apply([.jobFailed(first.job, failure, at: 1001)]) == [.applied])
    let record = try #require(try table.reader.grid("parts"))
    var fill = try CellFill(of: record, in: table.reader)
    #expect(fill.cells == [.init(total: 1, done: 0, failed: 1)])
    for stage in stages { fill.complete(stage.key) }
    #expect(fill.cells == [.init(total: 1, done: 0, failed: 1)])
  }

  @Test("Looking at the cells gives what following them gives")
  func lookedAt() throws {
    let folder = TemporaryFolder()
    let table = try LiveFixtures.table(in: folder)
    let record = try #require(try table.reader.grid("live"))
    var followed = try CellFill(of: record, in: table.reader)
    for (number, work) in try table.reader.work(for: "live").enumerated() where number % 5 < 3 {
      let attempt = Attempt.first
      if number % 5 == 2 {
        let failure = Failure(reason: .exitStatus(3), message: "no such file")
        #expect(try table.apply([.jobFailed(work.job, failure, at: 1001)]) == [.applied])
        followed.fail(work.job)
        continue
      }
      _ = try table.apply([.attemptBegan(work.job, attempt, at: 1001, worker: nil, log: nil)])
      let stages = try table.order(for: work.job, attempt: attempt).stages
      _ = try table.apply(
        stages.map {
          .stageCompleted(
            work.job, attempt, StageResult(stage: $0.key, metrics: [:], seconds: 1), at: 1002,
            rule: .anyAttempt)
        })
      for stage in stages { followed.complete(stage.key) }
    }
    let seen = try CellFill(now: record, in: table.reader)
    #expect(seen.cells == followed.cells)
    #expect(seen.cells.contains { $0.done > 0 } && seen.cells.contains { $0.failed > 0 })
    #expect(seen.rows.map(\.label) == followed.rows.map(\.label))
    #expect(seen.rows.map(\.cells) == followed.rows.map(\.cells))
  }
}
