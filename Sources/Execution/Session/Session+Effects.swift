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
    case .foresee(let job, let attempt): foresee(ProgramKey(job: job, attempt: attempt))
    case .begin(let job, let attempt, let place):
      begin(ProgramKey(job: job, attempt: attempt), at: place)
    case .prefetch(let job, let attempt, let worker):
      let key = ProgramKey(job: job, attempt: attempt)
      starts.append(Start(key: key, place: .worker(worker), isAhead: true))
    case .recall(let worker):
      workers[worker]?.isRecalling = true
      workers[worker]?.process?.recall()
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

  private func foresee(_ key: ProgramKey) {
    foreseen.insert(key)
    guard !storeHasFailed else { return }
    note(.attemptForeseen(key.job, key.attempt, at: wallClock, log: ResultsFolder.logMark))
    requestOrder(of: key)
  }

  private func begin(_ key: ProgramKey, at place: Scheduler.Place) {
    let environment = place.worker.flatMap { workers[$0]?.conversation.environment }
    let stages = prefetched.removeValue(forKey: key.job)
    // One that has its order began when the worker was done with the one before.
    let isNext = stages != nil && heard?.worker == place.worker
    let start = isNext ? plausible(heard?.instant) : wallClock
    if foreseen.remove(key) == nil {
      record(key, at: start, worker: environment)
    } else {
      note(.attemptPlaced(key.job, key.attempt, at: start, worker: environment))
    }
    if place == .process { programs[key] = Program(lastReport: clock.now) }
    activities[key.job] = Activity(
      attempt: key.attempt, began: clock.now, startedAt: start, stagesTotal: stages ?? 0)
    if stages != nil { return }
    if let index = starts.firstIndex(where: { $0.key == key }) {
      starts[index].isAhead = false
    } else {
      starts.append(Start(key: key, place: place))
    }
  }

  /// Has an attempt recorded, and its order brought.
  private func record(_ key: ProgramKey, at start: Double, worker: WorkerEnvironment?) {
    guard !storeHasFailed else { return }
    note(
      .attemptBegan(
        key.job, key.attempt, at: start, worker: worker, log: ResultsFolder.logMark))
    requestOrder(of: key)
  }

  private func requestOrder(of key: ProgramKey) {
    let isBuiltin = if case .builtin = program.work { true } else { false }
    batch.requests.append(
      OrderRequest(job: key.job, attempt: key.attempt, hasContext: isBuiltin))
  }

  private func end(_ key: ProgramKey, _ outcome: AttemptOutcome, next: Scheduler.Next) {
    let activity = activities[key.job].flatMap { $0.attempt == key.attempt ? $0 : nil }
    // Not before it began, whichever clock says so.
    let instant = max(
      plausible(heard?.attempt == key ? heard?.instant : nil), activity?.startedAt ?? 0)
    note(.attemptEnded(key.job, key.attempt, outcome, at: instant))
    if case .failed(let failure) = next { note(.jobFailed(key.job, failure, at: wallClock)) }
    if foreseen.remove(key) != nil {
      orders[key] = nil
      prefetched[key.job] = nil
    }
    if activity == nil { return }
    activities[key.job] = nil
    if programs.removeValue(forKey: key) != nil {
      // What keeps nothing can be used at once; anything else until it is sure that it is not needed.
      if next == .done, !workFolder.spare(key.job) { batch.finished.append(key.job) }
      if case .failed = next { workFolder.removeIfEmpty(key.job) }
    }
  }

  func logName(of key: ProgramKey) -> LogName {
    LogName(job: key.job.rawValue, attempt: key.attempt.rawValue)
  }

  /// Has something recorded with the next commit.
  func note(_ change: Change) {
    if !storeHasFailed { batch.changes.append(change) }
    if case .jobFailed(let job, _, _) = change { stagesFailed += missingStages[job] ?? 1 }
    if progress != nil {
      news.note(change, label: { labels[$0] }, seconds: { now / .seconds(1) })
    }
  }

  /// How long what nobody waits for gathers until it is recorded: a sync costs the owner as much as ten
  /// jobs. Half of the time for which attempts are foreseen, so that there is always one to begin, and a
  /// little more than twice the time for which a worker with orders left goes unheard, so that the owner
  /// is not woken for a commit alone.
  private static let patience = ListeningPace.longest * 2 + .milliseconds(20)
  /// So many changes are recorded at once.
  private static let muchToRecord = 1024

  /// When what was noted is to be recorded; `nil` when there is nothing, or a commit is under way, whose
  /// end is the next occasion.
  var nextCommit: Duration? {
    if isCommitting || batch.isEmpty || storeHasFailed { return nil }
    // While jobs are short their attempts are recorded beforehand, and nothing waits for the disk.
    let isAwaited =
      starts.contains { !$0.isAhead } || outcome != nil
      || orders.count + prefetched.count < settings.jobs * 2
      || batch.changes.count >= Self.muchToRecord
    return isAwaited ? .zero : lastCommit + Self.patience
  }

  /// Has everything noted recorded in one transaction, when it is time for that, or almost: the owner is
  /// not woken again for it.
  func beginCommit() {
    if isCommitting || storeHasFailed { return }
    let noted = nextCommit.flatMap { $0 <= now + Self.patience / 3 ? takeBatch() : nil }
    // The end counts them once more.
    let countsRuns =
      outcome == nil && progress?.takeCount(now: now, isRecording: noted != nil) == true
    if noted == nil, !countsRuns { return }
    var batch = noted ?? Committer.Batch()
    batch.countsRuns = countsRuns
    isCommitting = true
    if noted != nil { lastCommit = now }
    committer.submit(batch) { [weak self] in self?.post(.committed($0)) }
  }

  /// Has everything noted recorded, and waits for it.
  func commitNow() {
    if let batch = takeBatch() { committed(committer.recordNow(batch)) }
  }

  private func takeBatch() -> Committer.Batch? {
    if batch.isEmpty || storeHasFailed { return nil }
    defer { batch = Committer.Batch() }
    return batch
  }

  /// What was noted is on the disk, or the session is ending because that cannot be.
  func committed(_ outcome: Committer.Outcome) {
    for (change, outcome) in zip(outcome.batch.changes, outcome.outcomes) {
      if case .refused(let refusal) = outcome { refused(change, refusal) }
    }
    if let failure = outcome.failure { return storeFailed(failure) }
    for order in outcome.orders {
      let key = ProgramKey(job: order.job, attempt: order.attempt)
      if foreseen.contains(key) || activities[key.job]?.attempt == key.attempt {
        orders[key] = order
      }
    }
    recorded(outcome.batch.ended)
    progress?.recorded(outcome.runs, counting: outcome.counting, now: now)
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
        + "(\(contradiction.words(here: "on record", there: "now"))); was the program changed?"
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
    batch = Committer.Batch()
    feed(.storeFailed(message))
  }

  /// Hands out the orders and starts the processes whose attempts are recorded by now. Orders reach a
  /// worker in the order in which it is to do them.
  func carryOutStarts() {
    var sent: [WorkerID: [JobOrder]] = [:]
    var blocked: Set<WorkerID> = []
    var index = 0
    while index < starts.count {
      let start = starts[index]
      let key = start.key
      // What the worker gives back are the last that it was sent.
      if let worker = start.place.worker,
        blocked.contains(worker) || start.isAhead && workers[worker]?.isRecalling == true
      {
        index += 1
        continue
      }
      let order = orders.removeValue(forKey: key)
      let isWanted =
        start.isAhead ? foreseen.contains(key) : activities[key.job]?.attempt == key.attempt
      // One that is being ended, or never will be recorded, needs no order to be told so.
      if order == nil, isWanted, !storeHasFailed, programs[key]?.isBeingEnded != true {
        if let worker = start.place.worker { blocked.insert(worker) }
        index += 1
        continue
      }
      starts.remove(at: index)
      switch start.place {
      case .worker(let worker):
        if let order, isWanted { sent[worker, default: []].append(order) }
      case .process: startProgram(key, order)
      }
    }
    for (worker, orders) in sent { send(orders, to: worker) }
  }
}
