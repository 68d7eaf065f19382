import Artifacts
import Evaluation
import Grid
import Keys
import LanguageModel
import PostTraining

/// Carries out job orders, one after the other, and tells through `emit` what happens.
///
/// A stage's arithmetic depends on the stage alone: whatever is found in memory or in the store is
/// bit for bit what computing it from the roots would give.
final class JobRunner {
  let store: ArtifactStore
  private let emit: (WorkerEvent) -> Void
  /// Seconds from some fixed instant: for timings, progress and checkpoints, never for a result.
  let now: () -> Double
  /// Long stages save their state as often, in seconds.
  let checkpointInterval: Double
  /// Whether the user wants an end soon: the stage at hand is completed, or saved where it is, and no
  /// other is begun.
  let isDraining: () -> Bool

  /// The base model used last.
  var base: (stage: StageKey, model: Transformer)?
  /// The answers of the evaluation made last.
  var answers: EvaluatedAnswers?
  /// The model that drift was measured from last, if it is a state of a trajectory.
  var reference: (stage: StageKey, model: Transformer)?
  /// The texts that drift was measured on last.
  var texts: (stage: StageKey, texts: [FixedText])?
  /// The trajectory walked last.
  var walk: TrajectoryWalk?

  private var order: JobOrder?
  private var stages: [StageKey: Stage] = [:]
  private var lastProgress = -Double.infinity
  /// When the work that would be lost by a kill began.
  private var unsavedSince = 0.0
  /// Of the stage at work, or the last one.
  var time: StageTime?
  /// What the present order has written or met checkpoints of.
  var checkpointed: Set<StageKey> = []

  init(
    store: ArtifactStore, checkpointInterval: Double = 10,
    now: @escaping () -> Double = monotonicSeconds,
    isDraining: @escaping () -> Bool = { false }, emit: @escaping (WorkerEvent) -> Void
  ) {
    self.store = store
    self.checkpointInterval = checkpointInterval
    self.now = now
    self.isDraining = isDraining
    self.emit = emit
  }

  /// Completes the stages of an order, one after the other. Drained before the last one it returns
  /// and says nothing: the owner knows what was completed.
  func run(_ order: JobOrder) {
    self.order = order
    describe(order.context + order.stages)
    unsavedSince = now()
    checkpointed.removeAll()
    for stage in order.stages {
      if isDraining() { return }
      do {
        time = StageTime(of: stage.key, since: now())
        let outcome = try complete(stage)
        let metrics = outcome.metrics
        guard let time else { preconditionFailure("a stage is at work") }
        for name in metrics.keys.sorted() where metrics[name]?.isFinite != true {
          throw Failure(reason: .nonFinite, message: "the metric \(name) is not a finite number")
        }
        emit(
          .completed(
            job: order.job, attempt: order.attempt,
            result: StageResult(
              stage: stage.key, metrics: metrics, artifacts: outcome.artifacts,
              seconds: time.seconds(at: now()))))
        // A kept state is as good as the checkpoint that led to it.
        if stage.step == nil || keeps(stage.key) { try removeCheckpoint(of: stage.trajectory) }
        if stage.key == order.stages.last?.key {
          for key in checkpointed { try removeCheckpoint(of: key) }
        }
      } catch is StageSaved {
        return
      } catch {
        // What is in memory may be in the middle of a step.
        walk = nil
        report(StageError(error), at: stage.key, of: order)
        return
      }
    }
    emit(.finished(job: order.job, attempt: order.attempt, at: secondsSince1970()))
  }

  /// The model at a state, outside of any order.
  func open(state: Stage, context: [Stage]) throws -> Transformer {
    describe(context + [state])
    return try self.state(state)
  }

  private func describe(_ stages: [Stage]) {
    self.stages = [:]
    for stage in stages { self.stages[stage.key] = stage }
  }

  private func report(_ error: StageError, at stage: StageKey, of order: JobOrder) {
    switch error {
    case .failed(let failure):
      emit(
        .failed(
          job: order.job, attempt: order.attempt, stage: stage, failure: failure,
          at: secondsSince1970()))
    case .artifactLost(let lost, let reason):
      emit(
        .artifactLost(
          job: order.job, attempt: order.attempt, stage: lost, reason: reason,
          at: secondsSince1970()))
    case .storeFailed(let error):
      emit(.storeFailed(job: order.job, attempt: order.attempt, message: "\(error)"))
    }
  }

  private func complete(_ stage: Stage) throws -> StageOutcome {
    guard let kind = StageKind(rawValue: stage.kind), kind.version == stage.version else {
      throw Failure(
        reason: .protocolViolation,
        message: "a stage \(stage.kind) of version \(stage.version) is unknown to this worker; are "
          + "owner and worker of one version?")
    }
    return switch kind {
    case .prepare: try prepare(stage)
    case .tune: try tune(stage)
    case .select: try select(stage)
    case .em, .grpo, .sft: try train(stage)
    case .evaluate: try evaluate(stage)
    case .baseText: try writeBaseText(stage)
    case .repetition: try measureRepetition(stage)
    case .samples: try measureSamples(stage)
    case .drift: try measureDrift(stage)
    case .logits: try measureLogits(stage)
    }
  }

  /// Calls `save` if the last time is longer ago than the interval, or if the user wants an end.
  /// Whoever only looks at a state, outside of any order, leaves nothing behind.
  ///
  /// - Parameter mayEnd: whether the stage can be left here when the user wants an end.
  /// - Throws: `StageSaved` where it is left, and what `save` throws.
  func saveIfDue(mayEnd: Bool, _ save: () throws -> Void) throws {
    guard order != nil else { return }
    let endsHere = mayEnd && isDraining()
    guard endsHere || now() - unsavedSince >= checkpointInterval else { return }
    try save()
    unsavedSince = now()
    if endsHere { throw StageSaved() }
  }

  /// Whether the state of a stage is to be kept as an artifact.
  func keeps(_ key: StageKey) -> Bool {
    order?.keep.contains(key) ?? false
  }

  /// The parent of the given number.
  func parent(_ index: Int, of stage: Stage) throws(Failure) -> Stage {
    guard index < stage.parents.count, let parent = stages[stage.parents[index]] else {
      throw Failure(
        reason: .protocolViolation,
        message: "the order does not describe parent \(index + 1) of the stage \(stage.kind) "
          + stage.key.short)
    }
    return parent
  }

  /// The states of a trajectory in the order and its context before `step`, latest first.
  func states(of trajectory: StageKey, upTo step: Int) -> [Stage] {
    stages.values.filter { $0.trajectory == trajectory && ($0.step ?? .max) <= step }
      .sorted { ($0.step ?? 0) > ($1.step ?? 0) }
  }

  /// Tells how far a stage has come, a few times a second at most.
  func progress(
    _ stage: Stage, done: Int, total: Int, unit: String, _ note: () -> String
  ) {
    let now = now()
    guard let order, now - lastProgress >= 0.25 else { return }
    lastProgress = now
    emit(
      .progress(
        job: order.job, attempt: order.attempt, stage: stage.key, done: done, total: total,
        unit: unit, note: note()))
  }
}
