import Grid

extension Scheduler {
  /// Binds a ready job to a worker that is starting, or starts one: the job takes its slots now and
  /// runs when the worker is up.
  mutating func startWorker(for index: Int) {
    freeSlots -= records[index].slots
    move(index, to: .bound)
    let unbound = workers.filter { $0.value == .starting(job: nil) }.keys.min()
    if let unbound {
      workers[unbound] = .starting(job: index)
      return
    }
    let worker = WorkerID(rawValue: lastWorker.rawValue + 1)
    lastWorker = worker
    workers[worker] = .starting(job: index)
    timers.set(.workerStart(worker), to: now + settings.workerStartLimit)
    effects.append(.startWorker(worker))
  }

  mutating func workerReady(_ worker: WorkerID) {
    guard case .starting(let index) = workers[worker] else { return }
    timers.remove(.workerStart(worker))
    timers.remove(.kill(.worker(worker)))
    startFailures = 0
    noStartBefore = .zero
    timers.remove(.workerRestart)
    if let index {
      begin(index, on: worker)
    } else {
      workers[worker] = .idle
      idle.append(worker)
    }
  }

  /// The worker's attempt is over, the worker is well and goes on to the next of its orders.
  ///
  /// - Parameter verdict: why that attempt was being ended, if it was: so is the next, then, which has
  ///   done nothing to deserve it.
  mutating func release(_ worker: WorkerID, after verdict: Verdict?) {
    switch workers[worker] {
    case .busy:
      if let next = popPrefetched(worker) {
        begin(next, on: worker)
      } else {
        workers[worker] = .idle
        idle.append(worker)
      }
    case .leaving:
      let next = popPrefetched(worker)
      workers[worker] = .leaving(job: next)
      guard let next else { return }
      // It may have begun before it heard that it is to end.
      begin(next, at: .worker(worker))
      if verdict != nil { running[next]?.verdict = .stopped }
    case .starting, .idle, nil: break
    }
  }

  mutating func workerEnded(
    _ worker: WorkerID, _ processEnd: ProcessEnd, isComplete: Bool, detail: String
  ) {
    guard let state = workers.removeValue(forKey: worker) else { return }
    timers.remove(.workerStart(worker))
    timers.remove(.kill(.worker(worker)))
    defer { forgetPrefetched(by: worker) }
    switch state {
    case .starting(let index):
      if let index { release(boundJob: index) }
      workerDidNotStart(processEnd, detail: detail)
    case .idle:
      idle.removeAll { $0 == worker }
    case .busy(let index), .leaving(let index?):
      guard let current = running[index] else { return }
      let outcome =
        isComplete
        ? .completed
        : current.verdict?.outcome ?? outcome(ofWorker: processEnd, state, detail: detail)
      end(index, outcome)
    case .leaving(nil):
      break
    }
  }

  private func outcome(
    ofWorker end: ProcessEnd, _ state: WorkerState, detail: String
  ) -> AttemptOutcome {
    guard end == .exited(0) else { return outcome(of: end, report: nil, detail: detail) }
    // A draining worker ends after the stage it is at; any other has no reason to.
    if case .leaving = state { return .stopped }
    return .failed(
      Failure(
        reason: .protocolViolation,
        message: Self.sentence(
          "its worker ended with status 0 in the middle of the job", detail: detail)))
  }

  mutating func workerViolated(_ worker: WorkerID, message: String) {
    guard let state = workers[worker] else { return }
    switch state {
    case .busy(let index), .leaving(let index?):
      end(index, by: .failed(Failure(reason: .protocolViolation, message: message)))
    case .starting:
      terminate(.worker(worker))
    case .idle:
      idle.removeAll { $0 == worker }
      workers[worker] = .leaving(job: nil)
      terminate(.worker(worker))
    case .leaving(nil):
      break
    }
  }

  /// Gives up waiting for a worker that is starting: the job goes back to the others.
  mutating func unbind(_ index: Int) {
    for (worker, state) in workers where state == .starting(job: index) {
      workers[worker] = .starting(job: nil)
    }
    release(boundJob: index)
  }

  private mutating func release(boundJob index: Int) {
    freeSlots += records[index].slots
    move(index, to: .ready)
    admit(index, pause: nil)
  }

  /// Waits longer after each round of failed starts; gives up when nothing else is going on.
  private mutating func workerDidNotStart(_ end: ProcessEnd, detail: String) {
    // Several that were started together and die together are one round.
    if noStartBefore <= now {
      startFailures += 1
      noStartBefore = now + min(.milliseconds(100) * (1 << min(startFailures, 6)), .seconds(5))
      timers.set(.workerRestart, to: noStartBefore)
    }
    if phase == .working, startFailures >= settings.workerStartFailures, workers.isEmpty,
      running.isEmpty
    {
      stop(.workersDoNotStart(Self.describe(end, detail: detail)))
    }
  }

  private static func describe(_ end: ProcessEnd, detail: String) -> String {
    let words =
      switch end {
      case .exited(let status): "it ended with status \(status)"
      case .signalled(let signal): "it died by signal \(signal)"
      case .notStarted(let message): message
      }
    return sentence(words, detail: detail)
  }
}
