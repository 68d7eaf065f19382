import Grid
import Keys

@testable import Scheduler

extension SimulatedWorld {
  /// The order has reached its worker, or the process is started.
  mutating func start(_ job: JobID, _ attempt: Attempt, _ place: Scheduler.Place) {
    let key: ProcessKey =
      switch place {
      case .worker(let worker): .worker(worker)
      case .process: .process(job, attempt)
      }
    if place == .process, processes[key] == nil { processes[key] = Process(isUp: true) }
    guard processes[key] != nil else {
      return  // the worker is gone meanwhile; the scheduler knows or will know
    }
    processes[key]?.orders.append((job, attempt))
    goOn(key)
  }

  /// A process without a job takes its next order.
  private mutating func goOn(_ key: ProcessKey) {
    guard var process = processes[key], process.job == nil, !process.isEnding,
      !process.orders.isEmpty, let known = record.jobs[process.orders[0].job]
    else { return }
    if process.dismissed {
      processes[key]?.isEnding = true
      return plan(.exit(key, .exited(0)), after: delay(0, 1))
    }
    let (job, attempt) = process.orders.removeFirst()
    process.job = job
    process.attempt = attempt
    process.stagesToGo = known.stages - known.stagesDone
    if let limit = known.timeLimit {
      // Commit, grace and the slowness of dying processes come on top.
      process.deadline = time + limit + settings.grace + .seconds(4)
    }
    processes[key] = process
    plan(.act(key), after: delay(0, 6))
  }

  /// One that is drained before its order has reached it, which waits for the commit, ends too.
  mutating func drainHeard(by worker: WorkerID) {
    let key = ProcessKey.worker(worker)
    guard let process = processes[key] else { return }
    processes[key]?.dismissed = true
    if process.job == nil, !process.isEnding, !chance(weather.hang) {
      processes[key]?.isEnding = true
      plan(.exit(key, .exited(0)), after: delay(0, 1))
    }
  }

  /// A worker gives back at once what it has not begun, or, if it has one thread, when it has done
  /// everything.
  mutating func askForOrders(_ worker: WorkerID) {
    let key = ProcessKey.worker(worker)
    processes[key]?.isRecalling = true
    guard let process = processes[key], !process.isEnding else { return }
    if chance(0.5) {
      // One thread takes them aside and says so a little later, while the other may finish a job.
      processes[key]?.orders = []
      plan(.giveBack(worker, process.orders.map(\.job)), after: delay(0, 3))
    } else {
      processes[key]?.isAskedForOrders = true
      answerForOrders(worker)
    }
  }

  private mutating func answerForOrders(_ worker: WorkerID) {
    let key = ProcessKey.worker(worker)
    guard let process = processes[key], process.isAskedForOrders, process.job == nil,
      process.orders.isEmpty
    else { return }
    processes[key]?.isAskedForOrders = false
    say(.recalled([]), worker)
  }

  /// The owner hears it at once, or a little later while orders wait at the worker.
  mutating func say(_ word: Word, _ worker: WorkerID) {
    let key = ProcessKey.worker(worker)
    guard let process = processes[key] else { return }
    processes[key]?.said.append(word)
    if process.orders.isEmpty { return hear(worker) }
    if process.isHearingPlanned { return }
    processes[key]?.isHearingPlanned = true
    plan(.hear(worker), after: delay(0, 0.5))
  }

  /// The owner takes in what a worker has said.
  mutating func hear(_ worker: WorkerID) {
    let key = ProcessKey.worker(worker)
    processes[key]?.isHearingPlanned = false
    while let word = processes[key]?.said.first {
      processes[key]?.said.removeFirst()
      switch word {
      case .stage(let job, let attempt):
        note(.stage(job, attempt))
        send(.stageCompleted(job, attempt))
      case .event(let event): send(event)
      case .recalled(let jobs):
        processes[key]?.isRecalling = false
        // What was not sent yet comes back as well.
        let unsent = afterCommit.filter { $0.2 == .worker(worker) && prefetched[$0.0] == $0.1 }
        afterCommit.removeAll { $0.2 == .worker(worker) && prefetched[$0.0] == $0.1 }
        givenBack += jobs.count + unsent.count
        send(.recalled(worker, jobs + unsent.map(\.0)))
      }
    }
  }

  mutating func deliver(_ signal: Scheduler.Signal, to key: ProcessKey) {
    guard let process = processes[key] else {
      if case .process(let job, let attempt) = key {
        // Not started yet: it never will be.
        afterCommit.removeAll { $0.0 == job && $0.1 == attempt }
        processes[key] = Process(isEnding: true)
        plan(.exit(key, .notStarted("stopped")), after: .zero)
      }
      return
    }
    switch signal {
    case .terminate:
      if process.isEnding || chance(weather.deafToTerm) { return }
      processes[key]?.isEnding = true
      plan(.exit(key, chance(0.3) ? .exited(0) : .signalled(15)), after: delay(0, 3))
    case .kill:
      processes[key]?.isEnding = true
      plan(.exit(key, .signalled(9)), after: delay(0, 0.5))
    }
  }

  /// The next thing that a busy process does.
  mutating func act(_ key: ProcessKey) {
    guard let process = processes[key], !process.isEnding, let job = process.job,
      let attempt = process.attempt
    else { return }
    if chance(weather.crash) { return exit(key, .signalled(11)) }
    if chance(weather.again) { return exit(key, .exited(75)) }
    if chance(weather.hang), record.jobs[job]?.timeLimit != nil { return }
    switch key {
    case .worker(let worker): actAsWorker(worker, job, attempt)
    case .process: actAsProgram(key, job, attempt)
    }
  }

  private mutating func exit(_ key: ProcessKey, _ end: ProcessEnd) {
    processes[key]?.isEnding = true
    plan(.exit(key, end), after: .zero)
  }

  private mutating func actAsWorker(_ worker: WorkerID, _ job: JobID, _ attempt: Attempt) {
    let key = ProcessKey.worker(worker)
    if chance(weather.fail) {
      if chance(0.3) { return exit(key, .exited(3)) }
      rest(key)
      return say(
        .event(.failed(job, attempt, Failure(reason: .error, message: "no"))), worker)
    }
    if chance(weather.nonsense) {
      return say(.event(.workerViolated(worker, message: "?")), worker)
    }
    let parents = record.jobs[job]?.parents ?? []
    if chance(weather.artifactLost), let parent = parents.first,
      record.jobs[parent]?.state == .done, record.jobs[parent]?.kind == .builtin,
      !lostParents.values.contains(parent), pending.isEmpty, let rebuilt = record.job(parent),
      processes[key]?.said.isEmpty == true
    {
      lostParents[job] = parent
      rest(key)
      return send(
        .artifactLost(
          job, attempt, stage: StageKey(Digest(of: "\(parent)")), rebuild: [rebuilt]))
    }
    if processes[key]?.stagesToGo ?? 0 > 0 {
      processes[key]?.stagesToGo -= 1
      say(.stage(job, attempt), worker)
    }
    guard let now = processes[key], !now.isEnding else { return }
    if now.stagesToGo == 0 {
      if chance(weather.crash) { return exit(key, .signalled(11)) }
      rest(key)
      say(.event(.finished(job, attempt)), worker)
      answerForOrders(worker)
    } else if now.dismissed {
      exit(key, .exited(0))
    } else {
      plan(.act(key), after: delay(0, 6))
    }
  }

  /// The worker has no job any more.
  private mutating func rest(_ key: ProcessKey) {
    processes[key]?.job = nil
    processes[key]?.attempt = nil
    processes[key]?.deadline = nil
    if processes[key]?.dismissed == true {
      if !chance(weather.hang) { exit(key, .exited(0)) }
    } else {
      goOn(key)
    }
  }

  private mutating func actAsProgram(_ key: ProcessKey, _ job: JobID, _ attempt: Attempt) {
    if chance(weather.fail) { return exit(key, .exited(3)) }
    if chance(weather.nonsense) {
      if chance(0.5) { return exit(key, .exited(0)) }  // stages are missing
      return send(.failed(job, attempt, Failure(reason: .nonFinite, message: "NaN")))
    }
    processes[key]?.stagesToGo = 0
    exit(key, .exited(0))
  }

  mutating func checkWorld() {
    var taken = 0
    for (key, process) in processes {
      guard let job = process.job else { continue }
      if let deadline = process.deadline, time > deadline { fault("\(key) outlives its limit") }
      taken += min(record.jobs[job]?.slots ?? 0, settings.slots)
    }
    if taken > settings.slots { fault("\(taken) of \(settings.slots) slots are taken") }
    if let drainedAt, time > drainedAt + settings.drainGrace + settings.grace * 2 + .seconds(4) {
      fault("draining takes longer than its graces")
    }
  }

  mutating func checkFinished(failed: Int) {
    let jobs = record.jobs.values
    let failures = jobs.count { if case .failed = $0.state { true } else { false } }
    if failures != failed { fault("\(failures) jobs failed, \(failed) were told") }
    for job in jobs.sorted(by: { $0.id < $1.id }) where job.state == .open {
      fault("finished, and job \(job.id) is open")
    }
    for job in jobs where job.state == .done && job.stagesDone != job.stages {
      fault("job \(job.id) is done with \(job.stagesDone) of \(job.stages) stages")
    }
  }
}
