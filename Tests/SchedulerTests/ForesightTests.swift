import Grid
import Keys
import Testing

@testable import Scheduler

/// Attempts that are recorded before they begin.
@Suite struct ForesightTests {
  /// A driver whose two slots have done eight jobs each within the foresight, and so many jobs after.
  func busy(_ jobs: Int64) -> (Driver, [Scheduler.Effect]) {
    var driver = Driver(.init(slots: 2, foresightPace: 8))
    var effects = driver.send(.added((1...jobs).map { .external($0) }))
    for job in 1...16 as ClosedRange<Int64> {
      effects = driver.send(.ended(job), after: .milliseconds(1))
    }
    return (driver, effects)
  }

  @Test func longJobsAreNotForeseen() {
    var driver = Driver()
    driver.send(.added((1...40).map { .external($0) }))
    for job in 1...20 as ClosedRange<Int64> {
      #expect(
        driver.send(.ended(job), after: .milliseconds(300)) == [
          .end(job, 1, .completed, .done), .begin(job + 2),
        ])
    }
  }

  @Test func asManyAsWereCompletedLatelyAreForeseen() {
    var (driver, effects) = busy(100)
    #expect(
      effects == [.end(16, 1, .completed, .done), .begin(18)]
        + (19...34).map { .foresee(JobID($0), Attempt(1)) })
    // They begin in their turn, and others are foreseen in their place.
    for (job, more) in [(17, 35...36), (18, 37...38), (19, 39...40)]
      as [(Int64, ClosedRange<Int64>)]
    {
      #expect(
        driver.send(.ended(job), after: .milliseconds(1))
          == [.end(job, 1, .completed, .done), .begin(job + 2)]
          + more.map { .foresee(JobID($0), Attempt(1)) })
    }
    #expect(
      driver.send(.ended(20), after: .milliseconds(1)) == [
        .end(20, 1, .completed, .done), .begin(22), .foresee(JobID(41), Attempt(1)),
        .foresee(JobID(42), Attempt(1)),
      ])
    #expect(driver.scheduler.counts.running == 2)
    // When nothing was completed for long, nothing more is foreseen, and what was is taken back.
    #expect(
      driver.send(.ended(21), after: .seconds(3))
        == [.end(21, 1, .completed, .done), .begin(23)]
        + (24...42).map { .end($0, 1, .stopped, .again) })
  }

  @Test func whatIsForeseenIsTakenBack() {
    var (driver, _) = busy(20)
    let effects = driver.send(.drain)
    #expect(
      effects == [
        .end(19, 1, .stopped, .again), .end(20, 1, .stopped, .again),
      ])
    #expect(driver.scheduler.counts.ready == 2)
  }

  /// Jobs take longer than those before them.
  @Test func whatIsForeseenIsTakenBackWhenJobsTakeLonger() {
    var (driver, _) = busy(20)
    #expect(driver.send(.tick, after: .milliseconds(1)) == [])
    #expect(driver.scheduler.nextWake != nil)
    #expect(
      driver.send(.tick, after: driver.scheduler.settings.foresight * 3) == [
        .end(19, 1, .stopped, .again), .end(20, 1, .stopped, .again),
      ])
    #expect(driver.scheduler.nextWake == nil)
    #expect(
      driver.send(.ended(17), after: .milliseconds(1)) == [
        .end(17, 1, .completed, .done), .begin(19, 2),
      ])
  }

  /// A job whose parent has to be done again begins with another attempt than the foreseen one.
  @Test func aForeseenJobThatHasToWaitIsTakenBack() {
    var driver = Driver(.init(slots: 2, foresight: .seconds(1), foresightPace: 1))
    driver.send(.added([.builtin(1), .builtin(2), .builtin(3, after: 1), .builtin(4, after: 1)]))
    for worker in 1...2 { driver.send(.workerReady(WorkerID(worker))) }
    driver.send(.finished(JobID(1), Attempt(1)))
    #expect(
      driver.send(.finished(JobID(2), Attempt(1)))
        == [.end(2, 1, .completed, .done), .begin(4, worker: 2)])
    driver.send(.added([.builtin(5, after: 1)]))
    let effects = driver.send(
      .artifactLost(
        JobID(3), Attempt(1), stage: StageKey(Digest(of: "1")), rebuild: [.builtin(1)]))
    #expect(
      effects == [
        .end(5, 1, .stopped, .again),
        .end(3, 1, .artifactLost(stage: StageKey(Digest(of: "1"))), .again),
        .begin(1, 2, worker: 1),
      ])
    driver.send(.finished(JobID(4), Attempt(1)))
    #expect(
      driver.send(.finished(JobID(1), Attempt(2)))
        == [
          .end(1, 2, .completed, .done), .begin(3, 2, worker: 1), .begin(5, 2, worker: 2),
        ])
  }
}
