import Artifacts
import CShims
import Dispatch
import Glibc
import Grid
import JobTable
import Scheduler

extension Session {
  /// How long to wait, in milliseconds, until something is tried again of which the machine was short.
  static let pauses = [10, 100, 500, 1000]

  /// The guard, started when there is none or it has died.
  ///
  /// - Throws: `GuardFailure`, `FileError` or `OwnershipError`.
  @discardableResult
  func liveGuard() throws -> ProgramGuard {
    if let programGuard, !programGuard.isReplaceable { return programGuard }
    guard case .external(let external) = program.work else {
      preconditionFailure("an external job of the built-in program")
    }
    try SystemCall.makeFolder(workFolder.path)
    if registryOffsets.isEmpty {
      for _ in 0...settings.jobs { registryOffsets.append(registry.offset(of: registry.take())) }
    }
    // What a guard that died has written down may still be needed.
    lastJournal = max(lastJournal, try Journal.numbers(prefix: workFolder.journal).last ?? 0)
    let shared = settings.environment.merging(external.environment) { $1 }
      .filter { !ExternalCommand.variables.contains($0.key) }
    let new = try ProgramGuard(
      ProgramGuard.Setting(
        environment: Self.lines(of: shared), directory: settings.workingDirectory,
        journal: workFolder.journal, firstJournal: lastJournal + 1, openFiles: openFiles.original,
        registry: registry.descriptor, registryOffsets: registryOffsets)
    ) { [weak self] words in self?.postNow(.programs(words)) }
    lastJournal += 1
    programGuard = new
    return new
  }

  func startProgram(_ key: ProgramKey, _ order: JobOrder?) {
    // The session may be ending since the attempt began.
    guard let state = programs[key], !state.isBeingEnded, !storeHasFailed, let order else {
      return programGone(key, .notStarted("it was stopped before it began"))
    }
    guard case .external(let external) = program.work else {
      preconditionFailure("an external job of the built-in program")
    }
    do {
      try workFolder.make(key.job)
    } catch {
      storeFailed("\(error)")
      return programGone(key, .notStarted("it was stopped before it began"))
    }
    programs[key]?.missing = Set(order.stages.map(\.key))
    programs[key]?.last = order.stages.max { ($0.step ?? 0) < ($1.step ?? 0) }
    activities[key.job]?.stagesTotal = order.stages.count
    let command = ExternalCommand(
      program: external, stages: order.stages, attempt: key.attempt,
      checkpoints: workFolder.checkpoints(of: key.job), report: workFolder.report(of: key))
    let name = command.words.first ?? ""
    guard let path = path(of: name, external) else {
      return programGone(
        key, .notStarted("there is no program “\(name)” in the folders of PATH"))
    }
    var resources = program.resources
    if let memory = settings.memoryLimit { resources.memory = memory }
    let limit = resources.grown(failures: scheduler.failures(of: key.job)).memory
    let memory = self.memory
    let process = ExternalProcess(
      key, path: path, ledger: ReportLedger(stages: order.stages, prefix: external.prefix),
      log: AttemptLog(logName(of: key), in: logs), report: workFolder.report(of: key)
    ) { [weak self] group in
      guard let limit else { return }
      memory.add(group, key, limit: limit) { [weak self] in
        self?.post(.memoryExceeded(key, resident: $0))
      }
    }
    programs[key]?.memoryLimit = limit
    programs[key]?.lastReport = clock.now
    start(
      ProgramRequest(
        path: path, arguments: command.words, environment: Self.lines(of: command.environment),
        addressSpace: limit),
      process)
  }

  private func start(_ request: ProgramRequest, _ process: ExternalProcess) {
    guard let place = freePlaces.popLast() else {
      preconditionFailure("more programs than slots")
    }
    programs[process.key]?.launch = (request, process)
    unrecorded.insert(process.key)
    do {
      if try liveGuard().start(request, process, at: place) {
        programs[process.key]?.place = place
      } else {
        // It has just died, which will be told; the next one takes the program.
        freePlaces.append(place)
        startAgain(process.key, after: 10)
      }
      espalier_fault_pass(ESPALIER_FAULT_PROGRAM)
    } catch let failure as GuardFailure where failure.isTransient && mayTryAgain(process.key) {
      freePlaces.append(place)
      tryAgain(process.key)
    } catch {
      freePlaces.append(place)
      storeFailed("\(error)")
      programGone(
        process.key, .notStarted("it was stopped before it began"))
    }
  }

  /// Where the file of a program is; what was found is found again.
  private func path(of name: String, _ external: ExternalProgram) -> String? {
    if let known = programPaths[name] { return known }
    let path = ProgramPath.find(
      name,
      searchPath: external.environment["PATH"] ?? settings.environment["PATH"] ?? "",
      directory: settings.workingDirectory)
    programPaths[name] = path
    return path
  }

  func send(_ signal: Scheduler.Signal, to key: ProgramKey) {
    programs[key]?.isBeingEnded = true
    guard let place = programs[key]?.place else { return }
    programGuard?.send(signal == .kill ? SIGKILL : SIGTERM, to: place)
  }

  func take(_ words: [ProgramGuard.Word]) {
    for word in words {
      switch word {
      case .program(let key, let word):
        espalier_fault_pass(ESPALIER_FAULT_PROGRAM)
        take(word, from: key)
      case .journal(let turn): journalBegun(turn)
      case .journalFailed(let error): storeFailed("\(error)")
      case .died(let death): guardDied(death)
      }
    }
  }

  private func take(_ word: ExternalProcess.Word, from key: ProgramKey) {
    switch word {
    case .reported(let completed, let step):
      record(completed, of: key)
      if let step { activities[key.job]?.progress = progress(of: key, step: step) }
    case .failed(let failure): feed(.failed(key.job, key.attempt, failure))
    case .ended(let end, let last, let detail): programGone(key, end, last: last, detail: detail)
    case .notStarted(let failure): notStarted(key, failure)
    }
  }

  /// A machine that is short of processes or descriptors for a moment is no reason to fail a job.
  private func notStarted(_ key: ProgramKey, _ failure: SpawnFailure) {
    if failure.isOfStore { storeFailed("\(failure)") }
    guard let state = programs[key], failure.isTransient, mayTryAgain(key), !state.isBeingEnded
    else {
      return programGone(key, .notStarted("\(failure)"))
    }
    if let place = state.place { freePlaces.append(place) }
    programs[key]?.place = nil
    tryAgain(key)
  }

  private func mayTryAgain(_ key: ProgramKey) -> Bool {
    programs[key].map { $0.starts < Self.pauses.count } ?? false
  }

  private func tryAgain(_ key: ProgramKey) {
    guard let starts = programs[key]?.starts else { return }
    programs[key]?.starts += 1
    startAgain(key, after: Self.pauses[starts])
  }

  private func startAgain(_ key: ProgramKey, after milliseconds: Int) {
    queue.asyncAfter(deadline: .now() + .milliseconds(milliseconds)) { [weak self] in
      self?.post(.startAgain(key))
    }
  }

  func startAgain(_ key: ProgramKey) {
    guard let state = programs[key], state.place == nil, let (request, process) = state.launch
    else {
      return
    }
    if state.isBeingEnded || storeHasFailed {
      return programGone(key, .notStarted("it was stopped before it began"))
    }
    start(request, process)
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
    guard let state = programs[key], let limit = state.memoryLimit else { return }
    feed(.failed(key.job, key.attempt, MemoryFailure.exceeded(limit, by: resident)))
    if let place = state.place { programGuard?.send(SIGKILL, to: place) }
  }

  private func progress(of key: ProgramKey, step: Int) -> StageProgress? {
    guard case .external(let external) = program.work, let prefix = external.prefix,
      let last = programs[key]?.last, let total = last.step
    else { return nil }
    return StageProgress(stage: last.key, done: step, total: total, unit: prefix, note: "")
  }

  /// The process has ended, or never was.
  private func programGone(
    _ key: ProgramKey, _ end: ProcessEnd, last: ReportLedger.Ending = .init(),
    detail: String = ""
  ) {
    guard let state = programs[key] else { return }
    if let place = state.place { freePlaces.append(place) }
    if state.memoryLimit != nil { memory.remove(key) }
    if !state.isBeingEnded, end != .exited(0), let limit = state.memoryLimit,
      MemoryFailure.isNamed(in: detail)
    {
      feed(.failed(key.job, key.attempt, MemoryFailure.refused(limit, detail)))
    }
    var report: Failure?
    if end == .exited(0), !state.isBeingEnded {
      record(last.completed, of: key)
      report = last.failure
    }
    if unrecorded.contains(key) {
      batch.files.append(workFolder.report(of: key))
      batch.ended.append(key)
    }
    let isComplete = state.place != nil && programs[key]?.missing.isEmpty == true
    if isComplete {
      feed(.finished(key.job, key.attempt))
    } else {
      feed(.processEnded(key.job, key.attempt, end, report: report, detail: detail))
    }
  }
}
