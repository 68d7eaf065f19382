import Grid
import Keys
import TestSupport
import Testing

@testable import JobTable

/// What plans and status are made from.
@Suite struct PlanReadingTests {
  private let folder = TemporaryFolder()

  private func table() throws -> JobTable { try JobTable(path: folder.path + "/jobs.sqlite") }

  @Test func aGridsStagesAndRunsIncludeThoseThatItHadOnce() throws {
    let table = try table()
    #expect(try table.reader.stages(of: "one") == [])
    #expect(try table.reader.runIDs(of: "one") == [])
    let wide = SampleGrid(name: "one", seeds: [0, 1])
    try wide.record(in: table)
    try SampleGrid(name: "two", seeds: [5]).record(in: table)
    try SampleGrid(name: "one", seeds: [1]).record(in: table)
    // Those of runs and all that they are computed from; the other grid's are not among them.
    #expect(try table.reader.stages(of: "one") == Set(wide.plan.stages.map(\.key)))
    #expect(try table.reader.runIDs(of: "one") == Set(wide.plan.runs.map(\.id)))
  }

  @Test func timingsHaveTheParametersOfAllThatWasBefore() throws {
    let table = try table()
    try SampleGrid(bases: [3], steps: [0, 2, 5]).record(in: table)
    try table.completeAll(of: "sample")
    let cpu = try #require(try table.reader.provenance(of: "sample").first).cpu
    let timed = try table.reader.timedStages(on: cpu, limit: 100)
    #expect(timed.count == 7)
    let states = timed.filter { $0.kind == "em" }
    // The latest first, and each from the state below it.
    #expect(states.map(\.steps) == [3, 2])
    let whole: ParameterAssignment = [
      "base": .integer(3), "prompts": .integer(1), "temperature": .number(0.5), "seed": .integer(0),
    ]
    #expect(
      states.allSatisfy { stage in
        stage.parameters.count == whole.count
          && stage.parameters.allSatisfy { whole[$0.key]?.isSame(as: $0.value) ?? false }
      })
    #expect(timed.filter { $0.kind == "evaluate" }.allSatisfy { $0.parameters["base"] != nil })
    #expect(try table.reader.timedStages(on: cpu, limit: 1).count == 4)
    #expect(try table.reader.timedStages(on: "another machine's", limit: 100) == [])
  }

  @Test func timingsAreLookedForAmongTheLatestResultsOnly() throws {
    let table = try table()
    try SampleGrid(seeds: Array(0..<25), steps: [1]).record(in: table)
    for _ in 0..<2 {
      try table.complete(try #require(try table.reader.work(for: "sample").first).job)
    }
    let jobs = try table.reader.work(for: "sample").map(\.job)
    #expect(jobs.count == 25)
    try table.complete(jobs[0])
    let elsewhere = WorkerEnvironment(pid: 1, version: "1.0 abc", cpu: "another", blas: "a BLAS")
    for job in jobs.dropFirst() {
      _ = try table.apply([.attemptBegan(job, .first, at: 2, worker: elsewhere, log: nil)])
      let order = try table.order(for: job, attempt: .first)
      _ = try table.apply(
        order.stages.map {
          .stageCompleted(job, .first, sampleResult(of: $0), at: 2, rule: .anyAttempt)
        } + [.attemptEnded(job, .first, .completed, at: 2)])
    }
    func states(limit: Int) throws -> Int {
      try table.reader.timedStages(on: sampleWorker.cpu, limit: limit).count { $0.kind == "em" }
    }
    // Twenty for each that is wanted; the one from here is the 25th.
    #expect(try states(limit: 1) == 0 && states(limit: 2) == 1)
    #expect(try table.reader.timedStages(on: "another", limit: 30).count { $0.kind == "em" } == 24)
  }

  @Test func activity() throws {
    let table = try table()
    try SampleGrid().record(in: table)
    #expect(try table.reader.activity(of: "sample", since: 0) == GridActivity())
    let first = try #require(try table.reader.work(for: "sample").first { $0.requires.isEmpty })
    let attempt = try table.begin(first.job)
    #expect(try table.reader.activity(of: "sample", since: 0).running == 1)
    _ = try table.apply([.attemptEnded(first.job, attempt, .again, at: 5)])
    #expect(try table.reader.jobsAskingAgain(in: "sample") == 1)
    #expect(try table.reader.activity(of: "sample", since: 0).running == 0)
    try table.completeAll(of: "sample")
    let after = try table.reader.activity(of: "sample", since: 0)
    #expect(after.running == 0 && after.completed == 7)
    #expect(try table.reader.jobsAskingAgain(in: "sample") == 0)
    #expect(after.firstBegan != nil)
    #expect(after.latest.reduce(0) { $0 + $1.stages } == 7)
    #expect(
      after.latest.allSatisfy { $0.stageSeconds == 0.25 * Double($0.stages) && $0.seconds == 0 })
    #expect(try table.reader.activity(of: "sample", since: 1e12).completed == 0)
  }

  /// An attempt is at its next stage since it completed the one before; an earlier attempt says nothing.
  @Test func runningSinceItsLastResult() throws {
    let table = try table()
    try SampleGrid().record(in: table)
    while let job = try table.reader.work(for: "sample").first(where: { $0.requires.isEmpty })?.job
    {
      let attempt = try table.begin(job, at: 100)
      let stages = try table.order(for: job, attempt: attempt).stages
      func since() throws -> [Double] {
        try table.reader.activity(of: "sample", since: 0).runningSince
      }
      #expect(try since() == [100])
      guard stages.count > 1 else {
        _ = try table.apply([.attemptEnded(job, attempt, .again, at: 101)])
        try table.complete(job, at: 200)
        continue
      }
      _ = try table.apply([
        .stageCompleted(job, attempt, sampleResult(of: stages[0]), at: 130, rule: .anyAttempt)
      ])
      #expect(try since() == [130])
      _ = try table.apply([.attemptEnded(job, attempt, .again, at: 140)])
      _ = try table.begin(job, at: 150)
      #expect(try since() == [150])
      return
    }
    Issue.record("no job has several stages")
  }
}
