import Grid
import Keys

@testable import Scheduler

extension SimulatedWorld {
  /// Plays one history: sessions one after the other, until one finishes everything.
  mutating func play() {
    while faults.isEmpty {
      session += 1
      if session > 40 {
        // The accidents are over: from here on it must come to an end by itself.
        weather.ownerDies = 0
        weather.userStops = 0
        weather.storeFails = 0
        weather.commitFails = 0
        weather.startFails = 0
      }
      playSession()
      if !faults.isEmpty { return }
      switch outcome {
      case .finished(let failed): return checkFinished(failed: failed)
      case .tooManyFailures(let failed):
        guard let most = settings.maxFails, failed >= most else {
          return fault("ended for too many failures, and there were \(failed)")
        }
        weather.fail = 0
        weather.crash = 0
      case nil, .drained, .stopped, .storeFailed, .workersDoNotStart: break
      }
      if session > 60 { return fault("does not come to an end") }
    }
  }

  private mutating func playSession() {
    scheduler = Scheduler(settings: settings)
    processes = [:]
    pending = []
    afterCommit = []
    foreseen = [:]
    prefetched = [:]
    commitIsPlanned = false
    lostParents = [:]
    drainedAt = nil
    outcome = nil
    plannedWake = nil
    storeHasFailed = false
    sessionStart = time
    record.recover()
    if chance(weather.ownerDies) { plan(.ownerDies, after: delay(0, 40)) }
    if chance(weather.userStops) {
      let first = delay(0, 40)
      plan(.user(.drain), after: first)
      if chance(0.5) { plan(.user(.stop), after: first + delay(0, 8)) }
    }
    if chance(weather.storeFails) { plan(.user(.storeFailed("full")), after: delay(0, 40)) }
    send(.added(record.work))
    while outcome == nil, faults.isEmpty {
      guard let (moment, key) = agenda.popFirst(), let next = happenings.removeValue(forKey: key)
      else { return fault("nothing will ever happen again") }
      guard next.session == session else { continue }
      time = moment.time
      steps += 1
      if steps > 100_000 { return fault("spins") }
      if case .ownerDies = next.what { return }
      happen(next.what)
      checkWorld()
    }
  }

  private mutating func happen(_ what: Happening) {
    switch what {
    case .wake:
      plannedWake = nil
      send(.tick)
    case .commit: commit()
    case .ownerDies: break
    case .user(let event):
      if event == .drain { drainedAt = drainedAt ?? time }
      send(event)
    case .workerUp(let worker):
      guard processes[.worker(worker)]?.isEnding == false else { return }
      processes[.worker(worker)]?.isUp = true
      send(.workerReady(worker))
    case .act(let key): act(key)
    case .hear(let worker): hear(worker)
    case .giveBack(let worker, let jobs): say(.recalled(jobs), worker)
    case .drainHeard(let worker): drainHeard(by: worker)
    case .exit(let key, let end):
      if case .worker(let worker) = key { hear(worker) }
      guard let process = processes.removeValue(forKey: key) else { return }
      switch key {
      case .worker(let worker):
        send(
          .workerEnded(
            worker, end, isComplete: process.job != nil && process.stagesToGo == 0, detail: ""))
      case .process(let job, let attempt):
        let isComplete = process.stagesToGo == 0
        if end == .exited(0), isComplete { reportStages(of: job, attempt) }
        send(
          .processEnded(
            job, attempt, end,
            report: isComplete
              ? nil : Failure(reason: .protocolViolation, message: "stages are missing"),
            detail: ""))
      }
    }
  }

  /// An external process without a prefix reports all its stages when it ends.
  private mutating func reportStages(of job: JobID, _ attempt: Attempt) {
    guard let known = record.jobs[job] else { return }
    let reported = pending.count {
      if case .stage(job, attempt) = $0 { true } else { false }
    }
    for _ in 0..<(known.stages - known.stagesDone - reported) {
      note(.stage(job, attempt))
      send(.stageCompleted(job, attempt))
    }
  }

  mutating func send(_ event: Scheduler.Event) {
    let effects = scheduler.handle(event, at: time - sessionStart)
    for words in scheduler.sanityCheck() { fault("after \(event): \(words)") }
    for effect in effects { carryOut(effect) }
    if let wake = scheduler.nextWake, wake != plannedWake {
      plannedWake = wake
      plan(.wake, after: max(.zero, sessionStart + wake - time))
    }
  }

  mutating func note(_ change: SimulatedRecord.Change) {
    pending.append(change)
    guard !commitIsPlanned else { return }
    commitIsPlanned = true
    plan(.commit, after: chance(weather.slowDisk) ? delay(0, 20) : delay(0, 0.05))
  }

  /// What happens while a disk is slow is recorded together; what fails is not recorded at all, and
  /// nothing after it: the session is told and ends.
  private mutating func commit() {
    commitIsPlanned = false
    if storeHasFailed || chance(weather.commitFails) {
      pending = []
      afterCommit = []
      if !storeHasFailed {
        storeHasFailed = true
        send(.storeFailed("no room"))
      }
      return
    }
    for change in pending { record.apply(change) }
    pending = []
    for words in record.faults { fault(words) }
    let starts = afterCommit
    afterCommit = []
    for (job, attempt, place) in starts {
      // What a worker gives back are the last orders that it has got.
      if let worker = place.worker, prefetched[job] == attempt,
        processes[.worker(worker)]?.isRecalling == true
      {
        afterCommit.append((job, attempt, place))
      } else {
        start(job, attempt, place)
      }
    }
  }

  private mutating func carryOut(_ effect: Scheduler.Effect) {
    switch effect {
    case .startWorker(let worker):
      processes[.worker(worker)] = Process()
      if chance(weather.startFails) {
        if chance(0.2) { return }  // hangs
        plan(.exit(.worker(worker), .exited(1)), after: delay(0, 1))
      } else {
        plan(.workerUp(worker), after: delay(0, 1))
      }
    case .begin(let job, let attempt, let place):
      attempts += 1
      // It has its order, or will get it with those before it.
      let hasOrder = prefetched.removeValue(forKey: job) == attempt
      if drainedAt != nil, !hasOrder { fault("begins a job while draining") }
      let isForeseen = foreseen.removeValue(forKey: job) == attempt
      if hasOrder {
        if !isForeseen { fault("job \(job) has an order and is not recorded") }
        return
      }
      if isForeseen {
        let isRecorded = !pending.contains {
          if case .begin(job, attempt) = $0 { true } else { false }
        }
        if isRecorded, !storeHasFailed { return start(job, attempt, place) }
      } else {
        note(.begin(job, attempt))
      }
      afterCommit.append((job, attempt, place))
    case .foresee(let job, let attempt):
      if drainedAt != nil { fault("foresees a job while draining") }
      foreseen[job] = attempt
      foresights += 1
      note(.begin(job, attempt))
    case .prefetch(let job, let attempt, let worker):
      prefetches += 1
      if drainedAt != nil { fault("sends an order while draining") }
      if foreseen[job] != attempt { fault("sends an order of job \(job), which is not foreseen") }
      if storeHasFailed { return }
      prefetched[job] = attempt
      // Orders reach a worker in the order in which they are to be done.
      let mustWait =
        pending.contains { if case .begin(job, attempt) = $0 { true } else { false } }
        || afterCommit.contains { $0.2 == .worker(worker) }
      if mustWait {
        afterCommit.append((job, attempt, .worker(worker)))
      } else {
        start(job, attempt, .worker(worker))
      }
    case .recall(let worker): askForOrders(worker)
    case .drain(let worker): plan(.drainHeard(worker), after: delay(0, 0.5))
    case .dismiss(let worker): drainHeard(by: worker)
    case .signal(.worker(let worker), let signal): deliver(signal, to: .worker(worker))
    case .signal(.process(let job, let attempt), let signal):
      deliver(signal, to: .process(job, attempt))
    case .end(let job, let attempt, let outcome, let next):
      if foreseen[job] == attempt {
        foreseen[job] = nil
        prefetched[job] = nil
        for (key, process) in processes
        where process.job == job || process.orders.contains(where: { $0.job == job }) {
          fault("job \(job) is taken back and \(key) has it")
        }
        if outcome != .stopped || next != .again { fault("job \(job) ends and has not begun") }
      }
      note(.end(job, attempt, outcome, next, lost: lostParents.removeValue(forKey: job)))
    case .fail(let job, let failure): note(.fail(job, failure))
    case .finish(let outcome):
      commit()
      // What could not be recorded did not happen, whatever the machine thinks.
      self.outcome = storeHasFailed ? .storeFailed("no room") : outcome
      if !processes.isEmpty { fault("finished, and processes are left") }
    }
  }
}
