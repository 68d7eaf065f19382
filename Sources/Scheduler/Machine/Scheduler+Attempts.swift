import Grid

extension Scheduler {
  /// Has an idle worker, or one that just came up, begin a job.
  mutating func begin(_ index: Int, on worker: WorkerID) {
    workers[worker] = .busy(job: index)
    begin(index, at: .worker(worker))
    movedOn.append(worker)
  }

  /// Starts the next attempt of a job that is ready or prefetched, or of one bound to the worker, which
  /// holds its slots already.
  mutating func begin(_ index: Int, at place: Place) {
    if records[index].state != .bound { freeSlots -= records[index].slots }
    let attempt = issueAttempt(index)
    records[index].isForeseen = false
    running[index] = Running(attempt: attempt, place: place, began: now)
    move(index, to: .running)
    if let limit = records[index].grownTimeLimit { timers.set(.timeLimit(index), to: now + limit) }
    effects.append(.begin(records[index].id, attempt, place))
  }

  /// Records the end of a running attempt and decides what becomes of its job.
  mutating func end(_ index: Int, _ outcome: AttemptOutcome) {
    guard let ended = running.removeValue(forKey: index) else { return }
    timers.remove(.timeLimit(index))
    if ended.place == .process { timers.remove(.kill(target(of: index, ended))) }
    freeSlots += records[index].slots
    let next = next(for: index, after: outcome)
    effects.append(.end(records[index].id, ended.attempt, outcome, next: next))
    switch next {
    case .done:
      pace.note(now, window: settings.foresight)
      complete(index)
    case .failed: giveUp(index)
    case .again: admit(index, pause: outcome == .again ? pause(for: index) : nil)
    }
  }

  private mutating func next(for index: Int, after outcome: AttemptOutcome) -> Next {
    switch outcome {
    case .completed:
      return .done
    case .failed(let failure):
      records[index].failures += 1
      return records[index].failures > records[index].retries ? .failed(failure) : .again
    case .lost(let signal):
      records[index].losses += 1
      let losses = records[index].losses
      guard losses > settings.crashLimit else { return .again }
      return .failed(
        Failure(
          reason: .crashLimit(losses),
          message: "its process died by a signal \(losses) times in a row, "
            + "the last time by signal \(signal)"))
    case .again:
      records[index].pauses += 1
      let pauses = records[index].pauses
      guard pauses > settings.pauseLimit else { return .again }
      return .failed(
        Failure(
          reason: .exitStatus(Self.tryAgainStatus),
          message: "it asked for another try (status \(Self.tryAgainStatus)) \(pauses) times in a "
            + "row without completing anything"))
    case .stopped:
      return .again
    case .artifactLost(let stage):
      // Not counted as a failure, but a disk that loses everything must not be written for ever.
      records[index].rebuilds += 1
      let rebuilds = records[index].rebuilds
      guard rebuilds > settings.crashLimit else { return .again }
      return .failed(
        Failure(
          reason: .error,
          message: "artifacts that it needs were missing or damaged \(rebuilds) times, "
            + "the last time that of stage \(stage.short)"))
    }
  }

  private func pause(for index: Int) -> Duration {
    var pause = settings.firstPause
    for _ in 1..<max(records[index].pauses, 1) where pause < settings.longestPause { pause *= 2 }
    return min(pause, settings.longestPause)
  }

  mutating func stageCompleted(_ job: JobID, _ attempt: Attempt) {
    guard let index = index(of: job, running: attempt) else { return }
    records[index].losses = 0
    records[index].pauses = 0
  }

  mutating func finished(_ job: JobID, _ attempt: Attempt) {
    guard let index = index(of: job, running: attempt), let current = running[index] else { return }
    // What is completed is recorded, so a job that is finished just before we end it is finished.
    end(index, .completed)
    if case .worker(let worker) = current.place { release(worker, after: current.verdict) }
  }

  mutating func failed(_ job: JobID, _ attempt: Attempt, _ failure: Failure) {
    guard let index = index(of: job, running: attempt), let current = running[index] else { return }
    switch current.place {
    case .worker(let worker):
      end(index, current.verdict?.outcome ?? .failed(failure))
      release(worker, after: current.verdict)
    case .process:
      end(index, by: .failed(failure))
    }
  }

  mutating func artifactLost(
    _ job: JobID, _ attempt: Attempt, stage: StageKey, rebuild: [Job]
  ) {
    guard let index = index(of: job, running: attempt), let current = running[index],
      case .worker(let worker) = current.place
    else { return }
    add(rebuild.filter { indices[$0.id] == nil })
    for rebuilt in rebuild {
      guard let parent = indices[rebuilt.id], parent != index else { continue }
      if !records[index].parents.contains(parent) {
        records[index].parents.append(parent)
        records[parent].children.append(index)
      }
      reopen(parent)
    }
    end(index, .artifactLost(stage: stage))
    release(worker, after: current.verdict)
  }

  mutating func processEnded(
    _ job: JobID, _ attempt: Attempt, _ processEnd: ProcessEnd, report: Failure?, detail: String
  ) {
    guard let index = index(of: job, running: attempt), let current = running[index],
      current.place == .process
    else { return }
    end(
      index,
      current.verdict?.outcome ?? outcome(of: processEnd, report: report, detail: detail))
  }

  /// What an end that was not our doing means for the attempt.
  func outcome(of end: ProcessEnd, report: Failure?, detail: String) -> AttemptOutcome {
    switch end {
    case .exited(0): report.map { .failed($0) } ?? .completed
    case .exited(Self.tryAgainStatus): .again
    case .exited(let status):
      .failed(
        Failure(
          reason: .exitStatus(status),
          message: Self.sentence("its process ended with status \(status)", detail: detail)))
    case .signalled(let signal): .lost(signal: signal)
    case .notStarted(let message): .failed(Failure(reason: .notStarted, message: message))
    }
  }

  static func sentence(_ words: String, detail: String) -> String {
    detail.isEmpty ? words : "\(words): \(detail)"
  }

  /// EX_TEMPFAIL of sysexits.h: another try, please.
  static let tryAgainStatus: Int32 = 75

  mutating func timeLimitReached(_ index: Int) {
    guard let limit = records[index].grownTimeLimit else { return }
    let seconds = limit / .seconds(1)
    end(
      index,
      by: .failed(
        Failure(
          reason: .timeLimit(seconds), message: "it ran past its time limit of \(seconds) s")))
  }

  /// Begins to end a running attempt: SIGTERM, then SIGKILL after the grace.
  mutating func end(_ index: Int, by verdict: Verdict) {
    guard let current = running[index], current.verdict == nil else { return }
    running[index]?.verdict = verdict
    if case .worker(let worker) = current.place { workers[worker] = .leaving(job: index) }
    terminate(target(of: index, current))
  }

  mutating func terminate(_ target: Target) {
    effects.append(.signal(target, .terminate))
    timers.set(.kill(target), to: now + settings.grace)
  }
}
