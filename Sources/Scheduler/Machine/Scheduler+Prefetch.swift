import Grid

extension Scheduler {
  /// The most orders that wait at one worker.
  static var mostPrefetched: Int { 64 }

  /// Whether the order of a job may wait at a worker behind that of another. With a short time limit it
  /// may not: what has ended in time is heard of a little later where orders wait.
  private func mayQueue(_ index: Int) -> Bool {
    guard let limit = records[index].timeLimit else { return true }
    return limit >= settings.foresight * 4
  }

  /// Sends the worker orders beforehand where jobs are short, so that it does not wait for the owner
  /// between them and the owner hears of several at once: about as many as it does within half of the
  /// foresight, and fewer towards the end, so that no worker stands idle while others have orders left.
  /// They go in the order of their ids, and only those whose attempts are recorded, or will be, before
  /// they begin.
  ///
  /// - Complexity: O(log n) for each.
  mutating func prefetch(for worker: WorkerID) {
    guard case .busy(let current) = workers[worker], !recalling.contains(worker),
      !foreseen.isEmpty, mayQueue(current)
    else { return }
    let completed = pace.completed(now, window: settings.foresight)
    guard completed >= settings.foresightPace * settings.slots else { return }
    let share = records[current].slots
    let depth = min(
      completed * share / (2 * settings.slots), counts.ready * share / (2 * settings.slots),
      Self.mostPrefetched)
    var queue = prefetched[worker] ?? []
    // Several at once, where there are many.
    guard queue.count <= depth * 3 / 4 else { return }
    while queue.count < depth, let (id, index) = foreseen.first, nextReady == index,
      records[index].kind == .builtin, records[index].slots == records[current].slots,
      mayQueue(index), let attempt = records[index].lastAttempt
    {
      move(index, to: .prefetched)
      queue.append(index)
      effects.append(.prefetch(id, attempt, worker))
    }
    if !queue.isEmpty { prefetched[worker] = queue }
  }

  /// The job whose order is the worker's next.
  mutating func popPrefetched(_ worker: WorkerID) -> Int? {
    guard var queue = prefetched[worker] else { return nil }
    let index = queue.removeFirst()
    prefetched[worker] = queue.isEmpty ? nil : queue
    return index
  }

  /// Asks a worker for the orders that it has not begun.
  mutating func recall(_ worker: WorkerID) {
    guard prefetched[worker] != nil, recalling.insert(worker).inserted else { return }
    effects.append(.recall(worker))
  }

  mutating func recallAll() {
    for worker in prefetched.keys.sorted() { recall(worker) }
  }

  /// The worker will not do these jobs; it has begun, or will begin, any other that was sent to it. What
  /// counts as begun, because the one before is over, may be among them.
  mutating func recalled(_ worker: WorkerID, _ jobs: [JobID]) {
    guard recalling.remove(worker) != nil else { return }
    let given = Set(jobs.compactMap { indices[$0] })
    let queue = prefetched.removeValue(forKey: worker) ?? []
    let kept = queue.filter { !given.contains($0) }
    if !kept.isEmpty { prefetched[worker] = kept }
    giveBack(queue.filter(given.contains))
    switch workers[worker] {
    case .busy(let index) where given.contains(index),
      .leaving(let index?) where given.contains(index):
      let verdict = running[index]?.verdict
      end(index, .stopped)
      release(worker, after: verdict)
    case .starting, .idle, .busy, .leaving, nil: break
    }
  }

  /// Recalls the orders behind a job that takes long: others could do them.
  mutating func recallFromSlow() {
    for worker in prefetched.keys.sorted() {
      guard case .busy(let index) = workers[worker], let current = running[index],
        now - current.began > settings.foresight
      else { continue }
      recall(worker)
    }
  }

  /// The worker is gone, and the orders that waited at it.
  mutating func forgetPrefetched(by worker: WorkerID) {
    recalling.remove(worker)
    giveBack(prefetched.removeValue(forKey: worker) ?? [])
  }

  private mutating func giveBack(_ jobs: [Int]) {
    for index in jobs {
      takeBack(index)
      admit(index, pause: nil)
    }
  }
}
