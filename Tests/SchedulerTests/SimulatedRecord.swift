import Grid

@testable import Scheduler

/// What a simulated job table knows: the twin of the real one's rules, and a judge of what it is
/// told to record.
struct SimulatedRecord {
  struct Job {
    let id: JobID
    let kind: Scheduler.Job.Kind
    let parents: [JobID]
    let slots: Int
    let timeLimit: Duration?
    let retries: Int
    let stages: Int
    var stagesDone = 0
    var lastAttempt: Attempt?
    var openAttempt: Attempt?
    var failures = 0
    var losses = 0
    var rebuilds = 0
    /// Tries that it asked for in this session since a stage was completed.
    var pauses = 0
    var state = State.open
  }

  enum State: Equatable {
    case open
    case done
    case failed(Failure.Reason)
  }

  /// One thing to record.
  enum Change {
    case begin(JobID, Attempt)
    case stage(JobID, Attempt)
    case end(JobID, Attempt, AttemptOutcome, Scheduler.Next, lost: JobID?)
    case fail(JobID, Failure)
  }

  var jobs: [JobID: Job] = [:]
  let crashLimit: Int
  let pauseLimit: Int
  var faults: [String] = []

  private mutating func expect(_ holds: Bool, _ words: @autoclosure () -> String) {
    if !holds { faults.append(words()) }
  }

  mutating func apply(_ change: Change) {
    switch change {
    case .begin(let id, let attempt):
      guard let job = jobs[id] else { return expect(false, "begins an unknown job \(id)") }
      expect(job.state == .open, "begins job \(id), which is \(job.state)")
      expect(job.openAttempt == nil, "begins job \(id) twice")
      expect(attempt > job.lastAttempt ?? Attempt(0), "attempts of job \(id) do not grow")
      expect(
        job.parents.allSatisfy { jobs[$0]?.state == .done }, "begins job \(id) before its parents")
      jobs[id]?.lastAttempt = attempt
      jobs[id]?.openAttempt = attempt
    case .stage(let id, let attempt):
      guard let job = jobs[id] else { return expect(false, "a stage of an unknown job \(id)") }
      expect(job.openAttempt == attempt, "a stage of job \(id) from attempt \(attempt)")
      jobs[id]?.stagesDone += 1
      jobs[id]?.losses = 0
      jobs[id]?.pauses = 0
      expect(job.stagesDone < job.stages, "job \(id) completes a stage twice")
    case .end(let id, let attempt, let outcome, let next, let lost):
      end(id, attempt, outcome, next, lost: lost)
    case .fail(let id, let failure):
      guard let job = jobs[id] else { return expect(false, "fails an unknown job \(id)") }
      expect(job.state == .open && job.openAttempt == nil, "fails job \(id), which is not waiting")
      expect(
        job.parents.contains { if case .failed = jobs[$0]?.state { true } else { false } },
        "job \(id) fails and no parent did")
      expect(failure.reason == .parentFailed, "job \(id) fails for no reason")
      jobs[id]?.state = .failed(.parentFailed)
    }
  }

  private mutating func end(
    _ id: JobID, _ attempt: Attempt, _ outcome: AttemptOutcome, _ next: Scheduler.Next, lost: JobID?
  ) {
    guard var job = jobs[id] else { return expect(false, "ends an unknown job \(id)") }
    expect(job.openAttempt == attempt, "ends attempt \(attempt) of job \(id), which is not open")
    job.openAttempt = nil
    switch outcome {
    case .failed: job.failures += 1
    case .lost: job.losses += 1
    case .artifactLost: job.rebuilds += 1
    case .completed: expect(job.stagesDone == job.stages, "job \(id) is done with stages missing")
    case .again: job.pauses += 1
    case .stopped: break
    }
    switch next {
    case .done:
      expect(outcome == .completed, "job \(id) is done after \(outcome)")
      job.state = .done
    case .again:
      expect(job.failures <= job.retries, "job \(id) failed \(job.failures) times and goes on")
      expect(job.pauses <= pauseLimit, "job \(id) asked \(job.pauses) times and goes on")
      expect(job.losses <= crashLimit, "job \(id) was lost \(job.losses) times and goes on")
    case .failed(let failure):
      expect(
        job.failures > job.retries || job.losses > crashLimit || job.rebuilds > crashLimit
          || job.pauses > pauseLimit,
        "job \(id) is given up too early: \(failure)")
      job.state = .failed(failure.reason)
    }
    jobs[id] = job
    if let lost {
      jobs[lost]?.state = .open
      jobs[lost]?.stagesDone -= 1
    }
  }

  /// What a new owner finds: attempts that its dead predecessor left open were stopped.
  mutating func recover() {
    for id in jobs.keys {
      jobs[id]?.openAttempt = nil
      jobs[id]?.pauses = 0
    }
  }

  func job(_ id: JobID) -> Scheduler.Job? {
    jobs[id].map { job in
      let hasFailed = if case .failed = job.state { true } else { false }
      return Scheduler.Job(
        id: id, kind: job.kind, parents: job.parents, slots: job.slots, timeLimit: job.timeLimit,
        retries: job.retries, lastAttempt: job.lastAttempt, failures: job.failures,
        losses: job.losses, hasFailed: hasFailed)
    }
  }

  /// The jobs of a new session, in the order of their ids: all that are not done.
  var work: [Scheduler.Job] {
    jobs.keys.sorted().filter { jobs[$0]?.state != .done }.compactMap { job($0) }
  }
}
