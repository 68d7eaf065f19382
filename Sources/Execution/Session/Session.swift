import Artifacts
import Dispatch
import Foundation
import Glibc
import Grid
import JobTable
import Scheduler

/// One session of the owner: takes in what workers, programs, clock and user say, asks the scheduler
/// what to do, records it, and carries it out.
///
/// Messages that came together are taken in together and recorded in one transaction; only then are
/// orders handed out and processes started. So a commit serves as many messages as arrived during the
/// one before, and an idle owner records at once.
///
/// `@unchecked Sendable`: everything mutable is touched on `queue` only, before `begin` by the one
/// caller that makes it.
final class Session: @unchecked Sendable {
  /// What is told to the owner.
  enum Message: Sendable {
    case workerSpawned(WorkerID, Result<SpawnedProcess, SpawnFailure>, place: Int)
    case worker(WorkerID, WorkerProcess.Word)
    case programSpawned(ProgramKey, Result<SpawnedProcess, SpawnFailure>, place: Int)
    case program(ProgramKey, ExternalProcess.Word)
    /// The program and what it started have so many bytes resident, which is too much.
    case memoryExceeded(ProgramKey, resident: Int)
    case wish(ExecutionControl.Wish)
    case runsCounted(GridCounts.Runs)
    case tick
  }

  /// One process of an external program.
  struct ProgramKey: Hashable, Sendable {
    let job: JobID
    let attempt: Attempt
  }

  /// What the owner knows of a worker.
  struct Worker {
    var process: WorkerProcess?
    var conversation = WorkerConversation()
    var place: Int
    /// What was wished of it before its process was there.
    var isDismissed = false
    var pendingSignal: Int32?
  }

  /// What the owner knows of a process of an external program.
  struct Program {
    var process: ExternalProcess?
    var place: Int?
    /// What it may have, in bytes.
    var memoryLimit: Int?
    var missing: Set<StageKey> = []
    /// Once we are ending it, its end means nothing.
    var isBeingEnded = false
    var pendingSignal: Int32?
    /// When it last completed a result, or began.
    var lastReport: SuspendingClock.Instant
  }

  /// What progress shows of a running attempt.
  struct Activity {
    let attempt: Attempt
    let began: SuspendingClock.Instant
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
  let encoder = JSONEncoder()

  var scheduler: Scheduler
  var registry: ProcessRegistry
  /// Events that wait until the one before is carried out.
  var events: [Scheduler.Event] = []
  var isFeeding = false
  /// What is to be recorded next, in this order.
  var changes: [Change] = []
  /// What to start once that is recorded.
  var starts: [(ProgramKey, Scheduler.Place)] = []
  /// External jobs whose folders go once it is recorded that they are done.
  var finishedFolders: [JobID] = []
  /// Attempts whose journals and reports go once it is recorded what they said.
  var finishedReports: [ProgramKey] = []
  /// Why nothing can be kept any more.
  var storeFailure: String?
  var storeHasFailed: Bool { storeFailure != nil }
  var workers: [WorkerID: Worker] = [:]
  var programs: [ProgramKey: Program] = [:]
  /// The ledgers of programs that are being started.
  var pendingLedgers: [ProgramKey: ReportLedger] = [:]
  var activities: [JobID: Activity] = [:]
  var labels: [JobID: String] = [:]
  var stagesDone = 0
  var stagesTotal = 0
  var progress: ProgressReporter?
  var timer: (any DispatchSourceTimer)?
  var timerDeadline: Duration?
  var signals: SignalWatch?
  var outcome: Scheduler.Outcome?
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
    encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
    scheduler = Scheduler(
      settings: .init(
        slots: settings.jobs, crashLimit: settings.crashLimit, maxFails: settings.maxFails,
        grace: .seconds(settings.grace), drainGrace: .seconds(settings.drainGrace)))
  }

  /// Time since the session began, by a clock that stands still while the machine sleeps.
  var now: Duration { began.duration(to: clock.now) }

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

  /// Runs the session to its end.
  ///
  /// - Parameter runs: the grid's runs as they are now, for progress.
  func run(
    _ jobs: [Scheduler.Job], runs: GridCounts.Runs,
    observer: (@Sendable (ExecutionSnapshot) -> Void)?
  ) {
    queue.sync {
      if let observer {
        progress = ProgressReporter(
          grid: grid, table: folder.table, runs: runs, observer: observer
        ) {
          [weak self] in self?.post(.runsCounted($0))
        }
      }
      let timer = DispatchSource.makeTimerSource(queue: queue)
      timer.setEventHandler { [unowned self] in timerFired() }
      timer.schedule(deadline: .distantFuture)
      timer.resume()
      self.timer = timer
      feed(.added(jobs))
      settle()
    }
    control.listen { [weak self] in self?.post(.wish($0)) }
    isOver.wait()
    control.stopListening()
    queue.sync {
      timer?.cancel()
      timer = nil
      signals = nil
      spawner.finish()
      watch.finish()
      if let progress {
        // A table that failed is not asked again.
        let runs = storeHasFailed ? nil : try? table.reader.counts(for: grid).runs
        progress.finish(runs) { snapshot($0) }
      }
    }
  }

  private func timerFired() {
    timerDeadline = nil
    post(.tick)
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

  /// Records what is to be recorded, starts what is to be started, until nothing is left to do.
  private func settle() {
    while !changes.isEmpty || !starts.isEmpty || !finishedFolders.isEmpty
      || !finishedReports.isEmpty
    {
      commit()
      carryOutStarts()
    }
    if outcome != nil {
      isOver.signal()
      return
    }
    setTimer()
    progress?.update(now: now) { snapshot($0) }
  }

  private func setTimer() {
    var next = scheduler.nextWake
    if let progress { next = min(next ?? progress.nextUpdate, progress.nextUpdate) }
    guard let next, next != timerDeadline else { return }
    timerDeadline = next
    let delay = max(next - now, .zero)
    timer?.schedule(
      deadline: .now() + .nanoseconds(Int(delay / .nanoseconds(1))), leeway: .milliseconds(5))
  }

  private func take(_ message: Message) {
    switch message {
    case .workerSpawned(let worker, let result, let place):
      workerSpawned(worker, result, place: place)
    case .worker(let worker, let word): take(word, from: worker)
    case .programSpawned(let key, let result, let place):
      programSpawned(key, result, place: place)
    case .program(let key, let word): take(word, from: key)
    case .memoryExceeded(let key, let resident): memoryExceeded(key, resident: resident)
    case .wish(.drain): feed(.drain)
    case .wish(.stop): feed(.stop)
    case .runsCounted(let runs): progress?.runsCounted(runs, now: now)
    case .tick: feed(.tick)
    }
  }
}
