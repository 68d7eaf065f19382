import CShims
import Glibc
import Grid
import JobTable
import Scheduler

/// Carries out the work of a grid.
package enum Execution {
  /// Does what is missing of a recorded grid and returns when that is over: done, failed, stopped by
  /// the user, or impossible. Every result that counts as done is in the table by then.
  ///
  /// - Parameters:
  ///   - grid: the grid's name in the table.
  ///   - program: the grid's program; decides how jobs are run, what they may use and how often they
  ///     are tried.
  ///   - folder: proves that this process owns the results.
  ///   - only: the jobs to do; each comes with all that it waits for. `nil` does all that are missing.
  ///   - control: the user's hand on the session.
  ///   - observer: gets snapshots a few times a second, and one at the end, on a thread of its own.
  /// - Throws: `JobTableError`, `FileError`, `OwnershipError` or `GuardFailure` when the session cannot
  ///   begin; what goes wrong later is in the report.
  package static func run(
    grid: String, program: ProgramSpecification, table: JobTable,
    folder: borrowing OwnedFolder, settings: ExecutionSettings, only: Set<JobID>? = nil,
    control: ExecutionControl = ExecutionControl(),
    observer: (@Sendable (ExecutionSnapshot) -> Void)? = nil
  ) throws -> ExecutionReport {
    let session = try Session(
      grid: grid, program: program, table: table, folder: folder.folder, settings: settings,
      control: control)
    do {
      try session.recover()
      let work = try table.reader.work(for: grid, only: only)
      for item in work { session.know(item) }
      session.stagesTotal = work.reduce(0) { $0 + ($1.hasFailed ? 0 : $1.missingStages) }
      let runs = try table.reader.counts(for: grid).runs
      espalier_fault_pass(ESPALIER_FAULT_OWNER_START)
      session.run(work.map { session.schedulerJob($0) }, runs: runs, observer: observer)
    } catch {
      session.abandon()
      throw error
    }
    return session.report
  }
}

extension Session {
  /// Takes in what a dead owner left, and makes ready.
  fileprivate func recover() throws {
    try table.endAbandonedAttempts(at: wallClock)
    try takeInJournals()
    try removeFoldersOfFinished()
    // The guard is a copy of the owner, which is small as long as it knows no jobs.
    if case .external = program.work { try startGuard() }
  }

  /// On the queue: the guard may have something to say at once.
  private func startGuard() throws {
    for pause in Self.pauses {
      do {
        return try queue.sync { _ = try liveGuard() }
      } catch let failure as GuardFailure where failure.isTransient {
        usleep(UInt32(pause) * 1000)
      }
    }
    try queue.sync { _ = try liveGuard() }
  }

  /// The session does not begin.
  fileprivate func abandon() {
    spawner.finish()
    finishGuard()
    watch.finish()
  }

  var report: ExecutionReport {
    var outcome: ExecutionReport.Outcome =
      switch self.outcome {
      case .finished: .finished
      case .tooManyFailures: .tooManyFailures
      case .drained: .drained
      case .stopped, nil: .stopped
      case .storeFailed(let message): .storeFailed(message)
      case .workersDoNotStart(let message): .workersDoNotStart(message)
      }
    // The scheduler may have finished before the last commit failed.
    if let storeFailure { outcome = .storeFailed(storeFailure) }
    return ExecutionReport(
      outcome: outcome, jobs: scheduler.counts, stages: stagesDone, seconds: now / .seconds(1))
  }
}
