import Grid

/// What one worker has been told and has said: holds each of its words against the protocol.
struct WorkerConversation {
  /// The order that the worker is at.
  struct Current {
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
    case storeFailed(String)
    /// Nonsense; the sentence says how.
    case violation(String)
  }

  private(set) var environment: WorkerEnvironment?
  private(set) var current: Current?

  /// The worker is told to do `order`.
  mutating func begin(_ order: JobOrder) {
    current = Current(
      job: order.job, attempt: order.attempt, missing: Set(order.stages.map(\.key)),
      stages: Set(order.stages.map(\.key)), context: Set(order.context.map(\.key)))
  }

  /// The order is over.
  mutating func end() {
    current = nil
  }

  mutating func take(_ event: WorkerEvent) -> Meaning {
    switch event {
    case .ready(let environment):
      guard self.environment == nil else { return .violation("it said twice that it is ready") }
      self.environment = environment
      return .ready(environment)
    case .progress(let job, let attempt, let stage, let done, let total, let unit, let note):
      return answer(job, attempt, stage) { _ in
        .progress(
          StageProgress(stage: stage, done: done, total: total, unit: unit, note: note))
      }
    case .completed(let job, let attempt, let result):
      return answer(job, attempt, result.stage) { current in
        if let fault = Self.fault(in: result) { return .violation(fault) }
        // A stage of the context may be computed again when its artifact was not kept.
        current.missing.remove(result.stage)
        return .completed(result)
      }
    case .finished(let job, let attempt):
      return answer(job, attempt) { current in
        current.missing.isEmpty
          ? .finished
          : .violation(
            "it said that it had finished, and \(current.missing.count) of its stages are missing")
      }
    case .failed(let job, let attempt, _, let failure):
      return answer(job, attempt) { _ in .failed(failure) }
    case .artifactLost(let job, let attempt, let stage, _):
      return answer(job, attempt, stage) { _ in .artifactLost(stage) }
    case .storeFailed(let job, let attempt, let message):
      return answer(job, attempt) { _ in .storeFailed(message) }
    }
  }

  /// The meaning, if the word is about the order and the stage belongs to it.
  private mutating func answer(
    _ job: JobID, _ attempt: Attempt, _ stage: StageKey? = nil,
    _ meaning: (inout Current) -> Meaning
  ) -> Meaning {
    guard environment != nil else { return .violation("it spoke before it was ready") }
    guard var current, current.job == job, current.attempt == attempt else {
      return .violation("it spoke about attempt \(attempt) at job \(job), which is not its own")
    }
    if let stage, !current.stages.contains(stage), !current.context.contains(stage) {
      return .violation("it spoke about stage \(stage.short), which is not in its order")
    }
    defer { self.current = current }
    return meaning(&current)
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
