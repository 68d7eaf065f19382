import Grid

extension Scheduler {
  /// How many jobs were completed lately.
  struct Pace: Sendable {
    private var begin = Duration.zero
    private var count = 0
    /// Of the window before.
    private var before = 0

    mutating func note(_ now: Duration, window: Duration) {
      move(to: now, window: window)
      count += 1
    }

    /// How many jobs were completed within about one window.
    mutating func completed(_ now: Duration, window: Duration) -> Int {
      move(to: now, window: window)
      return max(before, count)
    }

    private mutating func move(to now: Duration, window: Duration) {
      guard now >= begin + window else { return }
      before = now < begin + window * 2 ? count : 0
      count = 0
      begin = now
    }
  }

  /// The most that are foreseen: what an owner that is killed leaves recorded and not begun.
  static var mostForeseen: Int { 2048 }

  /// The ready job with the smallest id.
  var nextReady: Int? {
    guard let (first, index) = foreseen.first else { return ready.first?.key }
    guard let (other, otherIndex) = ready.first, other < first else { return index }
    return otherIndex
  }

  /// The number of the attempt that begins.
  mutating func issueAttempt(_ index: Int) -> Attempt {
    if records[index].isForeseen, let attempt = records[index].lastAttempt { return attempt }
    let attempt = records[index].lastAttempt?.next ?? .first
    records[index].lastAttempt = attempt
    return attempt
  }

  /// Foresees as many attempts as are likely to begin within the foresight, and at least two a slot.
  /// Where jobs take long none are: a commit is little beside them, and an attempt that is taken back is
  /// one more in the table.
  ///
  /// - Complexity: O(log n) for each.
  mutating func foresee() {
    guard !ready.isEmpty else { return }
    let completed = pace.completed(now, window: settings.foresight)
    guard completed >= settings.foresightPace * settings.slots else { return }
    let depth = min(max(completed, settings.slots * 2), Self.mostForeseen)
    while foreseen.count < depth, let (id, index) = ready.first {
      let attempt = issueAttempt(index)
      records[index].isForeseen = true
      ready.remove(index)
      foreseen.set(index, to: id)
      effects.append(.foresee(id, attempt))
    }
  }

  /// A job that was to begin shortly does not.
  mutating func takeBack(_ index: Int) {
    guard records[index].isForeseen, let attempt = records[index].lastAttempt else { return }
    records[index].isForeseen = false
    effects.append(.end(records[index].id, attempt, .stopped, next: .again))
  }

  /// Takes back what is foreseen once jobs take longer: it would stand in the table for as long, and a
  /// session that is killed would leave it there. What was sent to workers beforehand is recalled: one
  /// may stand idle while another has much before it. To be called whenever anything has changed.
  mutating func checkPace() {
    guard !foreseen.isEmpty || !prefetched.isEmpty else { return }
    if pace.completed(now, window: settings.foresight) < settings.foresightPace * settings.slots {
      takeBackAll()
      recallAll()
    } else if !timers.contains(.foresight) {
      recallFromSlow()
      timers.set(.foresight, to: now + settings.foresight)
    }
  }

  /// What is foreseen does not begin.
  mutating func takeBackAll() {
    timers.remove(.foresight)
    while let (id, index) = foreseen.popFirst() {
      takeBack(index)
      ready.set(index, to: id)
    }
  }
}
