import Grid

/// Decides what happens next in a session of jobs: a state machine from events to effects. It
/// starts nothing, records nothing and reads no clock; whoever owns it carries its effects out and
/// tells it the time.
///
/// A job is *ready* when its parents are done. Ready jobs start in the order of their ids as slots
/// become free; the first one waits until enough slots are free for it, so that no job starves.
/// Built-in jobs go to idle workers, and a worker is started when there is none; until it is up the
/// job is *bound* to it and holds its slots.
///
/// An attempt must be on record before it begins. While jobs are short, those that come next are
/// therefore *foreseen*: their attempts are recorded before there is a slot for them. Those of built-in
/// jobs are *prefetched* as well: a worker is sent the orders of the next ones while it is at one.
///
/// Attempts end in four ways that count differently: *failed* attempts are tried again up to the
/// job's retries; *lost* ones (a process died by a signal that was not ours) up to the crash limit,
/// counted anew when a stage completes; attempts that asked for another try are not counted, and
/// not spun on either; attempts that we stopped are not counted.
package struct Scheduler: Sendable {
  package let settings: Settings
  /// How many jobs are in which state.
  package internal(set) var counts = Counts()

  var now = Duration.zero
  var records: [Record] = []
  var indices: [JobID: Int] = [:]
  /// The children of jobs that were done before the session and are therefore not known, should such a
  /// job have to be done again.
  var childrenOfAbsent: [JobID: [Int]] = [:]
  var ready = IndexedHeap<JobID, DensePositions>()
  /// Ready jobs whose next attempt is foreseen; the others are in `ready`.
  var foreseen = IndexedHeap<JobID, DensePositions>()
  /// Jobs whose orders wait at a worker behind the one that it is at, in the order in which it will do
  /// them; no list is empty.
  var prefetched: [WorkerID: [Int]] = [:]
  /// Workers that were asked for such orders and have not answered.
  var recalling: Set<WorkerID> = []
  /// Workers that went on to another job since orders were last sent beforehand.
  var movedOn: [WorkerID] = []
  var pace = Pace()
  var timers = IndexedHeap<Duration, HashedPositions<Timer>>()
  /// Running attempts by the place of their job in `records`.
  var running: [Int: Running] = [:]
  var workers: [WorkerID: WorkerState] = [:]
  /// Idle workers; the one that became idle last is used first.
  var idle: [WorkerID] = []
  var freeSlots: Int
  var lastWorker = WorkerID(rawValue: 0)
  /// Rounds of starting workers that failed since one last became ready.
  var startFailures = 0
  /// Until when no worker is started, after one failed to.
  var noStartBefore = Duration.zero
  /// Jobs that failed in this session on their own account.
  var ownFailures = 0
  var phase = Phase.working
  var effects: [Effect] = []

  /// - Precondition: there is at least one slot.
  package init(settings: Settings) {
    precondition(settings.slots > 0, "a scheduler without slots")
    self.settings = settings
    freeSlots = settings.slots
  }

  /// When the machine wants to be called with `.tick` at the latest; `nil` when only an event can
  /// change anything.
  package var nextWake: Duration? { timers.first?.priority }

  /// How many attempts at the job have failed; 0 for one that is not known.
  package func failures(of job: JobID) -> Int {
    indices[job].map { records[$0].failures } ?? 0
  }

  /// Whether `.finish` has been given out.
  package var isFinished: Bool {
    if case .finished = phase { true } else { false }
  }

  /// Takes in one event and says what is to be done about it. Times never run backwards; an earlier
  /// one counts as the last one given.
  ///
  /// - Complexity: O(log n) in the number of jobs, for each job that changes its state.
  package mutating func handle(_ event: Event, at time: Duration) -> [Effect] {
    guard !isFinished else { return [] }
    now = max(now, time)
    fireTimers()
    apply(event)
    dispatch()
    settle()
    defer { effects.removeAll() }
    return effects
  }

  private mutating func apply(_ event: Event) {
    switch event {
    case .added(let jobs): add(jobs)
    case .workerReady(let worker): workerReady(worker)
    case .workerEnded(let worker, let end, let isComplete, let detail):
      workerEnded(worker, end, isComplete: isComplete, detail: detail)
    case .workerViolated(let worker, let message): workerViolated(worker, message: message)
    case .stageCompleted(let job, let attempt): stageCompleted(job, attempt)
    case .finished(let job, let attempt): finished(job, attempt)
    case .failed(let job, let attempt, let failure): failed(job, attempt, failure)
    case .artifactLost(let job, let attempt, let stage, let rebuild):
      artifactLost(job, attempt, stage: stage, rebuild: rebuild)
    case .processEnded(let job, let attempt, let end, let report, let detail):
      processEnded(job, attempt, end, report: report, detail: detail)
    case .recalled(let worker, let jobs): recalled(worker, jobs)
    case .tick: break
    case .drain: drain()
    case .stop: stop(.stopped)
    case .storeFailed(let message): stop(.storeFailed(message))
    }
  }

  private mutating func fireTimers() {
    while let next = timers.first, next.priority <= now {
      timers.remove(next.key)
      switch next.key {
      case .pause(let index): move(index, to: .ready)
      case .timeLimit(let index): timeLimitReached(index)
      case .kill(let target): effects.append(.signal(target, .kill))
      case .workerStart(let worker): terminate(.worker(worker))
      case .workerRestart, .foresight: break  // `dispatch` looks at the time itself
      case .drainDeadline: drainDeadlineReached()
      }
    }
  }

  /// Starts what can start.
  private mutating func dispatch() {
    defer { movedOn.removeAll(keepingCapacity: true) }
    guard phase == .working else { return }
    startReady()
    foresee()
    for worker in movedOn { prefetch(for: worker) }
    // The first in line may have been one that needs more slots than are free, and be with a worker now.
    startReady()
    checkPace()
  }

  private mutating func startReady() {
    while let index = nextReady, records[index].slots <= freeSlots {
      switch records[index].kind {
      case .external:
        begin(index, at: .process)
      case .builtin:
        if let worker = idle.popLast() {
          begin(index, on: worker)
        } else if noStartBefore <= now {
          startWorker(for: index)
        } else {
          return
        }
      }
    }
  }
}
