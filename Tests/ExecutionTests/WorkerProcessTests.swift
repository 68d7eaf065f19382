import Artifacts
import Foundation
import Glibc
import Grid
import Synchronization
import Testing

@testable import Execution

/// Real worker processes that speak the protocol well and badly.
@Suite struct WorkerProcessTests {
  func grid(_ behaviours: [String], slots: Int = 1, retries: Int = 0) throws -> TestGrid {
    let grid = try TestGrid(.builtin, slots: slots, retries: retries)
    try grid.add(
      behaviours.enumerated().map { ["do": .string($1), "number": .integer($0)] })
    return grid
  }

  @Test func oneWorkerDoesManyJobs() throws {
    let grid = try grid(Array(repeating: "work", count: 20))
    let report = try grid.run()
    #expect(report.outcome == .finished && report.jobs.done == 20)
    let pids = Set(try (0..<20).compactMap { try grid.metrics($0)?["pid"] })
    #expect(pids.count == 1)
    // Where results come from is recorded with the attempt.
    #expect(try grid.attempts(0)[0].worker?.cpu == "test")
    // The worker is gone.
    let pid = try #require(pids.first)
    #expect(ProcessStatus(of: Int32(pid)) == nil)
  }

  @Test func severalWorkersShareTheJobs() throws {
    let grid = try grid(Array(repeating: "slow", count: 8), slots: 4)
    try grid.run()
    #expect(Set(try (0..<8).compactMap { try grid.metrics($0)?["pid"] }).count > 1)
  }

  @Test func jobsWaitForTheirParents() throws {
    let grid = try TestGrid(.builtin, slots: 4)
    try grid.add([["number": .integer(0)]])
    for number in 1...5 { try grid.add(["number": .integer(number)], after: number - 1) }
    let report = try grid.run()
    #expect(report.jobs.done == 6)
    let began = try (0..<6).map { try #require(try grid.attempts($0).first).startedAt }
    #expect(began == began.sorted())
  }

  @Test(arguments: [
    ("nonsense", "it printed what is no event: “hello”"),
    ("stranger", "it spoke about attempt 1 at job 999, which is not its own"),
    ("other", "it spoke about stage 000000000000, which is not in its order"),
    ("infinite", "took -1.0 seconds"),
    ("lazy", "it said that it had finished, and 1 of its stages are missing"),
    ("leave", "its worker ended with status 0 in the middle of the job"),
    ("endless", "it printed a line longer than 8388608 bytes"),
    ("deaf", "it closed its output and went on"),
  ])
  func nonsenseEndsTheAttemptAndTheWorker(behaviour: String, message: String) throws {
    let grid = try grid([behaviour, "work"])
    let report = try grid.run()
    #expect(report.jobs.done == 1 && report.jobs.failed == 1)
    let failure = try #require(try grid.failure(0))
    #expect(failure.reason == .protocolViolation)
    #expect(failure.message.contains(message), "\(failure.message)")
    #expect(try grid.metrics(1) != nil)
  }

  @Test func aTornLineIsTheEndOfItsAttempt() throws {
    let grid = try grid(["torn-once"], retries: 1)
    try grid.run()
    let outcomes = try grid.outcomes(0)
    guard case .failed(let failure)? = outcomes[0] else {
      Issue.record("\(outcomes)")
      return
    }
    #expect(failure.reason == .exitStatus(9))
    #expect(outcomes[1] == .completed)
  }

  @Test func aFailedJobKeepsItsReasonAndItsWorker() throws {
    let grid = try grid(["work", "fail", "work"])
    try grid.run()
    #expect(
      try grid.failure(1) == Failure(reason: .nonFinite, message: "loss is NaN"))
    #expect(try grid.metrics(0)?["pid"] == (try grid.metrics(2)?["pid"]))
  }

  @Test func aStatusIsAFailureWithItsLastWords() throws {
    let grid = try grid(["status", "work"])
    try grid.run()
    #expect(
      try grid.failure(0)
        == Failure(
          reason: .exitStatus(7), message: "its process ended with status 7: it is broken"))
    #expect(try grid.log(0) == "it is broken\n")
  }

  @Test func aCrashIsALossAndIsTriedAgain() throws {
    let grid = try grid(["crash-once", "work"])
    try grid.run()
    #expect(try grid.outcomes(0) == [.lost(signal: SIGSEGV), .completed])
  }

  @Test func crashesEndSomeTime() throws {
    let grid = try grid(["crash"])
    grid.settings.crashLimit = 2
    let report = try grid.run()
    #expect(report.jobs.failed == 1)
    #expect(try grid.outcomes(0) == Array(repeating: .lost(signal: SIGSEGV), count: 3))
    let cluster = try #require(try grid.table.reader.failureClusters(in: grid.name).first)
    #expect(cluster.example.reason == .crashLimit(3))
  }

  @Test func aWorkerThatDiesAfterItsLastResultHasDoneItsJob() throws {
    let grid = try grid(["dies-done", "work"])
    let report = try grid.run()
    #expect(report.jobs.done == 2)
    #expect(try grid.outcomes(0) == [.completed])
  }

  @Test func status75AsksForAnotherTry() throws {
    let grid = try grid(["again-once"])
    try grid.run()
    #expect(try grid.outcomes(0) == [.again, .completed])
  }

  @Test func aHangingJobIsEndedByItsTimeLimit() throws {
    let grid = try grid(["hang", "work"])
    grid.settings.timeLimit = 0.5
    grid.settings.grace = 0.2
    try grid.run()
    #expect(try grid.failure(0)?.reason == .timeLimit(0.5))
    #expect(try grid.metrics(1) != nil)
  }

  @Test func aLostArtifactIsMadeAgain() throws {
    let grid = try TestGrid(.builtin, slots: 1)
    try grid.add([["number": .integer(0)]])
    try grid.run()
    try grid.add(["do": .string("lost-once"), "number": .integer(1)], after: 0)
    let report = try grid.run()
    #expect(report.outcome == .finished)
    #expect(try grid.outcomes(0) == [.completed, .completed])
    let outcomes = try grid.outcomes(1)
    #expect(outcomes == [.artifactLost(stage: grid.jobs[0][0].key), .completed])
  }

  @Test func whatAWorkerSaysBelongsToItsAttempt() throws {
    let grid = try grid(["work", "says"])
    try grid.run()
    #expect(try grid.log(1) == "the worker says hello\n")
    #expect(try grid.log(0) == nil)
  }

  /// What a worker says after its last job is kept with that, once the session is over.
  @Test func theLastWordsOfAWorkerAreKept() throws {
    let grid = try grid(["work"])
    grid.settings.environment["WORKER_LAST_WORDS"] = "1"
    try grid.run()
    #expect(try grid.log(0) == "the worker says goodbye\n")
  }

  @Test func workersThatDoNotStartEndTheSession() throws {
    let grid = try grid(["work"])
    grid.settings.environment["WORKER_START"] = "dies"
    #expect(
      try grid.run().outcome
        == .workersDoNotStart("it ended with status 3: no such library"))
    #expect(try grid.attempts(0).isEmpty)
    grid.settings.environment["WORKER_START"] = nil
    #expect(try grid.run().jobs.done == 1)
  }

  /// What a worker said before it had an order belongs to no attempt: all of it is in the message.
  @Test func aWorkerThatDoesNotStartIsHeardOut() throws {
    let grid = try grid(["work"])
    grid.settings.environment["WORKER_START"] = "dies-at-length"
    #expect(
      try grid.run().outcome
        == .workersDoNotStart(
          "it ended with status 3: Fatal error: cannot begin\n  at line 7\n  Current stack:"))
    #expect(try LogReader(folder: grid.folder.logs).names.isEmpty)
  }

  @Test func aWorkerThatIsNotThereEndsTheSession() throws {
    let grid = try grid(["work"])
    grid.settings.workerCommand = ["no-such-worker"]
    guard case .workersDoNotStart(let message) = try grid.run().outcome else {
      Issue.record("it started")
      return
    }
    #expect(message.contains("no-such-worker"))
  }

  /// Short jobs are sent to workers ahead; one that crashes takes nothing with it but itself.
  @Test func aCrashLosesOnlyTheJobThatTheWorkerWasAt() throws {
    let behaviours = (0..<120).map { $0 % 40 == 35 ? "crash-once" : "work" }
    let grid = try grid(behaviours, slots: 2)
    let report = try grid.run()
    #expect(report.outcome == .finished && report.jobs.done == 120)
    for (number, behaviour) in behaviours.enumerated() {
      // Whatever a worker's clock says, nothing ends before it began.
      for attempt in try grid.attempts(number) {
        #expect(try #require(attempt.endedAt) >= attempt.startedAt)
      }
      let outcomes = try grid.attempts(number).map(\.outcome)
      if behaviour == "work" {
        #expect(outcomes.last == .completed && outcomes.dropLast().allSatisfy { $0 == .stopped })
      } else {
        #expect(outcomes.contains(.lost(signal: SIGSEGV)) && outcomes.last == .completed)
      }
    }
    // Some had their orders while their worker was at others.
    #expect(try behaviours.indices.contains { try grid.metrics($0)?["ahead"] == 1 })
  }

  /// What a worker prints belongs to the job that it is at, though it has the orders of others.
  @Test func whatIsSaidGoesIntoTheLogOfItsJob() throws {
    let behaviours = (0..<60).map { $0 == 45 ? "status-once" : "work" }
    let grid = try grid(behaviours, retries: 1)
    try grid.run()
    let attempts = try grid.attempts(45)
    let failed = try #require(
      attempts.first { if case .failed = $0.outcome { true } else { false } })
    #expect(try grid.log(of: failed)?.contains("it is broken") == true)
    for number in behaviours.indices where number != 45 {
      for attempt in try grid.attempts(number) {
        #expect(try grid.log(of: attempt) ?? "" == "")
      }
    }
  }

  /// What has failed is not left to do.
  @Test func failedStagesAreOver() throws {
    let grid = try grid(["slow", "status-once", "slow", "status-once"], retries: 0)
    let seen = Mutex<[ExecutionSnapshot]>([])
    try grid.run { snapshot in seen.withLock { $0.append(snapshot) } }
    let last = try #require(seen.withLock { $0 }.last)
    #expect(last.stagesDone == 2 && last.stagesFailed == 2 && last.stagesTotal == 4)
  }

  @Test func theUserSeesProgress() throws {
    let grid = try grid(Array(repeating: "slow", count: 6))
    let seen = Mutex<[ExecutionSnapshot]>([])
    try grid.run { snapshot in seen.withLock { $0.append(snapshot) } }
    let snapshots = seen.withLock { $0 }
    let last = try #require(snapshots.last)
    #expect(last.stagesDone == 6 && last.stagesTotal == 6)
    #expect(last.runs.done == 6 && last.runs.total == 6)
    #expect(snapshots.contains { $0.activities.contains { $0.label.hasPrefix("job") } })
    #expect(zip(snapshots, snapshots.dropFirst()).allSatisfy { $0.stagesDone <= $1.stagesDone })
  }
}
