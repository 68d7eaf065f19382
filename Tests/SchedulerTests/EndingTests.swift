import Grid
import Testing

@testable import Scheduler

@Suite struct EndingTests {
  @Test func drainingLetsJobsEndByThemselvesThenTerminates() {
    var driver = Driver(.init(slots: 2, grace: .seconds(5), drainGrace: .seconds(10)))
    driver.send(.added([.external(1), .external(2), .external(3)]))
    #expect(driver.send(.drain) == [])
    #expect(driver.send(.ended(1), after: .seconds(4)) == [.end(1, 1, .completed, .done)])
    let target = Scheduler.Target.process(JobID(2), Attempt(1))
    #expect(driver.send(.tick, after: .seconds(6)) == [.signal(target, .terminate)])
    #expect(driver.send(.tick, after: .seconds(5)) == [.signal(target, .kill)])
    #expect(
      driver.send(.ended(2, 1, .signalled(9))) == [
        .end(2, 1, .stopped, .again), .finish(.drained),
      ])
  }

  @Test func aDismissedWorkerEndsAfterItsStage() {
    var driver = Driver(.init(slots: 2))
    driver.send(.added([.builtin(1), .builtin(2)]))
    driver.send(.workerReady(WorkerID(1)))
    // Job 2 is bound to a worker that is not up yet: it is let go.
    #expect(driver.send(.drain) == [.drain(WorkerID(1))])
    driver.send(.stageCompleted(JobID(1), Attempt(1)))
    #expect(
      driver.send(.workerEnded(WorkerID(1), .exited(0), detail: "")) == [
        .end(1, 1, .stopped, .again), .dismiss(WorkerID(2)),
      ])
    #expect(
      driver.send(.workerEnded(WorkerID(2), .exited(0), detail: "")) == [.finish(.drained)])
  }

  @Test func aJobThatFinishesWhileDrainingIsDone() {
    var driver = Driver(.init(slots: 1))
    driver.send(.added([.builtin(1)]))
    driver.send(.workerReady(WorkerID(1)))
    driver.send(.drain)
    #expect(
      driver.send(.finished(JobID(1), Attempt(1))) == [.end(1, 1, .completed, .done)])
    #expect(driver.send(.tick, after: .seconds(5)) == [.signal(.worker(WorkerID(1)), .kill)])
    #expect(
      driver.send(.workerEnded(WorkerID(1), .signalled(9), detail: ""))
        == [.finish(.finished(failed: 0))])
  }

  @Test func anIdleSessionDrainsAtOnce() {
    var driver = Driver(.init(slots: 1))
    driver.send(.added([.external(1)]))
    driver.send(.ended(1, 1, .exited(75)))
    #expect(driver.send(.drain) == [.finish(.drained)])
  }

  @Test func stoppingKillsAtOnce() {
    var driver = Driver(.init(slots: 3))
    driver.send(.added([.external(1), .builtin(2), .builtin(3)]))
    driver.send(.workerReady(WorkerID(1)))
    driver.send(.drain)
    #expect(
      driver.send(.stop) == [
        .signal(.process(JobID(1), Attempt(1)), .kill), .signal(.worker(WorkerID(1)), .kill),
        .signal(.worker(WorkerID(2)), .kill),
      ])
    #expect(driver.send(.stop) == [])
    #expect(driver.send(.ended(1, 1, .signalled(9))) == [.end(1, 1, .stopped, .again)])
    #expect(
      driver.send(.workerEnded(WorkerID(1), .signalled(9), detail: ""))
        == [.end(2, 1, .stopped, .again)])
    #expect(
      driver.send(.workerEnded(WorkerID(2), .signalled(9), detail: "")) == [.finish(.stopped)])
  }

  @Test func aStoreThatFailsEndsEverythingAndIsTheReason() {
    var driver = Driver(.init(slots: 1))
    driver.send(.added([.external(1)]))
    driver.send(.stop)
    driver.send(.storeFailed("the disk is full"))
    #expect(
      driver.send(.ended(1, 1, .signalled(9))).last == .finish(.storeFailed("the disk is full")))
  }
}
