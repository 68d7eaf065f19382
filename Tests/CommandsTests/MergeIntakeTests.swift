import Artifacts
import Execution
import Grid
import JobTable
import TestSupport
import Testing

@testable import Commands

/// What one folder takes from another where their job tables differ.
@Suite struct MergeIntakeTests {
  private let folder = TemporaryFolder()
  /// A base and what starts from it.
  private let stages: [Stage] = {
    let base = Stage(kind: "prepare", version: 1, parameters: ["base": .integer(0)], parents: [])
    let parts = (0..<2).map { number in
      Stage(
        kind: "evaluate", version: 1, parameters: ["part": .integer(number)], parents: [base.key])
    }
    return [base] + parts
  }()

  /// - Parameter jobs: the places of their stages.
  private func table(
    _ name: String, grid: String = "parts", jobs: [[Int]]
  ) throws -> (table: JobTable, folder: ResultsFolder) {
    let results = ResultsFolder(path: folder.path + "/" + name)
    try Folder.make(results.path)
    let parameters: ParameterAssignment = ["seed": .integer(0)]
    let axis = Axis(
      name: "seed", points: [Axis.Point(label: .integer(0), assignment: parameters)])
    let specification = GridSpecification(
      name: "parts", program: ProgramSpecification(work: .builtin), axes: [axis],
      replicateAxis: "seed")
    let run = PlannedRun(
      id: RunID(parameters: parameters.canonical), index: 0, axisValues: [.integer(0)],
      parameters: parameters.canonical.text, stages: stages.dropFirst().map(\.key))
    let table = try JobTable(path: results.table)
    try table.record(
      Plan(specification: specification, hash: stages[0].key.digest, runs: [run], stages: stages),
      as: grid, at: 1000
    ) { _ in
      jobs.enumerated().map { number, members in
        PlannedJob(
          stages: members.map { stages[$0].key }, requires: [], label: "job \(number)")
      }
    }
    return (table, results)
  }

  private func result(_ stage: Int) -> StageResult {
    StageResult(stage: stages[stage].key, metrics: ["accuracy": 0.5], artifacts: [], seconds: 1)
  }

  /// The next attempt at a job, which completes the stages at these places.
  private func complete(
    _ job: JobID, _ places: [Int], saying text: String? = nil, at time: Double,
    in source: (table: JobTable, folder: ResultsFolder)
  ) throws {
    let number = try source.table.reader.work(on: [job])[0].lastAttempt?.next ?? .first
    var changes: [Change] = [
      .attemptBegan(
        job, number, at: time, worker: nil, log: text == nil ? nil : ResultsFolder.logMark)
    ]
    changes += places.map {
      .stageCompleted(job, number, result($0), at: time + 1, rule: .anyAttempt)
    }
    changes.append(.attemptEnded(job, number, .completed, at: time + 2))
    for outcome in try source.table.apply(changes) {
      if case .refused(let refusal) = outcome { Issue.record("\(refusal)") }
    }
    if let text {
      let logs = LogStore(folder: source.folder.logs)
      Array(text.utf8).withUnsafeBytes {
        logs.append($0, to: LogName(job: job.rawValue, attempt: number.rawValue))
      }
      try logs.flush()
    }
  }

  private func merge(
    _ source: (table: JobTable, folder: ResultsFolder),
    into target: (table: JobTable, folder: ResultsFolder), batch: Int = 1000
  ) throws -> MergeReport {
    var intake = try MergeIntake(
      source: source.folder, target: target.folder, table: target.table,
      report: MergeReport(from: "there", into: "here"))
    var told = 0
    var taken = 0
    try source.table.reader.forEachHistory(batch: batch) { histories in
      told += histories.count
      try intake.take(histories) { taken += 1 }
    }
    #expect(taken == told)
    #expect(try target.table.reader.integrity(isOwned: false).isEmpty)
    return intake.report
  }

  /// An attempt that was recorded beforehand and taken back is nothing to take, and left no log.
  @Test(arguments: [1, 1000]) func whatNeverBeganStaysThere(
    batch: Int
  ) throws {
    let there = try table("there", jobs: [[0, 1, 2]])
    let here = try table("here", jobs: [[0, 1, 2]])
    let job = try #require(try there.table.reader.work(for: "parts").first).job
    _ = try there.table.apply([
      .attemptForeseen(job, .first, at: 1500, log: ResultsFolder.logMark),
      .attemptEnded(job, .first, .stopped, at: 1501),
    ])
    try complete(job, [0, 1, 2], saying: "hello\n", at: 2000, in: there)
    // It would hide the log of the one before if it came last.
    let begun = try there.table.reader.attempts(at: [job])
    #expect(AttemptLogs.last(of: begun.reversed()).map(\.attempt) == [Attempt(rawValue: 2)])
    let report = try merge(there, into: here, batch: batch)
    #expect(report.results == 3 && report.attempts == 1 && report.logs == 1)
    #expect(try here.table.reader.attempts(at: [job]).map(\.startedAt) == [2000])
  }

  @Test(arguments: [1, 1000]) func jobsThatAreOneHereAreAttemptsOneAfterTheOther(
    batch: Int
  ) throws {
    let there = try table("there", jobs: [[0], [1], [2]])
    let here = try table("here", jobs: [[0, 1, 2]])
    for (number, job) in try there.table.reader.work(for: "parts").map(\.job).enumerated() {
      try complete(
        job, [number], saying: "job \(number)\n", at: 2000 + 10 * Double(number), in: there)
    }
    let report = try merge(there, into: here, batch: batch)
    #expect(report.results == 3 && report.attempts == 3 && report.logs == 3)
    let attempts = try here.table.reader.attemptsWithLogs()
    #expect(attempts.map(\.attempt.rawValue) == [1, 2, 3])
    #expect(attempts.map(\.startedAt) == [2000, 2010, 2020])
    let logs = try LogReader(folder: here.folder.logs)
    for (number, attempt) in attempts.enumerated() {
      let name = LogName(job: attempt.job.rawValue, attempt: attempt.attempt.rawValue)
      #expect(try logs.bytes(of: name) == Array("job \(number)\n".utf8))
    }
  }

  /// The second has failed here, so that what is pending is recorded before it is taken; the third is one
  /// job here with the first, whose numbers have gone on by then.
  @Test(arguments: [1, 1000]) func whatWasRecordedMeanwhileIsLookedUpAgain(batch: Int) throws {
    let there = try table("there", jobs: [[0], [1], [2]])
    let here = try table("here", jobs: [[0, 2], [1]])
    let own = try here.table.reader.work(for: "parts").map(\.job)
    let outcomes = try here.table.apply([
      .attemptBegan(own[1], .first, at: 1500, worker: nil, log: nil),
      .attemptEnded(own[1], .first, .failed(failure), at: 1501),
      .jobFailed(own[1], failure, at: 1501),
    ])
    #expect(outcomes.allSatisfy { $0 == .applied })
    for (number, job) in try there.table.reader.work(for: "parts").map(\.job).enumerated() {
      try complete(
        job, [number], saying: "job \(number)\n", at: 2000 + 10 * Double(number), in: there)
    }
    let report = try merge(there, into: here, batch: batch)
    #expect(report.results == 3 && report.attempts == 3 && report.logs == 3)
    let attempts = try here.table.reader.attempts(at: own)
    #expect(attempts.map(\.attempt.rawValue) == [1, 2, 1, 2])
    #expect(attempts.map(\.startedAt) == [2000, 2020, 1500, 2010])
    let logs = try LogReader(folder: here.folder.logs)
    let texts = try attempts.map { attempt in
      try logs.bytes(of: LogName(job: attempt.job.rawValue, attempt: attempt.attempt.rawValue))
        .map { String(decoding: $0, as: UTF8.self) }
    }
    #expect(texts == ["job 0\n", "job 2\n", nil, "job 1\n"])
  }

  private let failure = Failure(reason: .exitStatus(3), message: "no such file")
  private let byParent = Failure(reason: .parentFailed, message: "a job before it failed")

  /// There the base has failed, and so has a job that had been tried before that.
  private func failedThere() throws -> (table: JobTable, folder: ResultsFolder) {
    let there = try table("there", jobs: [[0], [1, 2]])
    let jobs = try there.table.reader.work(for: "parts").map(\.job)
    let outcomes = try there.table.apply([
      .attemptBegan(jobs[1], .first, at: 2000, worker: nil, log: nil),
      .attemptEnded(jobs[1], .first, .stopped, at: 2001),
      .attemptBegan(jobs[0], .first, at: 2002, worker: nil, log: nil),
      .attemptEnded(jobs[0], .first, .failed(failure), at: 2003),
      .jobFailed(jobs[0], failure, at: 2003), .jobFailed(jobs[1], byParent, at: 2003),
    ])
    #expect(outcomes.allSatisfy { $0 == .applied })
    return there
  }

  @Test(arguments: [1, 1000]) func whatFailedThereWithItsParentHasNotFailedWhereTheParentIsDone(
    batch: Int
  ) throws {
    let here = try table("here", jobs: [[0], [1, 2]])
    let jobs = try here.table.reader.work(for: "parts").map(\.job)
    try complete(jobs[0], [0], at: 1500, in: here)
    let report = try merge(try failedThere(), into: here, batch: batch)
    #expect(report.attempts == 1 && report.failures == 0)
    #expect(try here.table.reader.work(for: "parts").map(\.hasFailed) == [false])
    // Where it has not been tried, both fail.
    let new = try table("new", jobs: [[0], [1, 2]])
    #expect(try merge(try reopened("there"), into: new, batch: batch).failures == 2)
  }

  private func reopened(_ name: String) throws -> (table: JobTable, folder: ResultsFolder) {
    let results = ResultsFolder(path: folder.path + "/" + name)
    return (try JobTable(path: results.table), results)
  }

  @Test(arguments: [1, 1000]) func whatFailedHereWithItsParentIsOpenOnceTheParentComes(
    batch: Int
  ) throws {
    let here = try failedThere()
    let there = try table("elsewhere", jobs: [[0], [1, 2]])
    let jobs = try there.table.reader.work(for: "parts").map(\.job)
    try complete(jobs[0], [0], at: 2500, in: there)
    // The other job was done half there, and failed by itself.
    let outcomes = try there.table.apply([
      .attemptBegan(jobs[1], .first, at: 2600, worker: nil, log: nil),
      .stageCompleted(jobs[1], .first, result(1), at: 2601, rule: .anyAttempt),
      .attemptEnded(jobs[1], .first, .failed(failure), at: 2602),
      .jobFailed(jobs[1], failure, at: 2602),
    ])
    #expect(outcomes.allSatisfy { $0 == .applied })
    let report = try merge(there, into: here, batch: batch)
    #expect(report.results == 2 && report.failures == 1)
    let clusters = try here.table.reader.failureClusters(in: "parts")
    #expect(clusters.map(\.example) == [failure] && clusters.map(\.jobs.count) == [1])
  }

  @Test(arguments: ["../out", "/out", "a/../../out", "", "artifacts", "jobs.sqlite/x", "a//b", "."])
  func gridsWhoseFilesWouldLieElsewhereAreRefused(name: String) throws {
    // The table itself refuses an empty name.
    if name.isEmpty {
      #expect(!LoadedGrid.isFolderName(name))
      return
    }
    let there = try table("there", grid: name, jobs: [[0], [1, 2]])
    try there.table.close()
    let target = ResultsFolder(path: folder.path + "/here")
    let merge = Merge(
      source: there.folder, target: target, from: "there", into: "here", grid: nil)
    let error = #expect(throws: CommandFailure.self) { try merge() }
    #expect(error?.status == .store)
    #expect(error?.message.contains("has a grid named “\(name)”") == true)
    #expect(throws: (any Error).self) { try JobTableReader(path: target.table) }
  }

  @Test func namesOfAnotherFolderCannotMoveTheCursor() throws {
    let name = "a\u{1B}[2Jb"
    let there = try table("there", grid: name, jobs: [[0], [1, 2]])
    var report = MergeReport(from: "there", into: "here")
    report.grids = [
      .init(name: name, standing: .new, runs: try there.table.reader.counts(for: name).runs)
    ]
    #expect(report.text { _ in "run" }.contains("  a\\u{1b}[2Jb: 1 run, 0 done, 1 to do: run"))
    try there.table.close()
    let merge = Merge(
      source: there.folder, target: ResultsFolder(path: folder.path + "/here"), from: "there",
      into: "here", grid: "b")
    let error = #expect(throws: CommandFailure.self) { try merge() }
    #expect(error?.message == "“there” has no grid “b”; it has a\\u{1b}[2Jb")
  }
}
