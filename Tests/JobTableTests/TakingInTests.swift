import Grid
import TestSupport
import Testing

@testable import JobTable

/// What one table tells another of its jobs.
@Suite struct TakingInTests {
  private let grid = SampleGrid(temperatures: [0.5, 1], seeds: [0])

  private func tables() throws -> (TemporaryFolder, there: JobTable, here: JobTable) {
    let folder = TemporaryFolder()
    let there = try JobTable(path: folder.path + "/there.sqlite")
    let here = try JobTable(path: folder.path + "/here.sqlite")
    try grid.record(in: there)
    // Other numbers of jobs than there.
    try SampleGrid(name: "earlier", temperatures: [7]).record(in: here)
    try grid.record(in: here)
    return (folder, there, here)
  }

  private func histories(_ table: JobTable) throws -> [JobHistory] {
    var histories: [JobHistory] = []
    try table.reader.forEachHistory(batch: 3) { histories += $0 }
    return histories
  }

  /// What a merge takes of a job all of whose stages one job has here.
  private func intake(_ history: JobHistory, here: JobTable) throws -> JobIntake {
    let places = try here.reader.places(of: history.stages)
    let job = try #require(places[history.stages[0]]?.job)
    return JobIntake(
      job: job,
      attempts: history.attempts.map { attempt in
        .init(
          record: attempt, log: "logs/from-there.log",
          results: history.results.filter { $0.attempt == attempt.attempt })
      }, laterResults: [], failure: history.failure)
  }

  @Test func historiesAreWhatHappened() throws {
    let (_, there, _) = try tables()
    #expect(try histories(there).isEmpty)
    let jobs = try there.reader.work(for: "sample").map(\.job)
    try there.complete(jobs[0], at: 2000)
    let attempt = try there.begin(jobs[1], at: 3000)
    let failure = Failure(reason: .exitStatus(3), message: "no such file")
    _ = try there.apply([
      .attemptEnded(jobs[1], attempt, .failed(failure), at: 3001),
      .jobFailed(jobs[1], failure, at: 3002),
    ])
    let told = try histories(there)
    #expect(told.map(\.job) == [jobs[0], jobs[1]])
    #expect(told[0].results.count == told[0].stages.count)
    #expect(told[0].results.allSatisfy { $0.completedAt == 2000 && $0.attempt == .first })
    #expect(told[0].attempts.map(\.outcome) == [.completed])
    #expect(told[1].failure == JobFailure(failure: failure, at: 3002))
    #expect(told[1].results.isEmpty)
    var named: [JobID] = []
    try there.reader.forEachHistory(in: ["sample"], batch: 1000) { named += $0.map(\.job) }
    #expect(named == told.map(\.job))
    // The first job alone has more results than that.
    var batches: [Int] = []
    try there.reader.forEachHistory(batch: 1) { batches.append($0.count) }
    #expect(batches == [1, 1])
  }

  @Test func aWholeTableTakenInIsTheSameTable() throws {
    let (_, there, here) = try tables()
    try there.completeAll(of: "sample")
    try here.takeIn(try histories(there).map { try intake($0, here: here) })
    #expect(try here.reader.runs(in: "sample") == there.reader.runs(in: "sample"))
    #expect(try here.reader.counts(for: "sample").runs.done == grid.plan.runs.count)
    #expect(try here.reader.provenance(of: "sample") == there.reader.provenance(of: "sample"))
    #expect(try here.reader.integrity(isOwned: false).isEmpty)
    let attempts = try here.reader.attemptsWithLogs(in: "sample")
    #expect(attempts.allSatisfy { $0.log == "logs/from-there.log" && $0.outcome == .completed })
    // What is done takes nothing more.
    let before = try here.reader.attemptsWithLogs()
    try here.takeIn(try histories(there).map { try intake($0, here: here) })
    #expect(try here.reader.attemptsWithLogs() == before)
  }

  @Test func halfAJobStaysOpenAndItsAttemptCountsAsStopped() throws {
    let (_, there, here) = try tables()
    let job = try #require(try there.reader.work(for: "sample").first { $0.requires.isEmpty }?.job)
    let attempt = try there.begin(job, at: 2000)
    let order = try there.order(for: job, attempt: attempt)
    let first = try #require(order.stages.first)
    _ = try there.apply([
      .stageCompleted(job, attempt, sampleResult(of: first), at: 2005, rule: .anyAttempt)
    ])
    let told = try histories(there)
    try here.takeIn(try told.map { try intake($0, here: here) })
    let place = try #require(try here.reader.places(of: [first.key])[first.key])
    #expect(place.state == .done)
    let taken = try here.reader.attempts(at: [place.job])
    #expect(taken.map(\.outcome) == [.stopped])
    #expect(taken.map(\.endedAt) == [2005])
    #expect(try here.reader.result(of: first.key) == sampleResult(of: first))
    #expect(try here.reader.integrity(isOwned: false).isEmpty)
  }

  @Test func aFailureComesAlongAndAResultHealsOne() throws {
    let (_, there, here) = try tables()
    let failure = Failure(reason: .exitStatus(3), message: "no such file")
    let jobs = try there.reader.work(for: "sample").map(\.job)
    let attempt = try there.begin(jobs[0], at: 2000)
    _ = try there.apply([
      .attemptEnded(jobs[0], attempt, .failed(failure), at: 2001),
      .jobFailed(jobs[0], failure, at: 2001),
    ])
    try here.takeIn(try histories(there).map { try intake($0, here: here) })
    let clusters = try here.reader.failureClusters(in: "sample")
    #expect(clusters.map(\.example) == [failure])
    #expect(try here.reader.integrity(isOwned: false).isEmpty)

    // A third table has its result.
    let folder = TemporaryFolder()
    let third = try JobTable(path: folder.path + "/third.sqlite")
    try grid.record(in: third)
    try third.complete(try #require(try third.reader.work(for: "sample").first?.job))
    try here.takeIn(try histories(third).map { try intake($0, here: here) })
    #expect(try here.reader.failureClusters(in: "sample").isEmpty)
    let healed = try #require(try histories(here).first)
    #expect(healed.attempts.map(\.attempt.rawValue) == [1, 2])
    #expect(healed.results.allSatisfy { $0.attempt.rawValue == 2 })
    #expect(try here.reader.integrity(isOwned: false).isEmpty)
  }

  /// Here the base has failed, and with it all that starts from it; there it is done.
  private func takeInBase(
    here: JobTable, there: JobTable, failing: (JobWork) -> Failure
  ) throws -> [JobWork] {
    let work = try here.reader.work(for: "sample")
    let outcomes = try here.apply(work.map { .jobFailed($0.job, failing($0), at: 1500) })
    #expect(outcomes.allSatisfy { $0 == .applied })
    #expect(try here.reader.work(for: "sample").allSatisfy(\.hasFailed))
    try there.complete(
      try #require(try there.reader.work(for: "sample").first { $0.requires.isEmpty }?.job))
    try here.takeIn(try histories(there).map { try intake($0, here: here) })
    #expect(try here.reader.integrity(isOwned: false).isEmpty)
    let left = try here.reader.work(for: "sample")
    #expect(left.count == work.count - 1)
    return left
  }

  private let failure = Failure(reason: .exitStatus(3), message: "no such file")
  private let byParent = Failure(reason: .parentFailed, message: "a job before it failed")

  @Test func whatFailedWithItsParentIsOpenOnceTheParentIsDone() throws {
    let (_, there, here) = try tables()
    let left = try takeInBase(here: here, there: there) { $0.requires.isEmpty ? failure : byParent }
    #expect(left.allSatisfy { !$0.hasFailed })
    try here.completeAll(of: "sample")
    #expect(try here.reader.counts(for: "sample").runs.done == grid.plan.runs.count)
  }

  @Test func whatRequiresAnotherFailedJobStaysFailed() throws {
    let (_, there, here) = try tables()
    let left = try takeInBase(here: here, there: there) { job in
      job.requires.isEmpty || job.label.hasPrefix("select") ? failure : byParent
    }
    // The base can be measured; the selection has failed by itself, and trajectories need both.
    #expect(left.filter { !$0.hasFailed }.map { $0.label.hasPrefix("evaluate") } == [true])
    #expect(left.contains { $0.hasFailed && $0.label.hasPrefix("em") })
  }

  @Test func aContradictionTakesNothing() throws {
    let (_, there, here) = try tables()
    try there.completeAll(of: "sample")
    let history = try #require(try histories(there).first { $0.results.count > 0 })
    let good = try intake(history, here: here)
    let stage = history.results[0].result
    let other = StageResult(stage: stage.stage, metrics: ["accuracy": 0.125], seconds: 1)
    #expect(
      other.contradiction(
        to: StageResult(stage: stage.stage, metrics: ["accuracy": 0.5], seconds: 2))
        == .metric("accuracy", recorded: 0.5, reported: 0.125))
    #expect(stage.contradiction(to: stage) == nil)
    let bad = JobIntake(
      job: good.job,
      attempts: [
        .init(
          record: history.attempts[0], log: nil,
          results: history.results + [
            RecordedResult(
              result: other, job: history.job, attempt: .first, completedAt: 9)
          ])
      ], laterResults: [], failure: nil)
    #expect(throws: JobTableError.self) { try here.takeIn([bad]) }
    #expect(try here.reader.attempts(at: [good.job]).isEmpty)
  }
}
