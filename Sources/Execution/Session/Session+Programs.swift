import Artifacts
import CShims
import Foundation
import Glibc
import Grid
import JobTable
import Scheduler

extension Session {
  /// What external programs of a job keep between attempts.
  func workFolder(of job: JobID) -> String { "\(folder.work)/\(job)" }
  private func checkpoints(of job: JobID) -> String { workFolder(of: job) + "/checkpoints" }

  func startProgram(_ key: ProgramKey) {
    // The session may be ending since the attempt began.
    guard let state = programs[key], !state.isBeingEnded, !storeHasFailed else {
      return programGone(key, .notStarted("it was stopped before it began"), last: .success([]))
    }
    guard case .external(let external) = program.work else {
      preconditionFailure("an external job of the built-in program")
    }
    do {
      let order = try table.order(for: key.job, attempt: key.attempt)
      programs[key]?.missing = Set(order.stages.map(\.key))
      activities[key.job]?.stagesTotal = order.stages.count
      try SystemCall.makeFolder(checkpoints(of: key.job))
      let command = ExternalCommand(
        program: external, stages: order.stages, attempt: key.attempt,
        checkpoints: checkpoints(of: key.job), report: report(of: key))
      start(command, key, ReportLedger(stages: order.stages, prefix: external.prefix))
    } catch {
      storeFailed("\(error)")
      programGone(key, .notStarted("it was stopped before it began"), last: .success([]))
    }
  }

  private func start(_ command: ExternalCommand, _ key: ProgramKey, _ ledger: ReportLedger) {
    let environment = settings.environment.merging(command.environment) { $1 }
    let name = command.words.first ?? ""
    guard
      let path = ProgramPath.find(
        name, searchPath: environment["PATH"] ?? "", directory: settings.workingDirectory)
    else {
      return programGone(
        key, .notStarted("there is no program “\(name)” in the folders of PATH"),
        last: .success([]))
    }
    let place = registry.take()
    programs[key]?.place = place
    var resources = program.resources
    if let memory = settings.memoryLimit { resources.memory = memory }
    let limit = resources.grown(failures: scheduler.failures(of: key.job)).memory
    programs[key]?.memoryLimit = limit
    let request = SpawnRequest(
      path: path, arguments: command.words, environment: Self.lines(of: environment),
      directory: settings.workingDirectory, addressSpace: limit,
      hasInput: false, registry: registry.descriptor, registryOffset: registry.offset(of: place),
      journal: journal(of: key))
    pendingLedgers[key] = ledger
    spawner.submit(request) { [weak self] result in
      self?.post(.programSpawned(key, result, place: place))
    }
  }

  func programSpawned(
    _ key: ProgramKey, _ result: Result<SpawnedProcess, SpawnFailure>, place: Int
  ) {
    espalier_fault_pass(ESPALIER_FAULT_PROGRAM)
    guard let ledger = pendingLedgers.removeValue(forKey: key) else { return }
    switch result {
    case .failure(let failure) where failure.isOfStore:
      storeFailed("\(failure)")
      programGone(key, .notStarted("it was stopped before it began"), last: .success([]))
    case .failure(let failure):
      programGone(key, .notStarted("\(failure)"), last: .success([]))
    case .success(let spawned):
      let process = ExternalProcess(
        spawned, name: "\(key.job)", ledger: ledger, log: folder.log(logPath(of: key)),
        report: report(of: key), watch: watch
      ) { [weak self] word in self?.post(.program(key, word)) }
      programs[key]?.process = process
      if let limit = programs[key]?.memoryLimit {
        memory.add(spawned.group, limit: limit) { [weak self] in
          self?.post(.memoryExceeded(key, resident: $0))
        }
      }
      programs[key]?.lastReport = clock.now
      if let signal = programs[key]?.pendingSignal { process.send(signal) }
    }
  }

  func send(_ signal: Scheduler.Signal, to key: ProgramKey) {
    let number = signal == .kill ? SIGKILL : SIGTERM
    programs[key]?.isBeingEnded = true
    if let process = programs[key]?.process {
      process.send(number)
    } else {
      programs[key]?.pendingSignal = number
    }
  }

  func take(_ word: ExternalProcess.Word, from key: ProgramKey) {
    espalier_fault_pass(ESPALIER_FAULT_PROGRAM)
    switch word {
    case .reported(let completed, let step):
      record(completed, of: key)
      if let step { activities[key.job]?.progress = progress(of: key, step: step) }
    case .failed(let failure): feed(.failed(key.job, key.attempt, failure))
    case .ended(let end, let last, let detail): programGone(key, end, last: last, detail: detail)
    case .logFailed(let message): storeFailed(message)
    }
  }

  /// Only the last attempt issued may report, and only while it runs: `programs` has no other.
  private func record(_ completed: [ReportLedger.Completed], of key: ProgramKey) {
    guard let state = programs[key] else { return }
    let seconds = (clock.now - state.lastReport) / .seconds(1)
    for (index, result) in completed.enumerated() {
      programs[key]?.missing.remove(result.stage)
      programs[key]?.lastReport = clock.now
      note(
        .stageCompleted(
          key.job, key.attempt,
          StageResult(
            stage: result.stage, metrics: result.metrics, seconds: index == 0 ? seconds : 0),
          at: wallClock, rule: .lastAttempt))
      stageCompleted(key.job, key.attempt)
    }
  }

  /// Memory does not wait for a grace: it is taken from everything else on the machine.
  func memoryExceeded(_ key: ProgramKey, resident: Int) {
    guard let limit = programs[key]?.memoryLimit else { return }
    feed(.failed(key.job, key.attempt, MemoryFailure.exceeded(limit, by: resident)))
    programs[key]?.process?.send(SIGKILL)
  }

  private func progress(of key: ProgramKey, step: Int) -> StageProgress? {
    guard case .external(let external) = program.work, let prefix = external.prefix,
      let stage = programs[key]?.missing.first
    else { return nil }
    return StageProgress(stage: stage, done: step, total: 0, unit: prefix, note: "")
  }

  /// The process has ended, or never was.
  private func programGone(
    _ key: ProgramKey, _ end: ProcessEnd, last: Result<[ReportLedger.Completed], Failure>,
    detail: String = ""
  ) {
    guard let state = programs[key] else { return }
    if let place = state.place { free(place: place) }
    if let process = state.process { memory.remove(process.group) }
    if !state.isBeingEnded, end != .exited(0), let limit = state.memoryLimit,
      MemoryFailure.isNamed(in: detail)
    {
      feed(.failed(key.job, key.attempt, MemoryFailure.refused(limit, detail)))
    }
    var report: Failure?
    if end == .exited(0), !state.isBeingEnded {
      switch last {
      case .success(let completed): record(completed, of: key)
      case .failure(let failure): report = failure
      }
    }
    finishedReports.append(key)
    let isComplete = state.process != nil && programs[key]?.missing.isEmpty == true
    if isComplete {
      feed(.finished(key.job, key.attempt))
    } else {
      feed(.processEnded(key.job, key.attempt, end, report: report, detail: detail))
    }
  }

  /// The job is done: its checkpoints are of no more use.
  func removeFolder(of job: JobID) {
    let path = workFolder(of: job)
    // Empty folders, the usual case, take three calls; programs may have left anything.
    if rmdir(checkpoints(of: job)) == 0, rmdir(path) == 0 { return }
    do {
      if FileManager.default.fileExists(atPath: path) {
        try FileManager.default.removeItem(atPath: path)
      }
    } catch {
      storeFailed("could not remove \(path): \(error.localizedDescription)")
    }
  }
}
