import Grid

extension Scheduler {
  /// What the scheduler keeps of a job.
  struct Record: Sendable {
    let id: JobID
    let kind: Job.Kind
    let slots: Int
    let timeLimit: Duration?
    let timeGrowth: Double?
    let retries: Int
    /// Places of the parents and children in `records`.
    var parents: [Int]
    var children: [Int] = []
    var state = JobState.waiting
    /// Parents that are not done; meaningful while the job waits.
    var pendingParents = 0
    var lastAttempt: Attempt?
    var failures: Int
    var losses: Int
    /// Tries that the job asked for since a stage was last completed.
    var pauses = 0
    /// Attempts that ended because an artifact was lost.
    var rebuilds = 0
    /// Whether `lastAttempt` is foreseen and has not begun.
    var isForeseen = false

    /// The longest time of the attempt that comes after the failures so far.
    var grownTimeLimit: Duration? {
      guard let timeLimit, timeGrowth != nil else { return timeLimit }
      let resources = Resources(time: timeLimit / .seconds(1), timeGrowth: timeGrowth)
      return resources.grown(failures: failures).time.map { .seconds($0) }
    }
  }

  enum JobState: Hashable, Sendable {
    case waiting
    case ready
    case paused
    /// Holds its slots and waits until its worker is up.
    case bound
    /// Its order waits at a worker that is at another job.
    case prefetched
    case running
    case done
    case failed
  }

  struct Running: Sendable {
    let attempt: Attempt
    let place: Place
    let began: Duration
    /// Why we are ending it, once we are.
    var verdict: Verdict?
  }

  enum Verdict: Hashable, Sendable {
    case failed(Failure)
    case stopped

    var outcome: AttemptOutcome {
      switch self {
      case .failed(let failure): .failed(failure)
      case .stopped: .stopped
      }
    }
  }

  enum WorkerState: Hashable, Sendable {
    case starting(job: Int?)
    case idle
    case busy(job: Int)
    /// Dismissed or being ended; its job may still be running.
    case leaving(job: Int?)
  }

  enum Timer: Hashable, Sendable {
    case pause(Int)
    case timeLimit(Int)
    case kill(Target)
    case workerStart(WorkerID)
    case workerRestart
    /// It is time to see whether jobs are still as short as when attempts were foreseen and orders sent
    /// beforehand.
    case foresight
    case drainDeadline
  }

  enum Phase: Hashable, Sendable {
    case working
    /// Too many jobs failed: what runs goes on, nothing is started.
    case halted
    case draining
    case stopping(StopReason)
    case finished
  }

  enum StopReason: Hashable, Sendable {
    case stopped
    case storeFailed(String)
    case workersDoNotStart(String)
  }

  /// Gives a job another state and keeps everything that depends on it in step. Slots and running
  /// attempts are the caller's.
  mutating func move(_ index: Int, to state: JobState) {
    let old = records[index].state
    switch old {
    case .ready: if !ready.remove(index) { foreseen.remove(index) }
    case .paused: timers.remove(.pause(index))
    case .waiting, .bound, .prefetched, .running, .done, .failed: break
    }
    count(old, by: -1)
    records[index].state = state
    count(state, by: 1)
    switch state {
    case .ready where records[index].isForeseen: foreseen.set(index, to: records[index].id)
    case .ready: ready.set(index, to: records[index].id)
    case .bound, .prefetched, .running: break
    case .waiting, .paused, .done, .failed: takeBack(index)
    }
  }

  mutating func count(_ state: JobState, by difference: Int) {
    switch state {
    case .waiting: counts.waiting += difference
    case .ready, .prefetched: counts.ready += difference
    case .paused: counts.paused += difference
    case .bound, .running: counts.running += difference
    case .done: counts.done += difference
    case .failed: counts.failed += difference
    }
  }

  /// The place of the job if this attempt of it is running.
  func index(of job: JobID, running attempt: Attempt) -> Int? {
    guard let index = indices[job], running[index]?.attempt == attempt else { return nil }
    return index
  }

  /// The workers in the order of their ids, so that effects come in one order.
  ///
  /// - Complexity: O(w log w) in the number of workers.
  var workersInOrder: [(id: WorkerID, state: WorkerState)] {
    workers.sorted { $0.key < $1.key }.map { ($0.key, $0.value) }
  }

  /// The running attempts in the order of their jobs.
  ///
  /// - Complexity: O(r log r) in the number of running attempts.
  var runningInOrder: [(index: Int, running: Running)] {
    running.sorted { $0.key < $1.key }.map { ($0.key, $0.value) }
  }

  /// Whose end ends the attempt.
  func target(of index: Int, _ running: Running) -> Target {
    switch running.place {
    case .worker(let worker): .worker(worker)
    case .process: .process(records[index].id, running.attempt)
    }
  }
}
