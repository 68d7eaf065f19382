import Grid
import Keys
import TestSupport
import Testing

@testable import JobTable

@Suite struct PlanRecordingTests {
  private let folder = TemporaryFolder()

  private func table() throws -> JobTable { try JobTable(path: folder.path + "/jobs.sqlite") }

  @Test func aNewGrid() throws {
    let table = try table()
    let grid = SampleGrid(temperatures: [0.3, 0.7], seeds: [0, 1])
    let record = try grid.record(in: table, at: 123.5)
    // Per trajectory two states with their evaluations; one base, one selection, one evaluation of it.
    #expect(record == PlanRecord(newRuns: 12, newStages: 4 * 4 + 3, newJobs: 4 + 3))
    #expect(try table.reader.isPlanned("sample", hash: grid.plan.hash))
    #expect(try !table.reader.isPlanned("sample", hash: Digest(of: "another")))
    #expect(try !table.reader.isPlanned("other", hash: grid.plan.hash))
    let row = try #require(try table.reader.grid("sample"))
    #expect(row.specification == grid.plan.specification)
    #expect(row.plannedAt == 123.5 && row.hash == grid.plan.hash)
    #expect(try table.reader.grids() == [row])
    #expect(try table.reader.integrity(isOwned: false) == [])

    let runs = try table.reader.runs(in: "sample")
    #expect(runs.map(\.id) == grid.plan.runs.map(\.id))
    #expect(runs.map(\.index) == Array(0..<12))
    #expect(runs.allSatisfy { $0.state == .pending && $0.metrics.isEmpty })
    #expect(
      runs.map { $0.axisValues.map(\.description) }
        == grid.plan.runs.map { $0.axisValues.map(\.description) })
  }

  /// Parents stand in the stage's row where there is one, and in rows of their own where there are more.
  @Test func aStageOfSeveralParents() throws {
    let table = try table()
    func stage(_ kind: String, _ value: Int, _ parents: [Stage]) -> Stage {
      Stage(
        kind: kind, version: 1, parameters: ["value": .integer(value)],
        parents: parents.map(\.key))
    }
    let first = stage("prepare", 1, [])
    let second = stage("prepare", 2, [first])
    let both = stage("merge", 3, [second, first])
    let run = PlannedRun(
      id: RunID(parameters: CanonicalJSON.object([:])), index: 0, axisValues: [], parameters: "{}",
      stages: [both.key])
    let plan = Plan(
      specification: SampleGrid().plan.specification, hash: Digest(of: "both"), runs: [run],
      stages: [first, second, both])
    let jobs = [first, second, both].map {
      PlannedJob(stages: [$0.key], requires: [], label: $0.kind)
    }
    try table.record(plan, as: "both", at: 0) { _ in jobs }
    let work = try table.reader.work(for: "both")
    #expect(work.map { $0.requires.count } == [0, 1, 2])
    let order = try table.order(for: try #require(work.last).job, attempt: .first)
    #expect(order.stages == [both])
    #expect(order.context == [first, second])
    #expect(try table.reader.stages(of: "both") == [first.key, second.key, both.key])
    #expect(try table.reader.integrity(isOwned: false) == [])
  }

  @Test func theSameGridAgainIsAllKept() throws {
    let table = try table()
    let grid = SampleGrid(seeds: [0, 1])
    try grid.record(in: table)
    try table.completeAll(of: "sample")
    let before = try table.reader.runs(in: "sample")
    let record = try grid.record(in: table)
    #expect(record == PlanRecord(keptRuns: 6, doneStages: 11))
    #expect(try table.reader.runs(in: "sample") == before)
  }

  @Test func oneMoreSeedAddsOnlyItsRuns() throws {
    let table = try table()
    try SampleGrid(seeds: [0, 1]).record(in: table)
    try table.completeAll(of: "sample")
    let record = try SampleGrid(seeds: [0, 1, 2]).record(in: table)
    #expect(
      record == PlanRecord(newRuns: 3, keptRuns: 6, newStages: 4, doneStages: 11, newJobs: 1))
    let work = try table.reader.work(for: "sample")
    #expect(work.count == 1 && work[0].requires.isEmpty && work[0].missingStages == 4)
    #expect(try table.reader.counts(for: "sample").runs.done == 7)
    try table.completeAll(of: "sample")
    #expect(try table.reader.counts(for: "sample").runs.done == 9)
  }

  @Test func runsThatLeaveBecomeOrphansAndComeBack() throws {
    let table = try table()
    let wide = SampleGrid(seeds: [0, 1, 2])
    try wide.record(in: table)
    try table.completeAll(of: "sample")
    let all = try table.reader.runs(in: "sample")
    // The middle seed goes, so that the places of others move.
    let record = try SampleGrid(seeds: [0, 2]).record(in: table)
    #expect(record.orphanedRuns == 3 && record.keptRuns == 6 && record.newRuns == 0)
    #expect(try table.reader.counts(for: "sample").runs.orphaned == 3)
    #expect(
      try table.reader.runs(in: "sample").map(\.id)
        == SampleGrid(seeds: [0, 2]).plan.runs.map(\.id))
    #expect(try table.reader.details(of: all[3].id).map(\.index) == [nil])
    #expect(try wide.record(in: table).newRuns == 3)
    #expect(try table.reader.runs(in: "sample") == all)
    #expect(try table.reader.integrity(isOwned: false) == [])
  }

  @Test func gridsShareStages() throws {
    let table = try table()
    try SampleGrid(name: "one", seeds: [0, 1]).record(in: table)
    // Unfinished stages stay with their jobs, which the second grid then needs too.
    let record = try SampleGrid(name: "two", seeds: [1, 2]).record(in: table)
    #expect(record == PlanRecord(newRuns: 6, newStages: 4, openStages: 7, newJobs: 1))
    let one = try table.reader.work(for: "one")
    let two = try table.reader.work(for: "two")
    #expect(Set(one.map(\.job)).intersection(two.map(\.job)).count == 4)
    let new = try #require(two.last)
    #expect(new.requires == [one[0].job, one[1].job].sorted())
    try table.completeAll(of: "two")
    #expect(try table.reader.counts(for: "two").runs.done == 6)
    #expect(try table.reader.counts(for: "one").runs.done == 4)
    #expect(try table.reader.integrity(isOwned: false) == [])
  }

  @Test func longerTrajectoriesGoOn() throws {
    let table = try table()
    try SampleGrid(steps: [0, 2]).record(in: table)
    try table.completeAll(of: "sample")
    try SampleGrid(steps: [0, 2, 5]).record(in: table)
    let work = try table.reader.work(for: "sample")
    #expect(work.count == 1)
    let order = try table.order(for: work[0].job, attempt: .first)
    #expect(order.stages.map(\.step) == [5, nil])
    // The state after two steps lies on the way, though it is no parent.
    #expect(order.context.map(\.kind) == ["prepare", "select", "em"])
    #expect(order.context.last?.step == 2)
  }

  @Test func anewVersionOfAKindGivesTheSameRunsOtherStages() throws {
    let table = try table()
    try SampleGrid().record(in: table)
    try table.completeAll(of: "sample")
    let record = try SampleGrid(evaluationVersion: 2).record(in: table)
    #expect(record.keptRuns == 3 && record.newStages == 3 && record.doneStages == 4)
    #expect(try table.reader.counts(for: "sample").runs.pending == 3)
    try table.completeAll(of: "sample")
    #expect(try table.reader.counts(for: "sample").runs.done == 3)
    #expect(try table.reader.integrity(isOwned: false) == [])
  }

  @Test func aBrokenPlanChangesNothing() throws {
    let table = try table()
    let plan = SampleGrid().plan
    func record(_ plan: Plan, _ jobs: [PlannedJob]) throws {
      try table.record(plan, as: "sample", at: 0) { _ in jobs }
    }
    let jobs = SampleGrid.jobs(for: plan, assigned: [])
    #expect(throws: JobTableError.self) { try record(plan, Array(jobs.dropLast())) }
    #expect(throws: JobTableError.self) { try record(plan, jobs + [jobs[0]]) }
    let foreign = PlannedJob(
      stages: [StageKey(Digest(of: "x"))], requires: [], label: "not of this plan")
    #expect(throws: JobTableError.self) { try record(plan, jobs + [foreign]) }
    let reversed = Plan(
      specification: plan.specification, hash: plan.hash, runs: plan.runs,
      stages: plan.stages.reversed())
    #expect(throws: JobTableError.self) { try record(reversed, jobs) }
    struct Stop: Error {}
    #expect(throws: Stop.self) {
      try table.record(plan, as: "sample", at: 0) { _ in throw Stop() }
    }
    #expect(try table.reader.grids() == [])
    #expect(throws: JobTableError.unknownGrid("sample")) { try table.reader.work(for: "sample") }
  }

  @Test func textsComeBackAsTheyWere() throws {
    let table = try table()
    let odd = "a \"quoted\" \\ line\nwith\ttabs, \u{1}, é and 𝕏"
    let stage = Stage(
      kind: "process", version: 1,
      parameters: [
        odd: .string(odd), "empty": .string(""), "tiny": .number(.leastNonzeroMagnitude),
        "flag": .boolean(true),
      ], parents: [])
    let parameters: ParameterAssignment = ["text": .string(odd)]
    let plan = Plan(
      specification: SampleGrid().plan.specification, hash: Digest(of: "odd"),
      runs: [
        PlannedRun(
          id: RunID(parameters: parameters.canonical), index: 0,
          axisValues: [.string(odd), .string(""), .boolean(false), .number(0.1), .integer(-3)],
          parameters: parameters.canonical.text, stages: [stage.key])
      ], stages: [stage])
    try table.record(plan, as: odd, at: 0) { _ in
      [PlannedJob(stages: [stage.key], requires: [], label: odd)]
    }
    #expect(try table.reader.runs(in: odd)[0].axisValues == plan.runs[0].axisValues)
    let work = try table.reader.work(for: odd)
    #expect(work[0].label == odd)
    #expect(try table.order(for: work[0].job, attempt: .first).stages == [stage])
    #expect(try table.reader.integrity(isOwned: false) == [])
  }
}
