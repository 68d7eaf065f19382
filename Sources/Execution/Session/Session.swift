import Artifacts
import Dispatch
import Glibc
import Grid
import JobTable
import Scheduler

/// One session of the owner: takes in what workers, programs, clock and user say, asks the scheduler
/// what to do, records it, and carries it out.
///
/// Messages that came together are taken in together and recorded in one transaction (see `Committer`);
/// only when it is on the disk that an attempt begins is its order handed out or its process started.
///
/// `@unchecked Sendable`: everything mutable is touched on `queue` only, before `begin` by the one
/// caller that makes it.
final class Session: @unchecked Sendable {
  /// What is told to the owner.
  enum Message: Sendable {
    case workerSpawned(WorkerID, Result<SpawnedProcess, SpawnFailure>, place: Int)
    case worker(WorkerID, [WorkerProcess.Word])
    case programs([ProgramGuard.Word])
    /// A program that could not be started is to be started again.
    case startAgain(ProgramKey)
    case committed(Committer.Outcome)
    /// The program and what it started have so many bytes resident, which is too much.
    case memoryExceeded(ProgramKey, resident: Int)
    case wish(ExecutionControl.Wish)
    case tick
  }

  /// One process of an external program.
  struct ProgramKey: Hashable, Sendable {
    let job: JobID
    let attempt: Attempt
  }

  /// An order to hand out or a process to start.
  struct Start {
    let key: ProgramKey
    let place: Scheduler.Place
    /// The order goes to a worker that is at another.
    var isAhead = false
  }

  /// What the owner knows of a worker.
  struct Worker {
    var process: WorkerProcess?
    var conversation = WorkerConversation()
    var place: Int
    /// What was wished of it before its process was there.
    var isDismissed = false
    var pendingSignal: Int32?
    /// Whether it was asked for its orders and has not answered.
    var isRecalling = false
  }

  /// What the owner knows of a process of an external program.
  struct Program {
    /// Where the guard has it; `nil` while it is not started.
    var place: Int?
    /// How often it could not be started for a reason that passes.
    var starts = 0
    /// What is, or was, to be started.
    var launch: (ProgramRequest, ExternalProcess)?
    /// What it may have, in bytes.
    var memoryLimit: Int?
    var missing: Set<StageKey> = []
    /// The stage that it is to reach, where it has a prefix axis.
    var last: Stage?
    /// Once we are ending it, its end means nothing.
    var isBeingEnded = false
    /// When it last completed a result, or began.
    var lastReport: SuspendingClock.Instant
  }

  /// A journal to which nothing more is written, and the attempts that it may tell of.
  struct OlderJournal {
    let path: String
    var tellsOf: Set<ProgramKey>
  }

  /// What progress shows of a running attempt.
  struct Activity {
    let attempt: Attempt
    let began: SuspendingClock.Instant
    /// The same on the record, in seconds since 1970.
    let startedAt: Double
    var progress: StageProgress?
    var stagesDone = 0
    var stagesTotal = 0
  }

  let grid: String
  let program: ProgramSpecification
  let table: JobTable
  let folder: ResultsFolder
  let settings: ExecutionSettings
  let control: ExecutionControl
  let queue = DispatchQueue(label: "espalier.owner")
  let inbox = Inbox<Message>()
  let spawner: Spawner
  let watch: DescriptorWatch
  let memory = MemoryWatch()
  let openFiles: OpenFiles
  let clock = SuspendingClock()
  let began: SuspendingClock.Instant
  let logs: LogStore
  let workFolder: WorkFolder
  let committer: Committer

  var scheduler: Scheduler
  var registry: ProcessRegistry
  /// Events that wait until the one before is carried out.
  var events: [Scheduler.Event] = []
  var isFeeding = false
  /// What is to be recorded next.
  var batch = Committer.Batch()
  var isCommitting = false
  /// When the last commit was begun.
  var lastCommit = Duration.zero
  /// Attempts that are recorded, or will be, before they begin.
  var foreseen: Set<ProgramKey> = []
  /// Orders of recorded attempts that were not handed out yet.
  var orders: [ProgramKey: JobOrder] = [:]
  /// What to start once it is recorded and its order is there.
  var starts: [Start] = []
  /// Jobs whose orders wait at a worker behind that of another, and how many stages these have.
  var prefetched: [JobID: Int] = [:]
  /// Why nothing can be kept any more.
  var storeFailure: String?
  var storeHasFailed: Bool { storeFailure != nil }
  var workers: [WorkerID: Worker] = [:]
  var programs: [ProgramKey: Program] = [:]
  /// The guard of external programs, once there is one.
  var programGuard: ProgramGuard?
  var registryOffsets: [Int] = []
  var freePlaces: [Int]
  var programPaths: [String: String] = [:]
  /// Started attempts whose end is not recorded.
  var unrecorded: Set<ProgramKey> = []
  var olderJournals: [OlderJournal] = []
  /// The largest number that a journal has had.
  var lastJournal = 0
  var activities: [JobID: Activity] = [:]
  /// An attempt whose end is being taken in, and when that was by the worker's word: its next order
  /// began then. It may be heard of a little later.
  var heard: (attempt: ProgramKey, worker: WorkerID, instant: Double)?
  var labels: [JobID: String] = [:]
  /// How many stages of jobs with more than one are not done.
  var missingStages: [JobID: Int] = [:]
  var stagesDone = 0
  /// Those that will not be done in this session since their jobs have failed.
  var stagesFailed = 0
  var stagesTotal = 0
  var progress: ProgressReporter?
  /// For the next snapshot; gathered only where somebody observes.
  var news = SessionNews()
  /// For when the alarm is set.
  var alarm: Duration?
  var signals: SignalWatch?
  var outcome: Scheduler.Outcome?
  /// What the user, or whoever has the control, asked for last.
  var ending: ExecutionControl.Wish?
  let isOver = DispatchSemaphore(value: 0)

  init(
    grid: String, program: ProgramSpecification, table: JobTable, folder: ResultsFolder,
    settings: ExecutionSettings, control: ExecutionControl
  ) throws {
    self.grid = grid
    self.program = program
    self.table = table
    self.folder = folder
    self.settings = settings
    self.control = control
    began = clock.now
    registry = try ProcessRegistry.make(path: folder.processes)
    watch = try DescriptorWatch(signals: settings.handlesSignals ? SignalWatch.numbers : [])
    signals = try SignalWatch(
      watch: watch, queue: queue, control: settings.handlesSignals ? control : nil)
    openFiles = OpenFiles(slots: settings.jobs)
    spawner = Spawner(openFiles: openFiles.original)
    logs = LogStore(folder: folder.logs)
    workFolder = try WorkFolder(folder.work)
    committer = Committer(grid: grid, table: table, logs: logs, work: workFolder)
    freePlaces = (0..<settings.jobs).reversed()
    scheduler = Scheduler(
      settings: .init(
        slots: settings.jobs, crashLimit: settings.crashLimit, maxFails: settings.maxFails,
        grace: .seconds(settings.grace), drainGrace: .seconds(settings.drainGrace)))
  }

  /// Time since the session began, by a clock that stands still while the machine sleeps.
  var now: Duration { began.duration(to: clock.now) }

  /// The instant, where it is one that can be: clocks may be set, and workers err.
  func plausible(_ instant: Double?) -> Double {
    let now = wallClock
    guard let instant, instant > now - 2, instant <= now else { return now }
    return instant
  }

  /// Seconds since 1970, for the records.
  var wallClock: Double {
    var time = timespec()
    clock_gettime(CLOCK_REALTIME, &time)
    return Double(time.tv_sec) + Double(time.tv_nsec) * 1e-9
  }

  /// Hands a message to the owner, from any thread.
  func post(_ message: Message) {
    if inbox.put(message) { queue.async { [self] in work() } }
  }

  /// Hands a message to the owner, and has the calling thread be the owner for it: that saves waking
  /// another one. Not for a thread that the owner may be waiting for.
  func postNow(_ message: Message) {
    if inbox.put(message) { queue.sync { work() } }
  }

  /// Runs the session to its end.
  ///
  /// - Parameter runs: the grid's runs as they are now, for progress.
  func run(
    _ jobs: [Scheduler.Job], runs: GridCounts.Runs,
    observer: (@Sendable (ExecutionSnapshot) -> Void)?
  ) {
    queue.sync {
      if let observer { progress = ProgressReporter(runs: runs, observer: observer) }
      feed(.added(jobs))
      settle()
    }
    control.listen { [weak self] in self?.post(.wish($0)) }
    isOver.wait()
    control.stopListening()
    queue.sync {
      watch.cancelAlarm()
      signals = nil
      spawner.finish()
    }
    finishGuard()
    queue.sync {
      keepLastWords()
      if !storeHasFailed { removeLeftovers() }
      watch.finish()
      if let progress {
        // A table that failed is not asked again.
        let runs = storeHasFailed ? nil : try? table.reader.counts(for: grid).runs
        progress.finish(runs) { snapshot($0) }
      }
    }
  }

  /// What processes said up to their ends, which may come after the last commit.
  private func keepLastWords() {
    do {
      try logs.flush()
    } catch {
      storeFailed("\(error)")
    }
  }

  /// Lets the guard go. What it still says is taken in meanwhile.
  func finishGuard() {
    queue.sync { programGuard }?.finish()
    queue.sync { programGuard = nil }
  }

  /// Takes in all messages that have come.
  private func work() {
    while true {
      let messages = inbox.take()
      if messages.isEmpty { return }
      for message in messages { take(message) }
      settle()
    }
  }

  /// Starts what can be started and has recorded what is to be recorded.
  private func settle() {
    carryOutStarts()
    beginCommit()
    if outcome != nil, !isCommitting {
      isOver.signal()
      return
    }
    progress?.update(now: now) { snapshot($0) }
    setAlarm()
  }

  private func setAlarm() {
    var next = scheduler.nextWake
    if let progress { next = min(next ?? progress.nextUpdate, progress.nextUpdate) }
    if let commit = nextCommit { next = min(next ?? commit, commit) }
    guard let next, next != alarm else { return }
    alarm = next
    watch.setAlarm(at: began + next, queue: queue) { [weak self] in
      guard let self else { return }
      alarm = nil
      if inbox.put(.tick) { work() }
    }
  }

  private func take(_ message: Message) {
    switch message {
    case .workerSpawned(let worker, let result, let place):
      workerSpawned(worker, result, place: place)
    case .worker(let worker, let words): for word in words { take(word, from: worker) }
    case .programs(let words): take(words)
    case .startAgain(let key): startAgain(key)
    case .committed(let outcome):
      isCommitting = false
      committed(outcome)
    case .memoryExceeded(let key, let resident): memoryExceeded(key, resident: resident)
    case .wish(let wish):
      ending = wish
      feed(wish == .drain ? .drain : .stop)
    case .tick: feed(.tick)
    }
  }
}
