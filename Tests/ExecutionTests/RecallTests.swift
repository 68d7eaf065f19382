import Grid
import Scheduler
import Testing

@testable import Execution
@testable import JobTable

/// What is not sent to a worker that was asked for its orders.
@Suite struct RecallTests {
  /// A session that has not begun.
  func withSession(_ body: (Session) throws -> Void) throws {
    let grid = try TestGrid(.builtin)
    let session = try Session(
      grid: grid.name, program: grid.program, table: grid.table, folder: grid.folder,
      settings: grid.settings, control: ExecutionControl())
    defer {
      session.spawner.finish()
      session.watch.finish()
    }
    try body(session)
  }

  @Test func noOrderIsSentAheadUntilTheWorkerHasAnswered() throws {
    try withSession { session in
      let worker = WorkerID(rawValue: 1)
      let keys = (1...2).map {
        Session.ProgramKey(job: JobID(rawValue: $0), attempt: .first)
      }
      session.queue.sync {
        session.workers[worker] = Session.Worker(place: 0)
        session.workers[worker]?.isRecalling = true
        for key in keys {
          session.foreseen.insert(key)
          session.orders[key] = JobOrder(
            job: key.job, attempt: key.attempt, stages: [], context: [], keep: [])
          session.starts.append(
            Session.Start(key: key, place: .worker(worker), isAhead: key == keys[0]))
        }
        // The worker is to begin the second now; the first may wait.
        session.activities[keys[1].job] = Session.Activity(
          attempt: .first, began: session.clock.now, startedAt: 0)
        session.carryOutStarts()
        #expect(session.starts.map(\.key) == [keys[0]] && Set(session.orders.keys) == [keys[0]])
        session.workers[worker]?.isRecalling = false
        session.carryOutStarts()
        #expect(session.starts.isEmpty && session.orders.isEmpty)
      }
    }
  }

  /// A stage that is opened again is to be done, whatever its job had left before.
  @Test func whatIsToldOfAJobReplacesWhatWasKnown() throws {
    try withSession { session in
      func know(missing: Int) {
        session.know(
          JobWork(
            job: JobID(rawValue: 1), label: "a job", requires: [], lastAttempt: nil, failures: 0,
            losses: 0, hasFailed: false, stages: 3, missingStages: missing))
      }
      know(missing: 3)
      session.missingStages[JobID(rawValue: 1)]? -= 3
      know(missing: 1)
      session.note(
        .jobFailed(JobID(rawValue: 1), Failure(reason: .error, message: "broken"), at: 0))
      #expect(session.stagesFailed == 1)
    }
  }

  /// The instant that a worker says is taken where it can be right.
  @Test func workersErrAboutTheTime() throws {
    try withSession { session in
      let now = session.wallClock
      #expect(session.plausible(now) == now)
      for instant in [nil, now - 1e6, now + 1e6] as [Double?] {
        #expect(session.plausible(instant) >= now && session.plausible(instant) < now + 1e5)
      }
    }
  }
}
