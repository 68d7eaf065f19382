import Grid
import Testing

@testable import Scheduler

@Suite struct ExternalJobTests {
  let status3 = Failure(reason: .exitStatus(3), message: "its process ended with status 3")

  @Test func fillsTheSlotsInOrderAndFinishes() {
    var driver = Driver()
    #expect(
      driver.send(.added([.external(3), .external(1), .external(2)])) == [.begin(1), .begin(2)])
    #expect(driver.send(.ended(2)) == [.end(2, 1, .completed, .done), .begin(3)])
    #expect(driver.send(.ended(1)) == [.end(1, 1, .completed, .done)])
    #expect(
      driver.send(.ended(3)) == [.end(3, 1, .completed, .done), .finish(.finished(failed: 0))])
    #expect(driver.scheduler.isFinished)
    #expect(driver.send(.ended(3)) == [])
  }

  @Test func waitsForParents() {
    var driver = Driver()
    #expect(
      driver.send(.added([.external(1, after: 3), .external(2, after: 1, 3), .external(3)]))
        == [.begin(3)])
    #expect(driver.send(.ended(3)) == [.end(3, 1, .completed, .done), .begin(1)])
    #expect(driver.send(.ended(1)) == [.end(1, 1, .completed, .done), .begin(2)])
  }

  @Test func aWideJobIsNotOvertaken() {
    var driver = Driver(.init(slots: 4))
    #expect(
      driver.send(.added([.external(1), .external(2, slots: 4), .external(3)])) == [.begin(1)])
    #expect(driver.send(.ended(1)) == [.end(1, 1, .completed, .done), .begin(2)])
    #expect(driver.send(.ended(2)) == [.end(2, 1, .completed, .done), .begin(3)])
  }

  @Test func aJobWiderThanAllSlotsTakesAllOfThem() {
    var driver = Driver()
    #expect(driver.send(.added([.external(1, slots: 9), .external(2)])) == [.begin(1)])
  }

  @Test func failuresAreTriedAgainUpToTheRetries() {
    var driver = Driver()
    driver.send(.added([.external(1, retries: 1)]))
    #expect(
      driver.send(.ended(1, 1, .exited(3))) == [
        .end(1, 1, .failed(status3), .again), .begin(1, 2),
      ])
    #expect(
      driver.send(.ended(1, 2, .exited(3))) == [
        .end(1, 2, .failed(status3), .failed(status3)), .finish(.finished(failed: 1)),
      ])
  }

  @Test func nonsenseInTheReportIsAFailureAndAStatusOutweighsIt() {
    let nonsense = Failure(reason: .protocolViolation, message: "no metrics")
    var driver = Driver()
    driver.send(.added([.external(1), .external(2)]))
    #expect(
      driver.send(.ended(1, report: nonsense)).first
        == .end(1, 1, .failed(nonsense), .failed(nonsense)))
    #expect(
      driver.send(.ended(2, 1, .exited(3), report: nonsense)).first
        == .end(2, 1, .failed(status3), .failed(status3)))
  }

  @Test func lossesAreTriedAgainUpToTheCrashLimit() {
    var driver = Driver(.init(slots: 1, crashLimit: 2))
    driver.send(.added([.external(1)]))
    for attempt in 1...2 {
      #expect(
        driver.send(.ended(1, attempt, .signalled(11))) == [
          .end(1, attempt, .lost(signal: 11), .again), .begin(1, attempt + 1),
        ])
    }
    let failure = Failure(
      reason: .crashLimit(3),
      message: "its process died by a signal 3 times in a row, the last time by signal 11")
    #expect(
      driver.send(.ended(1, 3, .signalled(11))).first
        == .end(1, 3, .lost(signal: 11), .failed(failure)))
  }

  @Test func aCompletedStageStartsTheCountOfLossesAnew() {
    var driver = Driver(.init(slots: 1, crashLimit: 1))
    driver.send(.added([.external(1)]))
    for attempt in 1...9 {
      driver.send(.stageCompleted(JobID(1), Attempt(attempt)))
      #expect(
        driver.send(.ended(1, attempt, .signalled(9))).last == .begin(1, attempt + 1))
    }
  }

  @Test func countsGoOnWhereAnEarlierSessionLeftThem() {
    var driver = Driver(.init(slots: 2, crashLimit: 5))
    let jobs: [Scheduler.Job] = [
      .init(
        id: JobID(1), kind: .external, retries: 2, lastAttempt: Attempt(7), failures: 2),
      .init(id: JobID(2), kind: .external, lastAttempt: Attempt(5), losses: 5),
    ]
    #expect(driver.send(.added(jobs)) == [.begin(1, 8), .begin(2, 6)])
    guard case .end(_, _, _, .failed) = driver.send(.ended(1, 8, .exited(3))).first else {
      Issue.record("job 1 has used up its retries")
      return
    }
    guard case .end(_, _, _, .failed) = driver.send(.ended(2, 6, .signalled(9))).first else {
      Issue.record("job 2 has used up its crashes")
      return
    }
  }

  @Test func status75IsNotCountedButPausesLongerEachTime() {
    var driver = Driver(.init(slots: 1, firstPause: .seconds(1), longestPause: .seconds(3)))
    driver.send(.added([.external(1)]))
    for (attempt, pause) in [1, 2, 3, 3, 3].enumerated() {
      #expect(
        driver.send(.ended(1, attempt + 1, .exited(75))) == [.end(1, attempt + 1, .again, .again)])
      #expect(driver.scheduler.counts.paused == 1)
      #expect(driver.scheduler.nextWake == driver.time + .seconds(pause))
      #expect(driver.send(.tick, after: .seconds(pause) - .milliseconds(1)) == [])
      #expect(driver.send(.tick, after: .milliseconds(1)) == [.begin(1, attempt + 2)])
    }
    #expect(driver.scheduler.counts.failed == 0)
  }

  @Test func aJobThatAsksForEverIsGivenUp() {
    var driver = Driver(.init(slots: 1, pauseLimit: 3))
    driver.send(.added([.external(1)]))
    for attempt in 1...3 {
      #expect(driver.send(.ended(1, attempt, .exited(75))) == [.end(1, attempt, .again, .again)])
      driver.send(.tick, after: .seconds(4))
    }
    let failure = Failure(
      reason: .exitStatus(75),
      message: "it asked for another try (status 75) 4 times in a row without completing anything")
    #expect(driver.send(.ended(1, 4, .exited(75))).first == .end(1, 4, .again, .failed(failure)))
  }

  @Test func aPausedJobLeavesItsSlotToOthers() {
    var driver = Driver(.init(slots: 1))
    driver.send(.added([.external(1), .external(2)]))
    #expect(driver.send(.ended(1, 1, .exited(75))) == [.end(1, 1, .again, .again), .begin(2)])
  }

  @Test func dependentsOfAFailureFail() {
    var driver = Driver()
    driver.send(
      .added([
        .external(1), .external(2, after: 1), .external(3, after: 2), .external(4, after: 3, 5),
        .external(5),
      ]))
    let parentFailed = Failure(
      reason: .parentFailed, message: "job 1, which it needs, failed")
    let effects = driver.send(.ended(1, 1, .exited(3)))
    #expect(
      effects == [
        .end(1, 1, .failed(status3), .failed(status3)), .fail(JobID(2), parentFailed),
        .fail(JobID(3), parentFailed), .fail(JobID(4), parentFailed),
      ])
    #expect(
      driver.send(.ended(5)) == [.end(5, 1, .completed, .done), .finish(.finished(failed: 4))])
  }

  @Test func aParentThatFailedInAnEarlierSessionFailsItsDependents() {
    var driver = Driver()
    let failed = Scheduler.Job(id: JobID(1), kind: .external, hasFailed: true)
    let effects = driver.send(.added([.external(2, after: 1), failed]))
    #expect(
      effects == [
        .fail(
          JobID(2), Failure(reason: .parentFailed, message: "job 1, which it needs, failed")),
        .finish(.finished(failed: 2)),
      ])
  }

  @Test func aTimeLimitTerminatesThenKills() {
    var driver = Driver(.init(slots: 1, grace: .seconds(5)))
    driver.send(.added([.external(1, timeLimit: .seconds(10))]))
    let target = Scheduler.Target.process(JobID(1), Attempt(1))
    #expect(driver.send(.tick, after: .seconds(9)) == [])
    #expect(driver.send(.tick, after: .seconds(1)) == [.signal(target, .terminate)])
    #expect(driver.send(.tick, after: .seconds(5)) == [.signal(target, .kill)])
    let failure = Failure(
      reason: .timeLimit(10), message: "it ran past its time limit of 10.0 s")
    #expect(
      driver.send(.ended(1, 1, .signalled(9))).first
        == .end(1, 1, .failed(failure), .failed(failure)))
  }

  @Test func aTimeLimitGrowsWithEachFailure() {
    var driver = Driver(.init(slots: 1))
    driver.send(.added([.external(1, timeLimit: .seconds(10), timeGrowth: 1.5, retries: 2)]))
    for (attempt, limit) in [(1, 10.0), (2, 15), (3, 22.5)] {
      #expect(driver.scheduler.nextWake == driver.time + .seconds(limit))
      driver.send(.tick, after: .seconds(limit))
      let effects = driver.send(.ended(1, attempt, .signalled(15)))
      guard case .end(_, _, .failed(let failure), _) = effects.first else {
        Issue.record("\(effects)")
        return
      }
      #expect(failure.reason == .timeLimit(limit))
    }
  }

  @Test func aProcessThatObeysSigtermIsNotKilledAndItsStatusIsNotBelieved() {
    var driver = Driver(.init(slots: 1))
    driver.send(.added([.external(1, timeLimit: .seconds(10), retries: 1), .external(2)]))
    driver.send(.tick, after: .seconds(10))
    let effects = driver.send(.ended(1, 1, .exited(0)))
    guard case .end(_, _, .failed(let failure), next: .again) = effects.first else {
      Issue.record("\(effects)")
      return
    }
    #expect(failure.reason == .timeLimit(10))
    // The only time that is left is that of the second attempt.
    #expect(driver.scheduler.nextWake == driver.time + .seconds(10))
  }

  @Test func aReportedFailureEndsTheProcess() {
    let nonFinite = Failure(reason: .nonFinite, message: "loss is NaN")
    var driver = Driver(.init(slots: 1))
    driver.send(.added([.external(1)]))
    #expect(
      driver.send(.failed(JobID(1), Attempt(1), nonFinite))
        == [.signal(.process(JobID(1), Attempt(1)), .terminate)])
    #expect(
      driver.send(.ended(1, 1, .signalled(15))).first
        == .end(1, 1, .failed(nonFinite), .failed(nonFinite)))
  }

  @Test func tooManyFailuresStartNothingMoreButLetRunningJobsEnd() {
    var driver = Driver(.init(slots: 2, maxFails: 1))
    driver.send(.added([.external(1), .external(2), .external(3)]))
    #expect(driver.send(.ended(1, 1, .exited(3))).count == 1)
    #expect(
      driver.send(.ended(2), after: .seconds(1000)) == [
        .end(2, 1, .completed, .done), .finish(.tooManyFailures(failed: 1)),
      ])
  }

  @Test func jobsThatWaitForEachOtherFail() {
    var driver = Driver()
    let effects = driver.send(.added([.external(1, after: 2), .external(2, after: 1)]))
    #expect(effects.count == 3)
    #expect(effects.last == .finish(.finished(failed: 2)))
  }

  @Test func lateNewsChangesNothing() {
    var driver = Driver(.init(slots: 1, crashLimit: 5))
    driver.send(.added([.external(1)]))
    driver.send(.ended(1, 1, .signalled(9)))
    #expect(driver.send(.ended(1, 1, .exited(0))) == [])
    #expect(driver.send(.failed(JobID(1), Attempt(1), status3)) == [])
    #expect(driver.send(.finished(JobID(7), Attempt(1))) == [])
    #expect(driver.scheduler.counts.running == 1)
  }

  @Test func withoutJobsItFinishesAtOnce() {
    var driver = Driver()
    #expect(driver.send(.added([])) == [.finish(.finished(failed: 0))])
  }
}
