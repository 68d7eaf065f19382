import Grid
import Keys
import Testing

@testable import Scheduler

@Suite struct WorkerTests {
  let stage = StageKey(Digest(of: "stage"))

  /// Two workers that run jobs 1 and 2 of three.
  func busyDriver(_ settings: Scheduler.Settings = .init(slots: 2)) -> Driver {
    var driver = Driver(settings)
    driver.send(.added([.builtin(1), .builtin(2), .builtin(3)]))
    driver.send(.workerReady(WorkerID(1)))
    driver.send(.workerReady(WorkerID(2)))
    return driver
  }

  @Test func workersStartOnDemandAndAreUsedAgain() {
    var driver = Driver()
    #expect(
      driver.send(.added([.builtin(1), .builtin(2), .builtin(3)])) == [
        .startWorker(WorkerID(1)), .startWorker(WorkerID(2)),
      ])
    #expect(driver.send(.workerReady(WorkerID(2))) == [.begin(2, worker: 2)])
    #expect(driver.send(.workerReady(WorkerID(1))) == [.begin(1, worker: 1)])
    #expect(
      driver.send(.finished(JobID(1), Attempt(1))) == [
        .end(1, 1, .completed, .done), .begin(3, worker: 1),
      ])
    #expect(driver.send(.finished(JobID(2), Attempt(1))) == [.end(2, 1, .completed, .done)])
    #expect(
      driver.send(.finished(JobID(3), Attempt(1))) == [
        .end(3, 1, .completed, .done), .dismiss(WorkerID(1)), .dismiss(WorkerID(2)),
      ])
    #expect(driver.send(.workerEnded(WorkerID(1), .exited(0), detail: "")) == [])
    // One that does not go is killed after the grace.
    #expect(
      driver.send(.tick, after: .seconds(5)) == [.signal(.worker(WorkerID(2)), .kill)])
    #expect(
      driver.send(.workerEnded(WorkerID(2), .signalled(9), detail: ""))
        == [.finish(.finished(failed: 0))])
  }

  @Test func aDeadWorkerLosesItsAttemptAndIsReplaced() {
    var driver = busyDriver()
    #expect(
      driver.send(.workerEnded(WorkerID(2), .signalled(9), detail: "")) == [
        .end(2, 1, .lost(signal: 9), .again), .startWorker(WorkerID(3)),
      ])
    #expect(driver.send(.workerReady(WorkerID(3))) == [.begin(2, 2, worker: 3)])
  }

  @Test func aStatusIsAFailureEvenZero() {
    var driver = busyDriver()
    let effects = driver.send(.workerEnded(WorkerID(1), .exited(0), detail: ""))
    guard case .end(_, _, .failed(let failure), next: .failed) = effects.first else {
      Issue.record("\(effects)")
      return
    }
    #expect(failure.reason == .protocolViolation)
    let more = driver.send(.workerEnded(WorkerID(2), .exited(9), detail: ""))
    guard case .end(_, _, .failed(let second), next: .failed) = more.first else {
      Issue.record("\(more)")
      return
    }
    #expect(second.reason == .exitStatus(9))
  }

  @Test func aFailedJobLeavesItsWorkerAlive() {
    var driver = busyDriver()
    let failure = Failure(reason: .nonFinite, message: "loss is NaN at step 3")
    #expect(
      driver.send(.failed(JobID(1), Attempt(1), failure)) == [
        .end(1, 1, .failed(failure), .failed(failure)), .begin(3, worker: 1),
      ])
  }

  @Test func nonsenseEndsTheWorkerThenItsAttempt() {
    var driver = busyDriver()
    #expect(
      driver.send(.workerViolated(WorkerID(1), message: "no JSON"))
        == [.signal(.worker(WorkerID(1)), .terminate)])
    // Its slot stays taken until it is gone.
    #expect(driver.scheduler.counts.running == 2)
    let effects = driver.send(.workerEnded(WorkerID(1), .exited(0), detail: ""))
    let failure = Failure(reason: .protocolViolation, message: "no JSON")
    #expect(
      effects == [.end(1, 1, .failed(failure), .failed(failure)), .startWorker(WorkerID(3))])
  }

  @Test func anIdleWorkerThatTalksNonsenseIsEnded() {
    var driver = Driver(.init(slots: 2))
    driver.send(.added([.builtin(1), .builtin(2)]))
    driver.send(.workerReady(WorkerID(1)))
    driver.send(.workerReady(WorkerID(2)))
    driver.send(.finished(JobID(1), Attempt(1)))
    #expect(
      driver.send(.workerViolated(WorkerID(1), message: "?"))
        == [.signal(.worker(WorkerID(1)), .terminate)])
  }

  @Test func aTimeLimitEndsTheWorker() {
    var driver = Driver(.init(slots: 1))
    driver.send(
      .added([.init(id: JobID(1), kind: .builtin, timeLimit: .seconds(3), retries: 1)]))
    driver.send(.workerReady(WorkerID(1)), after: .seconds(30))
    #expect(
      driver.send(.tick, after: .seconds(3)) == [.signal(.worker(WorkerID(1)), .terminate)])
    #expect(
      driver.send(.tick, after: .seconds(5)) == [.signal(.worker(WorkerID(1)), .kill)])
    let effects = driver.send(.workerEnded(WorkerID(1), .signalled(9), detail: ""))
    guard case .end(_, _, .failed(let failure), next: .again) = effects.first else {
      Issue.record("\(effects)")
      return
    }
    #expect(failure.reason == .timeLimit(3))
    #expect(effects.last == .startWorker(WorkerID(2)))
  }

  @Test func aJobFinishedJustBeforeItsWorkerEndsIsFinished() {
    var driver = Driver(.init(slots: 1))
    driver.send(.added([.init(id: JobID(1), kind: .builtin, timeLimit: .seconds(3))]))
    driver.send(.workerReady(WorkerID(1)))
    driver.send(.tick, after: .seconds(3))
    #expect(
      driver.send(.finished(JobID(1), Attempt(1))).first == .end(1, 1, .completed, .done))
  }

  @Test func workersThatDoNotStartEndTheSession() throws {
    var driver = Driver(.init(slots: 2, workerStartFailures: 3))
    driver.send(.added([.builtin(1), .builtin(2)]))
    var started = 2
    for round in 1...3 {
      driver.send(.workerEnded(WorkerID(started - 1), .exited(127), detail: "no such library"))
      let effects = driver.send(
        .workerEnded(WorkerID(started), .exited(127), detail: "no such library"))
      if round == 3 {
        #expect(
          effects == [
            .finish(.workersDoNotStart("it ended with status 127: no such library"))
          ])
      } else {
        let wake = try #require(driver.scheduler.nextWake)
        #expect(wake > driver.time)
        #expect(driver.send(.tick, after: wake - driver.time).count == 2)
        started += 2
      }
    }
  }

  @Test func aWorkerThatHangsAtItsStartIsEnded() {
    var driver = Driver(.init(slots: 1, workerStartLimit: .seconds(60)))
    driver.send(.added([.builtin(1)]))
    #expect(
      driver.send(.tick, after: .seconds(60)) == [.signal(.worker(WorkerID(1)), .terminate)])
    #expect(driver.send(.tick, after: .seconds(5)) == [.signal(.worker(WorkerID(1)), .kill)])
    driver.send(.workerEnded(WorkerID(1), .signalled(9), detail: ""))
    #expect(driver.send(.tick, after: .seconds(1)) == [.startWorker(WorkerID(2))])
  }

  @Test func aLostArtifactIsMadeAgainFirst() {
    var driver = Driver(.init(slots: 1))
    driver.send(.added([.builtin(1), .builtin(2, after: 1), .builtin(3, after: 1)]))
    driver.send(.workerReady(WorkerID(1)))
    #expect(driver.send(.finished(JobID(1), Attempt(1))).last == .begin(2, worker: 1))
    #expect(
      driver.send(.artifactLost(JobID(2), Attempt(1), stage: stage, rebuild: [.builtin(1)])) == [
        .end(2, 1, .artifactLost(stage: stage), .again), .begin(1, 2, worker: 1),
      ])
    #expect(driver.scheduler.counts.waiting == 2)
    #expect(
      driver.send(.finished(JobID(1), Attempt(2))) == [
        .end(1, 2, .completed, .done), .begin(2, 2, worker: 1),
      ])
  }

  @Test func aLostArtifactOfAnUnknownJobBringsTheJobIn() {
    var driver = Driver(.init(slots: 1))
    driver.send(.added([.builtin(5)]))
    driver.send(.workerReady(WorkerID(1)))
    let rebuilt = Scheduler.Job(id: JobID(2), kind: .builtin, lastAttempt: Attempt(1))
    #expect(
      driver.send(.artifactLost(JobID(5), Attempt(1), stage: stage, rebuild: [rebuilt])).last
        == .begin(2, 2, worker: 1))
  }

  @Test func artifactsThatAreLostForEverFailTheJob() {
    var driver = Driver(.init(slots: 1, crashLimit: 1))
    driver.send(.added([.builtin(1)]))
    driver.send(.workerReady(WorkerID(1)))
    let lost = { Scheduler.Event.artifactLost(JobID(1), Attempt($0), stage: stage, rebuild: []) }
    #expect(driver.send(lost(1)).last == .begin(1, 2, worker: 1))
    guard case .end(_, _, _, .failed(let failure)) = driver.send(lost(2)).first else {
      Issue.record("tried for ever")
      return
    }
    #expect(failure.reason == .error)
  }
}
