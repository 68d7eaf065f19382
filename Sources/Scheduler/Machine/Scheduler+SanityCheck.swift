import Grid

extension Scheduler {
  /// What is wrong with the machine, in words; empty when all its invariants hold. For tests, after
  /// each step.
  ///
  /// - Complexity: O(jobs + dependencies).
  package func sanityCheck() -> [String] {
    var faults: [String] = []
    func expect(_ holds: Bool, _ words: @autoclosure () -> String) {
      if !holds { faults.append(words()) }
    }
    checkJobs(expect)
    checkSlots(expect)
    checkWorkers(expect)
    checkTimers(expect)
    checkProgress(expect)
    return faults
  }

  private typealias Expectation = (Bool, @autoclosure () -> String) -> Void

  private func checkJobs(_ expect: Expectation) {
    var recount = Scheduler(settings: settings)
    for (index, record) in records.enumerated() {
      let id = record.id
      recount.count(record.state, by: 1)
      expect(indices[id] == index, "job \(id) is not found by its id")
      expect(
        ready.contains(index) == (record.state == .ready && !record.isForeseen),
        "job \(id) \(record.state), queue differs")
      expect(
        foreseen.contains(index) == (record.state == .ready && record.isForeseen),
        "job \(id) \(record.state), the queue of what is foreseen differs")
      expect(
        !record.isForeseen || [.ready, .bound, .prefetched].contains(record.state),
        "job \(id) is foreseen and \(record.state)")
      expect(
        (running[index] != nil) == (record.state == .running),
        "job \(id) \(record.state), but its attempt says otherwise")
      let states = record.parents.map { records[$0].state }
      switch record.state {
      case .waiting:
        let pending = states.count { $0 != .done }
        expect(
          record.pendingParents == pending,
          "job \(id) waits for \(record.pendingParents) parents, \(pending) are not done")
        expect(pending > 0, "job \(id) waits for nothing")
        expect(!states.contains(.failed), "job \(id) waits for a failed parent")
      case .ready, .paused, .bound:
        expect(states.allSatisfy { $0 == .done }, "job \(id) is \(record.state) before its parents")
      case .prefetched: expect(record.isForeseen, "job \(id) is with a worker and not recorded")
      case .running, .done, .failed: break
      }
      if record.state != .failed {
        expect(record.failures <= record.retries, "job \(id) failed too often and goes on")
        expect(record.losses <= settings.crashLimit, "job \(id) was lost too often and goes on")
      }
      for parent in record.parents {
        expect(records[parent].children.contains(index), "job \(id) is no child of its parent")
      }
    }
    expect(recount.counts == counts, "counts are \(counts), should be \(recount.counts)")
    expect(ready.isConsistent, "the queue of ready jobs is not a heap")
    expect(foreseen.isConsistent, "the queue of what is foreseen is not a heap")
    expect(phase == .working || foreseen.isEmpty, "attempts are foreseen that will not begin")
  }

  private func checkSlots(_ expect: Expectation) {
    var taken = 0
    for record in records where record.state == .bound || record.state == .running {
      taken += record.slots
    }
    expect(taken + freeSlots == settings.slots, "\(taken) slots taken and \(freeSlots) free")
    expect(freeSlots >= 0, "\(freeSlots) slots are free")
  }

  private func checkWorkers(_ expect: Expectation) {
    var bound: Set<Int> = []
    var busy: Set<Int> = []
    var idleWorkers: Set<WorkerID> = []
    for (worker, state) in workers {
      switch state {
      case .starting(let index):
        if let index { expect(bound.insert(index).inserted, "two workers are bound to one job") }
      case .idle: idleWorkers.insert(worker)
      case .busy(let index), .leaving(let index?):
        expect(busy.insert(index).inserted, "two workers run one job")
        expect(running[index]?.place == .worker(worker), "worker \(worker) runs no attempt")
      case .leaving(nil): break
      }
    }
    expect(idle.count == idleWorkers.count && Set(idle) == idleWorkers, "idle workers differ")
    for (index, record) in records.enumerated() where record.state == .bound {
      expect(bound.contains(index), "job \(record.id) is bound to no worker")
    }
    expect(counts.running == bound.count + running.count, "jobs are bound that no worker knows")
    checkPrefetched(expect)
    for (index, attempt) in running {
      guard case .worker = attempt.place else { continue }
      expect(busy.contains(index), "job \(records[index].id) runs on a worker that is gone")
    }
  }

  private func checkPrefetched(_ expect: Expectation) {
    var seen: Set<Int> = []
    for (worker, queue) in prefetched {
      expect(!queue.isEmpty, "worker \(worker) has an empty queue")
      switch workers[worker] {
      case .busy, .leaving(.some): break
      case .starting, .idle, .leaving(nil), nil:
        expect(false, "orders wait at worker \(worker), which is at none")
      }
      for index in queue {
        expect(seen.insert(index).inserted, "job \(records[index].id) waits at two workers")
        expect(
          records[index].state == .prefetched,
          "job \(records[index].id) waits at a worker and is \(records[index].state)")
      }
    }
    let prefetchedJobs = records.indices.filter { records[$0].state == .prefetched }
    expect(seen == Set(prefetchedJobs), "jobs are with workers that do not have them")
    expect(recalling.isSubset(of: workers.keys), "a worker that is gone is asked for its orders")
    expect(movedOn.isEmpty, "workers that moved on are remembered")
  }

  private func checkTimers(_ expect: Expectation) {
    expect(timers.isConsistent, "the queue of timers is not a heap")
    expect(
      foreseen.isEmpty || timers.contains(.foresight), "what is foreseen may never be taken back")
    expect(
      phase != .working || prefetched.keys.allSatisfy(recalling.contains)
        || timers.contains(.foresight), "orders sent beforehand may never be recalled")
    for (index, record) in records.enumerated() where record.state == .paused {
      expect(timers.contains(.pause(index)), "job \(record.id) pauses for ever")
    }
    for (index, attempt) in running {
      let isTimed = records[index].timeLimit != nil && attempt.verdict == nil
      expect(
        !isTimed || timers.contains(.timeLimit(index)), "job \(records[index].id) has no limit")
    }
    for key in timers.keys {
      switch key {
      case .pause(let index):
        expect(records[index].state == .paused, "a timer for job \(records[index].id) is stale")
      case .timeLimit(let index):
        expect(running[index] != nil, "a time limit for job \(records[index].id) is stale")
      case .kill(.worker(let worker)), .workerStart(let worker):
        expect(workers[worker] != nil, "a timer for worker \(worker) is stale")
      case .kill(.process(let job, let attempt)):
        expect(index(of: job, running: attempt) != nil, "a timer for job \(job) is stale")
      case .workerRestart, .foresight, .drainDeadline: break
      }
    }
    if phase == .draining, !running.isEmpty {
      expect(
        timers.contains(.drainDeadline) || running.values.allSatisfy { $0.verdict != nil },
        "the drain may take for ever")
    }
  }

  /// Nothing waits that could go on, and something will always call again.
  private func checkProgress(_ expect: Expectation) {
    if phase == .working, let index = nextReady {
      expect(
        records[index].slots > freeSlots || records[index].kind == .builtin && noStartBefore > now,
        "job \(records[index].id) could start")
    }
    if isFinished {
      expect(running.isEmpty && workers.isEmpty, "the session is finished and processes are left")
    } else if !records.isEmpty {
      expect(
        nextWake != nil || !running.isEmpty || !workers.isEmpty, "nothing will ever happen again")
    }
    if case .stopping = phase {
      expect(counts.running == running.count, "a stopping session holds bound jobs")
      expect(
        running.values.allSatisfy { $0.verdict != nil },
        "an attempt outlives the end of its session")
    }
  }
}
