import Grid

extension Scheduler {
  mutating func add(_ jobs: [Job]) {
    let first = records.count
    records.reserveCapacity(first + jobs.count)
    indices.reserveCapacity(first + jobs.count)
    var added: [Job] = []
    for job in jobs where indices[job.id] == nil {
      indices[job.id] = records.count
      records.append(
        Record(
          id: job.id, kind: job.kind, slots: min(max(job.slots, 1), settings.slots),
          timeLimit: job.timeLimit, timeGrowth: job.timeGrowth, retries: job.retries, parents: [],
          lastAttempt: job.lastAttempt, failures: job.failures, losses: job.losses))
      count(.waiting, by: 1)
      added.append(job)
    }
    // Parents may stand behind their children, so they are looked up when all are known.
    for (offset, job) in added.enumerated() {
      let index = first + offset
      for parent in job.parents {
        guard parent != job.id else { continue }
        guard let parentIndex = indices[parent] else {
          childrenOfAbsent[parent, default: []].append(index)
          continue
        }
        records[index].parents.append(parentIndex)
        records[parentIndex].children.append(index)
      }
      if job.hasFailed { move(index, to: .failed) }
    }
    for index in first..<records.count where records[index].state == .waiting {
      admit(index, pause: nil)
    }
    if !childrenOfAbsent.isEmpty {
      for index in first..<records.count { adopt(index) }
    }
  }

  /// Has what was added before the job, and needs it, wait for it.
  private mutating func adopt(_ index: Int) {
    for child in childrenOfAbsent.removeValue(forKey: records[index].id) ?? [] {
      records[child].parents.append(index)
      records[index].children.append(child)
      switch records[child].state {
      case .waiting, .ready, .paused: admit(child, pause: nil)
      case .bound: unbind(child)
      case .prefetched, .running, .done, .failed: break
      }
    }
  }

  /// Puts a job that is neither running nor over where it belongs.
  mutating func admit(_ index: Int, pause: Duration?) {
    var pending = 0
    for parent in records[index].parents {
      switch records[parent].state {
      case .done: break
      case .failed:
        failDependent(index, of: parent)
        return
      case .waiting, .ready, .paused, .bound, .prefetched, .running: pending += 1
      }
    }
    if pending > 0 {
      records[index].pendingParents = pending
      move(index, to: .waiting)
    } else if let pause {
      move(index, to: .paused)
      timers.set(.pause(index), to: now + pause)
    } else {
      move(index, to: .ready)
    }
  }

  /// The job is done: what waited only for it becomes ready.
  mutating func complete(_ index: Int) {
    move(index, to: .done)
    for child in records[index].children where records[child].state == .waiting {
      records[child].pendingParents -= 1
      if records[child].pendingParents == 0 { move(child, to: .ready) }
    }
  }

  /// The job failed for good on its own account.
  mutating func giveUp(_ index: Int) {
    move(index, to: .failed)
    ownFailures += 1
    failDependents(of: index)
    if let maxFails = settings.maxFails, ownFailures >= maxFails, phase == .working { halt() }
  }

  /// A job whose parent failed can never start.
  private mutating func failDependent(_ index: Int, of parent: Int) {
    move(index, to: .failed)
    effects.append(
      .fail(
        records[index].id,
        Failure(
          reason: .parentFailed, message: "job \(records[parent].id), which it needs, failed")))
    failDependents(of: index)
  }

  /// Fails everything that waits for the job, directly or not. A loop, since chains may be long.
  private mutating func failDependents(of index: Int) {
    var open = [index]
    while let parent = open.popLast() {
      for child in records[parent].children where records[child].state == .waiting {
        move(child, to: .failed)
        effects.append(
          .fail(
            records[child].id,
            Failure(
              reason: .parentFailed,
              message: "job \(records[index].id), which it needs, failed")))
        open.append(child)
      }
    }
  }

  /// A job that was done has to be done again. What has not started yet waits for it; what is
  /// running, or with a worker, goes on, and says itself when it misses something.
  mutating func reopen(_ index: Int) {
    guard records[index].state == .done else { return }
    move(index, to: .waiting)
    admit(index, pause: nil)
    for child in records[index].children {
      switch records[child].state {
      case .waiting: records[child].pendingParents += 1
      case .ready, .paused: admit(child, pause: nil)
      case .bound: unbind(child)
      case .prefetched, .running, .done, .failed: break
      }
    }
  }

  /// Jobs that wait for each other would wait for ever.
  mutating func failCycles() {
    for index in records.indices where records[index].state == .waiting {
      move(index, to: .failed)
      effects.append(
        .fail(
          records[index].id,
          Failure(reason: .parentFailed, message: "it waits for jobs that wait for it")))
    }
  }
}
