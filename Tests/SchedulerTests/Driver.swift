import Grid
import Testing

@testable import Scheduler

/// A scheduler driven by hand: checks the machine after each step.
struct Driver {
  var scheduler: Scheduler
  var time = Duration.zero

  init(_ settings: Scheduler.Settings = .init(slots: 2)) {
    scheduler = Scheduler(settings: settings)
  }

  @discardableResult
  mutating func send(
    _ event: Scheduler.Event, after delay: Duration = .zero,
    at location: SourceLocation = #_sourceLocation
  ) -> [Scheduler.Effect] {
    time += delay
    let effects = scheduler.handle(event, at: time)
    let faults = scheduler.sanityCheck()
    #expect(faults.isEmpty, "after \(event)", sourceLocation: location)
    return effects
  }
}

extension JobID {
  init(_ number: Int64) { self.init(rawValue: number) }
}

extension Attempt {
  init(_ number: Int) { self.init(rawValue: number) }
}

extension WorkerID {
  init(_ number: Int) { self.init(rawValue: number) }
}

extension Scheduler.Job {
  static func external(
    _ id: Int64, after parents: Int64..., slots: Int = 1, timeLimit: Duration? = nil,
    timeGrowth: Double? = nil, retries: Int = 0
  ) -> Self {
    Self(
      id: JobID(id), kind: .external, parents: parents.map { JobID($0) }, slots: slots,
      timeLimit: timeLimit, timeGrowth: timeGrowth, retries: retries)
  }

  static func builtin(_ id: Int64, after parents: Int64..., retries: Int = 0) -> Self {
    Self(id: JobID(id), kind: .builtin, parents: parents.map { JobID($0) }, retries: retries)
  }
}

extension Scheduler.Effect {
  static func begin(_ job: Int64, _ attempt: Int = 1) -> Self {
    .begin(JobID(job), Attempt(attempt), .process)
  }

  static func begin(_ job: Int64, _ attempt: Int = 1, worker: Int) -> Self {
    .begin(JobID(job), Attempt(attempt), .worker(WorkerID(worker)))
  }

  static func end(
    _ job: Int64, _ attempt: Int, _ outcome: AttemptOutcome, _ next: Scheduler.Next
  ) -> Self {
    .end(JobID(job), Attempt(attempt), outcome, next: next)
  }
}

extension Scheduler.Event {
  static func ended(
    _ job: Int64, _ attempt: Int = 1, _ end: ProcessEnd = .exited(0), report: Failure? = nil
  ) -> Self {
    .processEnded(JobID(job), Attempt(attempt), end, report: report, detail: "")
  }
}
