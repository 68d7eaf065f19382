import Grid

/// What one worker has been told and has said: holds each of its words against the protocol.
struct WorkerConversation {
  /// An order that the worker has got and is not done with.
  struct Open {
    let job: JobID
    let attempt: Attempt
    /// Stages of the order that are not completed.
    fileprivate(set) var missing: Set<StageKey>
    fileprivate let stages: Set<StageKey>
    fileprivate let context: Set<StageKey>
  }

  /// What a word of the worker's means.
  enum Meaning: Hashable {
    case ready(WorkerEnvironment)
    case progress(StageProgress)
    case completed(StageResult)
    case finished
    case failed(Failure)
    case artifactLost(StageKey)
    case recalled([JobID])
    case storeFailed(String)
    /// Nonsense; the sentence says how.
    case violation(String)
  }

  private(set) var environment: WorkerEnvironment?
  /// In the order in which they were sent; the worker is at the first.
  private var open: [Open] = []

  /// The order that the worker is at.
  var current: Open? { open.first }

  /// The worker is told to do `order`, after those before.
  mutating func begin(_ order: JobOrder) {
    open.append(
      Open(
        job: order.job, attempt: order.attempt, missing: Set(order.stages.map(\.key)),
        stages: Set(order.stages.map(\.key)), context: Set(order.context.map(\.key))))
  }

  /// What the word means; it is about `current` as it was before.
  mutating func take(_ event: WorkerEvent) -> Meaning {
    switch event {
    case .ready(let environment):
      guard self.environment == nil else { return .violation("it said twice that it is ready") }
      self.environment = environment
      return .ready(environment)
    case .progress(let job, let attempt, let stage, let done, let total, let unit, let note):
      return fault(job, attempt, stage)
        ?? .progress(
          StageProgress(stage: stage, done: done, total: total, unit: unit, note: note))
    case .completed(let job, let attempt, let result):
      if let fault = fault(job, attempt, result.stage) { return fault }
      if let fault = Self.fault(in: result) { return .violation(fault) }
      // A stage of the context may be computed again when its artifact was not kept.
      open[0].missing.remove(result.stage)
      return .completed(result)
    case .finished(let job, let attempt, _):
      if let fault = fault(job, attempt) { return fault }
      let missing = open[0].missing.count
      guard missing == 0 else {
        return .violation("it said that it had finished, and \(missing) of its stages are missing")
      }
      open.removeFirst()
      return .finished
    case .failed(let job, let attempt, _, let failure, _):
      if let fault = fault(job, attempt) { return fault }
      open.removeFirst()
      return .failed(failure)
    case .artifactLost(let job, let attempt, let stage, _, _):
      if let fault = fault(job, attempt, stage) { return fault }
      open.removeFirst()
      return .artifactLost(stage)
    case .recalled(let jobs):
      guard jobs.count <= open.count, open.suffix(jobs.count).map(\.job) == jobs else {
        return .violation("it gave back jobs \(jobs), which are not the last that it was given")
      }
      open.removeLast(jobs.count)
      return .recalled(jobs)
    case .storeFailed(let job, let attempt, let message):
      return fault(job, attempt) ?? .storeFailed(message)
    }
  }

  /// What is wrong, unless the word is about the order that the worker is at and the stage belongs to it.
  private func fault(_ job: JobID, _ attempt: Attempt, _ stage: StageKey? = nil) -> Meaning? {
    guard environment != nil else { return .violation("it spoke before it was ready") }
    guard let current, current.job == job, current.attempt == attempt else {
      return .violation("it spoke about attempt \(attempt) at job \(job), which is not its own")
    }
    if let stage, !current.stages.contains(stage), !current.context.contains(stage) {
      return .violation("it spoke about stage \(stage.short), which is not in its order")
    }
    return nil
  }

  private static func fault(in result: StageResult) -> String? {
    for (name, value) in result.metrics.sorted(by: { $0.key < $1.key }) where !value.isFinite {
      return "the metric “\(name)” of stage \(result.stage.short) is not finite"
    }
    guard result.seconds.isFinite, result.seconds >= 0 else {
      return "stage \(result.stage.short) took \(result.seconds) seconds"
    }
    var kinds: Set<String> = []
    for artifact in result.artifacts {
      guard artifact.stage == result.stage, artifact.bytes >= 0, artifact.sha256.utf8.count == 64,
        artifact.sha256.allSatisfy({ $0.isHexDigit && !$0.isUppercase }),
        kinds.insert(artifact.kind).inserted
      else { return "the artifact “\(artifact.kind)” of stage \(result.stage.short) is malformed" }
    }
    return nil
  }
}
