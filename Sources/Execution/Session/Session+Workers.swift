import Artifacts
import Glibc
import Grid
import JobTable
import Scheduler

extension Session {
  func startWorker(_ worker: WorkerID) {
    let place = registry.take()
    workers[worker] = Worker(place: place)
    let environment = settings.environment
    guard let program = settings.workerCommand.first,
      let path = ProgramPath.find(
        program, searchPath: environment["PATH"] ?? "", directory: nil)
    else {
      let name = settings.workerCommand.first ?? ""
      return post(
        .workerSpawned(
          worker, .failure(SpawnFailure(step: .execute, path: name, code: ENOENT)), place: place))
    }
    let request = SpawnRequest(
      path: path, arguments: settings.workerCommand, environment: Self.lines(of: environment),
      registry: registry.descriptor, registryOffset: registry.offset(of: place))
    spawner.submit(request) { [weak self] result in
      self?.post(.workerSpawned(worker, result, place: place))
    }
  }

  static func lines(of environment: [String: String]) -> [String] {
    environment.sorted { $0.key < $1.key }.map { "\($0.key)=\($0.value)" }
  }

  func workerSpawned(
    _ worker: WorkerID, _ result: Result<SpawnedProcess, SpawnFailure>, place: Int
  ) {
    switch result {
    case .failure(let failure):
      workerEnded(worker, .notStarted("\(failure)"), detail: "")
    case .success(let spawned):
      let process = WorkerProcess(
        spawned, input: spawned.input, name: "\(worker)",
        log: AttemptLog(LogName(job: 0, attempt: worker.rawValue), in: logs), logs: logs,
        watch: watch
      ) { [weak self] words in self?.postNow(.worker(worker, words)) }
      workers[worker]?.process = process
      if workers[worker]?.isDismissed == true { process.dismiss() }
      if let signal = workers[worker]?.pendingSignal { process.send(signal) }
    }
  }

  func send(_ signal: Scheduler.Signal, to worker: WorkerID) {
    let number = signal == .kill ? SIGKILL : SIGTERM
    if let process = workers[worker]?.process {
      process.send(number)
    } else {
      workers[worker]?.pendingSignal = number
    }
  }

  /// Hands orders to their worker, unless that is over meanwhile.
  func send(_ orders: [JobOrder], to worker: WorkerID) {
    guard let process = workers[worker]?.process, !storeHasFailed else { return }
    var lines: [UInt8] = []
    for order in orders {
      workers[worker]?.conversation.begin(order)
      activities[order.job]?.stagesTotal = order.stages.count
      if activities[order.job] == nil { prefetched[order.job] = order.stages.count }
      lines += order.line
    }
    process.send(
      lines, logs: orders.map { logName(of: ProgramKey(job: $0.job, attempt: $0.attempt)) })
  }

  /// The worker gives back orders; so do we those that were not sent yet.
  private func recalled(_ jobs: [JobID], by worker: WorkerID) {
    workers[worker]?.isRecalling = false
    var unsent: [JobID] = []
    starts.removeAll { start in
      guard start.isAhead, start.place == .worker(worker) else { return false }
      unsent.append(start.key.job)
      return true
    }
    feed(.recalled(worker, jobs + unsent))
  }

  func take(_ word: WorkerProcess.Word, from worker: WorkerID) {
    switch word {
    case .event(let event):
      if let instant = event.doneAt, let current = workers[worker]?.conversation.current {
        heard = (ProgramKey(job: current.job, attempt: current.attempt), worker, instant)
      }
      take(event, from: worker)
      heard = nil
    case .violation(let message): feed(.workerViolated(worker, message: message))
    case .ended(let end, let detail): workerEnded(worker, end, detail: detail)
    }
  }

  private func take(_ event: WorkerEvent, from worker: WorkerID) {
    guard let current = workers[worker].map(\.conversation.current),
      let meaning = workers[worker]?.conversation.take(event)
    else { return }
    switch meaning {
    case .ready: feed(.workerReady(worker))
    case .violation(let message): feed(.workerViolated(worker, message: message))
    case .progress(let progress):
      if let current { activities[current.job]?.progress = progress }
    case .completed(let result):
      guard let current else { return }
      note(
        .stageCompleted(
          current.job, current.attempt, result, at: wallClock, rule: .anyAttempt))
      stageCompleted(current.job, current.attempt)
    case .finished:
      if let current { feed(.finished(current.job, current.attempt)) }
    case .failed(let failure):
      if let current { feed(.failed(current.job, current.attempt, failure)) }
    case .artifactLost(let stage):
      if let current { artifactLost(stage, neededBy: current.job, current.attempt) }
    case .recalled(let jobs): recalled(jobs, by: worker)
    case .storeFailed(let message): storeFailed(message)
    }
  }

  func stageCompleted(_ job: JobID, _ attempt: Attempt) {
    stagesDone += 1
    missingStages[job]? -= 1
    activities[job]?.stagesDone += 1
    activities[job]?.progress = nil
    feed(.stageCompleted(job, attempt))
  }

  /// The artifact of a stage is gone: the table opens the stage again and says which jobs that
  /// concerns; the scheduler has them done first.
  private func artifactLost(_ stage: StageKey, neededBy job: JobID, _ attempt: Attempt) {
    commitNow()
    guard !storeHasFailed else { return }
    do {
      let change = Change.stageReopened(stage, neededBy: job)
      var reopened: [JobID] = []
      switch try table.apply([change]).first {
      case .reopened(let jobs): reopened = jobs
      case .refused(let refusal):
        return storeFailed("the job table does not open a stage again: \(refusal)")
      case .applied, .completedJob, .repeated, nil: break
      }
      let work = try table.reader.work(on: reopened)
      for item in work { know(item) }
      stagesTotal += 1
      feed(
        .artifactLost(job, attempt, stage: stage, rebuild: work.map { schedulerJob($0) }))
    } catch {
      storeFailed("\(error)")
    }
  }

  private func workerEnded(_ worker: WorkerID, _ end: ProcessEnd, detail: String) {
    guard let state = workers.removeValue(forKey: worker) else { return }
    free(place: state.place)
    starts.removeAll { $0.isAhead && $0.place == .worker(worker) }
    // One that dies between its last result and saying so has done its job.
    let isComplete = state.conversation.current.map(\.missing.isEmpty) ?? false
    feed(.workerEnded(worker, end, isComplete: isComplete, detail: detail))
  }

  func free(place: Int) {
    do {
      try registry.free(place)
    } catch {
      storeFailed("\(error)")
    }
  }

  /// Remembers what is told of a job.
  func know(_ work: JobWork) {
    labels[work.job] = work.label
    missingStages[work.job] = work.missingStages > 1 ? work.missingStages : nil
  }

  /// What the scheduler has to know of a job.
  func schedulerJob(_ work: JobWork) -> Scheduler.Job {
    let limit = settings.timeLimit ?? program.resources.time
    let kind: Scheduler.Job.Kind = if case .builtin = program.work { .builtin } else { .external }
    return Scheduler.Job(
      id: work.job, kind: kind, parents: work.requires, slots: program.resources.cpus,
      timeLimit: limit.map { .seconds($0) }, timeGrowth: program.resources.timeGrowth,
      retries: settings.retries ?? program.retries,
      lastAttempt: work.lastAttempt, failures: work.failures, losses: work.losses,
      hasFailed: work.hasFailed)
  }
}
