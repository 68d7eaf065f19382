extension Scheduler {
  /// Too many failures: nothing more is started.
  mutating func halt() {
    phase = .halted
    unbindAll()
    takeBackAll()
    recallAll()
  }

  mutating func drain() {
    guard phase == .working || phase == .halted else { return }
    phase = .draining
    unbindAll()
    takeBackAll()
    for (worker, state) in workersInOrder {
      guard case .busy(let index) = state else { continue }
      workers[worker] = .leaving(job: index)
      effects.append(.drain(worker))
    }
    if !running.isEmpty { timers.set(.drainDeadline, to: now + settings.drainGrace) }
  }

  mutating func drainDeadlineReached() {
    for (index, _) in runningInOrder { end(index, by: .stopped) }
  }

  /// Ends everything at once. A store that failed is the gravest reason, since what still comes in
  /// cannot be kept.
  mutating func stop(_ reason: StopReason) {
    if case .stopping(let earlier) = phase {
      if case .storeFailed = reason, earlier == .stopped { phase = .stopping(reason) }
      return
    }
    phase = .stopping(reason)
    unbindAll()
    takeBackAll()
    timers.remove(.drainDeadline)
    for (index, current) in runningInOrder {
      if current.verdict == nil { running[index]?.verdict = .stopped }
      timers.remove(.timeLimit(index))
      if current.place == .process { kill(target(of: index, current)) }
    }
    for (worker, state) in workersInOrder {
      switch state {
      case .busy(let index): workers[worker] = .leaving(job: index)
      case .starting, .idle: workers[worker] = .leaving(job: nil)
      case .leaving: break
      }
      kill(.worker(worker))
    }
    idle.removeAll()
  }

  private mutating func kill(_ target: Target) {
    timers.remove(.kill(target))
    effects.append(.signal(target, .kill))
  }

  private mutating func unbindAll() {
    for (_, state) in workersInOrder {
      if case .starting(let index?) = state { unbind(index) }
    }
  }

  /// Ends the session when nothing is left to do: dismisses the workers, waits for their ends, and
  /// finishes.
  mutating func settle() {
    guard running.isEmpty, counts.running == 0 else { return }
    if phase == .working {
      guard counts.ready == 0, counts.paused == 0 else { return }
      if counts.waiting > 0 { failCycles() }
    }
    timers.remove(.drainDeadline)
    for (worker, state) in workersInOrder {
      switch state {
      case .starting, .idle:
        workers[worker] = .leaving(job: nil)
        timers.remove(.workerStart(worker))
        effects.append(.dismiss(worker))
        timers.set(.kill(.worker(worker)), to: now + settings.grace)
      case .leaving where !timers.contains(.kill(.worker(worker))):
        timers.set(.kill(.worker(worker)), to: now + settings.grace)
      case .leaving, .busy: break
      }
    }
    idle.removeAll()
    guard workers.isEmpty else { return }
    effects.append(.finish(outcome))
    phase = .finished
  }

  private var outcome: Outcome {
    let everythingIsOver = counts.done + counts.failed == counts.total
    switch phase {
    case .stopping(.storeFailed(let message)): return .storeFailed(message)
    case _ where everythingIsOver: return .finished(failed: counts.failed)
    case .halted: return .tooManyFailures(failed: counts.failed)
    case .draining: return .drained
    case .stopping(.workersDoNotStart(let message)): return .workersDoNotStart(message)
    case .stopping(.stopped), .working, .finished: return .stopped
    }
  }
}
