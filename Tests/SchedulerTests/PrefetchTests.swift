import Grid
import Keys
import Testing

@testable import Scheduler

/// Orders that are sent to workers while they are at others.
@Suite struct PrefetchTests {
  /// A driver whose two workers have done four jobs each within the foresight, of so many.
  func busy(_ jobs: Int64, _ job: (Int64) -> Scheduler.Job = { .builtin($0) }) -> (
    Driver, [Scheduler.Effect]
  ) {
    var driver = Driver()
    driver.send(.added((1...jobs).map(job)))
    driver.send(.workerReady(WorkerID(1)))
    var effects = driver.send(.workerReady(WorkerID(2)))
    for job in 1...8 as ClosedRange<Int64> {
      effects = driver.send(.finished(JobID(job), Attempt(1)), after: .milliseconds(1))
    }
    return (driver, effects)
  }

  func prefetch(_ job: Int64, worker: Int) -> Scheduler.Effect {
    .prefetch(JobID(job), Attempt(1), WorkerID(worker))
  }

  @Test func aWorkerGetsTheNextOrdersWhileItIsAtOne() {
    var (driver, effects) = busy(40)
    // Eight were done within the foresight: a worker does two within half of it.
    #expect(
      effects == [.end(8, 1, .completed, .done), .begin(10, worker: 2)]
        + (11...18).map { .foresee(JobID($0), Attempt(1)) }
        + [prefetch(11, worker: 2), prefetch(12, worker: 2)])
    #expect(driver.scheduler.counts.running == 2 && driver.scheduler.counts.ready == 30)
    // It goes on by itself, and is sent more in time.
    #expect(
      driver.send(.finished(JobID(10), Attempt(1)), after: .milliseconds(1)) == [
        .end(10, 1, .completed, .done), .begin(11, worker: 2), .foresee(JobID(19), Attempt(1)),
        .foresee(JobID(20), Attempt(1)), .foresee(JobID(21), Attempt(1)), prefetch(13, worker: 2),
      ])
    #expect(
      driver.send(.finished(JobID(9), Attempt(1)), after: .milliseconds(1)).filter {
        if case .foresee = $0 { false } else { true }
      } == [
        .end(9, 1, .completed, .done), .begin(14, worker: 1), prefetch(15, worker: 1),
        prefetch(16, worker: 1),
      ])
  }

  @Test func towardsTheEndNoWorkerHasMuchBeforeIt() {
    let (_, effects) = busy(14)
    // Four are left: one for each.
    #expect(effects.suffix(1) == [prefetch(11, worker: 2)])
    let (_, last) = busy(13)
    #expect(!last.contains { if case .prefetch = $0 { true } else { false } })
  }

  @Test func externalProgramsAndShortTimeLimitsHaveNoQueue() {
    for job in [
      { .external($0) },
      { Scheduler.Job(id: JobID($0), kind: .builtin, timeLimit: .seconds(2)) },
    ] as [(Int64) -> Scheduler.Job] {
      let (_, effects) = busy(40, job)
      #expect(!effects.contains { if case .prefetch = $0 { true } else { false } })
    }
    let (_, effects) = busy(40) {
      Scheduler.Job(id: JobID($0), kind: .builtin, timeLimit: .seconds(4))
    }
    #expect(effects.contains(prefetch(11, worker: 2)))
  }

  @Test func ordersOfAWorkerThatDiesAreTakenBack() {
    var (driver, _) = busy(40)
    let effects = driver.send(.workerEnded(WorkerID(2), .signalled(11), detail: ""))
    // Only the one that it was at is lost.
    #expect(
      effects == [
        .end(10, 1, .lost(signal: 11), .again), .end(11, 1, .stopped, .again),
        .end(12, 1, .stopped, .again), .startWorker(WorkerID(3)), .foresee(JobID(11), Attempt(2)),
        .foresee(JobID(12), Attempt(2)),
      ])
    #expect(
      driver.send(.workerReady(WorkerID(3))).prefix(1) == [.begin(10, 2, worker: 3)])
  }

  @Test func aWorkerThatDiesBeforeItSaysThatItHasFinishedHasFinished() {
    var (driver, _) = busy(40)
    #expect(
      driver.send(.workerEnded(WorkerID(2), .signalled(9), isComplete: true, detail: "")).prefix(3)
        == [
          .end(10, 1, .completed, .done), .end(11, 1, .stopped, .again),
          .end(12, 1, .stopped, .again),
        ])
  }

  /// One that is ended for a job's fault may have begun the next.
  @Test func theNextJobOfAWorkerThatIsBeingEndedIsStopped() {
    var (driver, _) = busy(40)
    driver.send(.workerViolated(WorkerID(2), message: "?"))
    #expect(
      driver.send(.finished(JobID(10), Attempt(1))).prefix(2) == [
        .end(10, 1, .completed, .done), .begin(11, worker: 2),
      ])
    #expect(
      driver.send(.workerEnded(WorkerID(2), .signalled(15), detail: "")).prefix(2) == [
        .end(11, 1, .stopped, .again), .end(12, 1, .stopped, .again),
      ])
  }

  @Test func ordersAreRecalledWhenJobsTakeLonger() {
    var (driver, _) = busy(40)
    let effects = driver.send(.tick, after: driver.scheduler.settings.foresight * 3)
    #expect(
      effects == (13...18).map { .end($0, 1, .stopped, .again) } + [.recall(WorkerID(2))])
    // It has begun one of them meanwhile, which it says before.
    driver.send(.finished(JobID(10), Attempt(1)))
    #expect(
      driver.send(.recalled(WorkerID(2), [JobID(12)])) == [.end(12, 1, .stopped, .again)])
    #expect(driver.scheduler.counts.running == 2)
    // The other worker does it.
    #expect(
      driver.send(.finished(JobID(9), Attempt(1))) == [
        .end(9, 1, .completed, .done), .begin(12, 2, worker: 1),
      ])
  }

  /// A worker takes its orders aside, finishes what it is at, and says so before it gives them back.
  @Test func whatIsGivenBackMayCountAsBegun() {
    var (driver, _) = busy(40)
    driver.send(.tick, after: driver.scheduler.settings.foresight * 3)
    driver.send(.finished(JobID(10), Attempt(1)))
    #expect(
      driver.send(.recalled(WorkerID(2), [JobID(11), JobID(12)])) == [
        .end(12, 1, .stopped, .again), .end(11, 1, .stopped, .again), .begin(11, 2, worker: 2),
      ])
    // The same when it is to end.
    (driver, _) = busy(40)
    driver.send(.tick, after: driver.scheduler.settings.foresight * 3)
    driver.send(.drain)
    driver.send(.finished(JobID(10), Attempt(1)))
    #expect(
      driver.send(.recalled(WorkerID(2), [JobID(11), JobID(12)])) == [
        .end(12, 1, .stopped, .again), .end(11, 1, .stopped, .again),
      ])
    #expect(driver.scheduler.counts.running == 1)
  }

  /// Others keep the pace: orders do not wait behind a long job.
  @Test func ordersBehindALongJobAreRecalled() {
    var (driver, _) = busy(400)
    var recalls: [Scheduler.Effect] = []
    for job in [9] + Array(13...31) as [Int64] {
      for effect in driver.send(.finished(JobID(job), Attempt(1)), after: .milliseconds(100)) {
        if case .recall = effect { recalls.append(effect) }
      }
    }
    #expect(recalls == [.recall(WorkerID(2))])
    #expect(
      driver.send(.recalled(WorkerID(2), [JobID(11), JobID(12)])).prefix(2) == [
        .end(11, 1, .stopped, .again), .end(12, 1, .stopped, .again),
      ])
  }

  @Test func aDrainedWorkerTakesNothingMore() {
    var (driver, _) = busy(40)
    #expect(
      driver.send(.drain) == (13...18).map { .end($0, 1, .stopped, .again) } + [
        .drain(WorkerID(1)), .drain(WorkerID(2)),
      ])
    #expect(
      driver.send(.workerEnded(WorkerID(2), .exited(0), detail: ""))
        == (10...12).map {
          .end($0, 1, .stopped, .again)
        })
  }

  /// Too many jobs have failed: what a worker has begun goes on, the rest is wanted back.
  @Test func ordersAreRecalledWhenNothingMoreIsToBegin() {
    var driver = Driver(.init(slots: 2, maxFails: 1))
    driver.send(.added((1...40).map { .builtin($0) }))
    for worker in 1...2 { driver.send(.workerReady(WorkerID(worker))) }
    for job in 1...8 as ClosedRange<Int64> { driver.send(.finished(JobID(job), Attempt(1))) }
    let effects = driver.send(
      .failed(JobID(9), Attempt(1), Failure(reason: .error, message: "no")))
    #expect(effects.last == .recall(WorkerID(2)))
    driver.send(.recalled(WorkerID(2), [JobID(11), JobID(12)]))
    let last = driver.send(.finished(JobID(10), Attempt(1)))
    #expect(last.contains(.dismiss(WorkerID(2))))
  }

  /// A parent has to be done again: a child that is with a worker says itself what it misses.
  @Test func aJobThatIsWithAWorkerGoesOn() {
    var (driver, _) = busy(40) { $0 < 11 ? .builtin($0) : .builtin($0, after: 1) }
    let stage = StageKey(Digest(of: "1"))
    let effects = driver.send(
      .artifactLost(JobID(10), Attempt(1), stage: stage, rebuild: [.builtin(1)]))
    #expect(effects.contains(.end(10, 1, .artifactLost(stage: stage), .again)))
    #expect(effects.contains(.begin(11, worker: 2)))
    // Taken back, it waits, as does the one that was running.
    driver.send(.workerEnded(WorkerID(2), .signalled(9), detail: ""))
    for job in 11...12 as ClosedRange<Int64> {
      #expect(
        driver.scheduler.indices[JobID(job)].map { driver.scheduler.records[$0].state } == .waiting)
    }
  }
}
