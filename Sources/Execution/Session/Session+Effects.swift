import Artifacts
import CShims
import Glibc
import Grid
import JobTable
import Scheduler

extension Session {
  /// Tells the scheduler and carries out what it says. What happens meanwhile comes after it.
  func feed(_ event: Scheduler.Event) {
    events.append(event)
    guard !isFeeding else { return }
    isFeeding = true
    defer { isFeeding = false }
    while !events.isEmpty {
      for effect in scheduler.handle(events.removeFirst(), at: now) { carryOut(effect) }
    }
  }

  private func carryOut(_ effect: Scheduler.Effect) {
    switch effect {
    case .startWorker(let worker): startWorker(worker)
    case .begin(let job, let attempt, let place):
      begin(ProgramKey(job: job, attempt: attempt), at: place)
    case .drain(let worker):
      workers[worker]?.process?.drain()
    case .dismiss(let worker):
      workers[worker]?.isDismissed = true
      workers[worker]?.process?.dismiss()
    case .signal(.worker(let worker), let signal): send(signal, to: worker)
    case .signal(.process(let job, let attempt), let signal):
      send(signal, to: ProgramKey(job: job, attempt: attempt))
    case .end(let job, let attempt, let outcome, let next):
      end(ProgramKey(job: job, attempt: attempt), outcome, next: next)
    case .fail(let job, let failure):
      note(.jobFailed(job, failure, at: wallClock))
    case .finish(let outcome):
      self.outcome = outcome
    }
  }

  private func begin(_ key: ProgramKey, at place: Scheduler.Place) {
    var environment: WorkerEnvironment?
    if case .worker(let worker) = place {
      environment = workers[worker]?.conversation.environment
    }
    note(
      .attemptBegan(
        key.job, key.attempt, at: wallClock, worker: environment, log: logPath(of: key)))
    if place == .process { programs[key] = Program(lastReport: clock.now) }
    starts.append((key, place))
    activities[key.job] = Activity(attempt: key.attempt, began: clock.now)
  }

  private func end(_ key: ProgramKey, _ outcome: AttemptOutcome, next: Scheduler.Next) {
    note(.attemptEnded(key.job, key.attempt, outcome, at: wallClock))
    if case .failed(let failure) = next { note(.jobFailed(key.job, failure, at: wallClock)) }
    activities[key.job] = nil
    for (worker, state) in workers where state.conversation.current?.job == key.job {
      workers[worker]?.conversation.end()
    }
    if programs.removeValue(forKey: key) != nil, next == .done { finishedFolders.append(key.job) }
  }

  /// The path of an attempt's log in the results folder. A thousand jobs share a folder, since file
  /// systems and people dislike very full ones.
  func logPath(of key: ProgramKey) -> String {
    "logs/\(key.job.rawValue / 1000)/\(key.job)-\(key.attempt).log"
  }

  /// Has something recorded with the next commit.
  func note(_ change: Change) {
    if !storeHasFailed { changes.append(change) }
  }

  /// Records everything noted in one transaction. When this returns it is on the disk, or the session
  /// is ending because that cannot be.
  func commit() {
    let batch = changes
    changes = []
    if !batch.isEmpty {
      do {
        for (change, outcome) in zip(batch, try table.apply(batch)) {
          if case .refused(let refusal) = outcome { refused(change, refusal) }
        }
        espalier_fault_pass(ESPALIER_FAULT_COMMITTED)
      } catch {
        storeFailed("\(error)")
      }
    }
    removeFinished()
  }

  /// Removes what is of no more use now that everything is recorded.
  private func removeFinished() {
    let (reports, folders) = (finishedReports, finishedFolders)
    finishedReports = []
    finishedFolders = []
    guard !storeHasFailed else { return }
    do {
      for key in reports { try removeReports(of: key) }
    } catch {
      return storeFailed("\(error)")
    }
    for job in folders { removeFolder(of: job) }
  }

  /// The table does not take a change. A result that contradicts the recorded one discredits its
  /// worker; anything else means that table and scheduler have parted, and going on would make it
  /// worse.
  private func refused(_ change: Change, _ refusal: Refusal) {
    if case .stageCompleted(let job, _, let result, _, _) = change,
      case .contradiction(_, let contradiction) = refusal
    {
      let message =
        "stage \(result.stage.short), computed again, gave another result than the recorded one "
        + "(\(contradiction.words)); was the program changed?"
      for (worker, state) in workers where state.conversation.current?.job == job {
        return feed(.workerViolated(worker, message: message))
      }
      return
    }
    storeFailed("the job table refuses a change that the session has made: \(refusal)")
  }

  /// From here on nothing can be kept: the session ends at once.
  func storeFailed(_ message: String) {
    guard !storeHasFailed else { return }
    storeFailure = message
    changes = []
    feed(.storeFailed(message))
  }

  /// Hands out the orders and starts the processes whose attempts are recorded by now.
  func carryOutStarts() {
    let ready = starts
    starts = []
    for (key, place) in ready {
      switch place {
      case .worker(let worker): sendOrder(key, to: worker)
      case .process: startProgram(key)
      }
    }
  }
}

extension Contradiction {
  fileprivate var words: String {
    switch self {
    case .metric(let name, let recorded, let reported):
      "\(name) was \(recorded.map { "\($0)" } ?? "missing"), now "
        + (reported.map { "\($0)" } ?? "missing")
    case .artifact(let kind, let recorded, let reported):
      "the content of its artifact “\(kind)” was \(recorded.prefix(12)), now \(reported.prefix(12))"
    }
  }
}
