import Artifacts
import CShims
import Grid
import LanguageModel
import PostTraining
import Problems

extension JobRunner {
  /// Makes the step that leads to a state of a trajectory, after the steps before it if need be.
  func train(_ stage: Stage) throws -> StageOutcome {
    let walk = try walk(to: stage, reportingLastStep: true)
    guard let metrics = walk.lastMetrics else {
      preconditionFailure("a walk ended without its last step")
    }
    var artifacts: [ArtifactReference] = []
    // A trajectory that is left here goes on from here.
    if keeps(stage.key) || isDraining() {
      artifacts.append(try put(walk.training.model.serialized(), .state, of: stage))
      artifacts.append(try put(walk.training.serializedOptimizer(), .optimizer, of: stage))
    }
    return StageOutcome(metrics: metrics, artifacts: artifacts)
  }

  /// The model after a stage, to be read only.
  func state(_ stage: Stage) throws -> Transformer {
    stage.step == nil
      ? try preparedModel(stage) : try walk(to: stage, reportingLastStep: false).training.model
  }

  /// Goes to a state of a trajectory from the nearest place before it: the trajectory in memory, a
  /// kept state, a checkpoint, or its start. Saves a checkpoint now and then.
  ///
  /// - Parameter reportingLastStep: whether what the last step did is wanted, so that it has to be
  ///   made even where the state is at hand.
  private func walk(to stage: Stage, reportingLastStep: Bool) throws -> TrajectoryWalk {
    let target = stage.step ?? 0
    if let walk, walk.trajectory == stage.trajectory,
      walk.training.step < target
        || walk.training.step == target && (!reportingLastStep || walk.lastMetrics != nil)
    {
      // Goes on below.
    } else {
      walk = nil
      walk = try start(of: stage, before: reportingLastStep ? target - 1 : target)
    }
    guard var walk else { preconditionFailure("a trajectory has a start") }
    // Until the walk is whole again there is none: a step that throws leaves half a state.
    self.walk = nil
    while walk.training.step < target {
      espalier_fault_pass(ESPALIER_FAULT_TRAINING)
      walk.lastMetrics = try walk.training.makeStep()
      progress(stage, done: walk.training.step, total: target, unit: "steps") {
        // On a batch that is updated on once, the loss of GRPO is about 0 whatever happens.
        let shown = walk.lastMetrics?["reward"] == nil ? "loss" : "reward"
        return "\(shown) \(decimal(walk.lastMetrics?[shown] ?? 0))"
      }
      try saveIfDue(mayEnd: walk.training.step < target) {
        try saveCheckpoint(walk.training.checkpoint(), of: stage.trajectory)
      }
    }
    self.walk = walk
    return walk
  }

  /// The trajectory at its latest state at hand that is not behind `last`: a kept one, a checkpoint, or
  /// its start.
  private func start(of stage: Stage, before last: Int) throws -> TrajectoryWalk {
    let kept = states(of: stage.trajectory, upTo: last).first {
      has(.state, of: $0) && has(.optimizer, of: $0)
    }
    let resumed = try resume(stage.trajectory) { checkpoint in
      try self.training(of: stage, at: checkpoint).flatMap {
        $0.step <= last && $0.step > kept?.step ?? 0 ? $0 : nil
      }
    }
    let training: any ReportingTrajectory
    if let resumed {
      training = resumed
    } else if let kept {
      let model = try open(.state, of: kept) { try Transformer(serialized: $0) }
      let optimizer = try get(.optimizer, of: kept)
      do {
        training = try self.training(of: stage, model: model, optimizer: optimizer)
      } catch let error as TrainingError {
        throw StageError.artifactLost(
          stage: kept.key, reason: "its optimizer cannot be used: \(error)")
      }
    } else {
      training = try self.training(of: stage, model: try startingModel(of: stage), optimizer: nil)
    }
    return TrajectoryWalk(trajectory: stage.trajectory, training: training)
  }

  /// A model of its own in the state that a trajectory starts from.
  private func startingModel(of stage: Stage) throws -> Transformer {
    Transformer(copying: try state(try parent(0, of: stage)))
  }

  /// The training at a checkpoint; `nil` if that cannot be used.
  private func training(
    of stage: Stage, at checkpoint: [UInt8]
  ) throws -> (any ReportingTrajectory)? {
    let model = try startingModel(of: stage)
    do {
      try model.copyWeights(ofCheckpoint: checkpoint)
      return try training(of: stage, model: model, optimizer: checkpoint)
    } catch is TrainingError {
      return nil
    }
  }

  /// The training that a stage belongs to.
  ///
  /// - Parameters:
  ///   - model: trained in place.
  ///   - optimizer: what belongs to the model's state; `nil` at the start.
  /// - Throws: `TrainingError` for an optimizer that does not fit, or settings that cannot be.
  private func training(
    of stage: Stage, model: Transformer, optimizer: [UInt8]?
  ) throws -> any ReportingTrajectory {
    switch StageKind(rawValue: stage.kind) {
    case .grpo: try reinforcement(of: stage, model: model, optimizer: optimizer)
    case .sft: try supervisedTuning(of: stage, model: model, optimizer: optimizer)
    case .em: try entropyMinimization(of: stage, model: model, optimizer: optimizer)
    default:
      preconditionFailure("a stage \(stage.kind) is no training")
    }
  }

  private func entropyMinimization(
    of stage: Stage, model: Transformer, optimizer: [UInt8]?
  ) throws -> EntropyMinimization {
    let parameters = StageParameters(stage)
    let settings = try parameters.entropyMinimization()
    let seed = try parameters.seed("seed")
    let earlier = try parameters.earlierSteps()
    let first = try parameters.integer("prompt")
    let prompts = try selection(of: stage)
      .prompts(ranks: first..<first + (try parameters.promptCount())).map(\.tokens)
    let reference = settings.needsReference ? try baseModel(of: stage) : nil
    guard let optimizer else {
      return try EntropyMinimization(
        model: model, reference: reference, prompts: prompts, settings: settings, seed: seed,
        earlierSteps: earlier)
    }
    return try EntropyMinimization(
      model: model, serializedOptimizer: optimizer, reference: reference, prompts: prompts,
      settings: settings, seed: seed, earlierSteps: earlier)
  }

  private func reinforcement(
    of stage: Stage, model: Transformer, optimizer: [UInt8]?
  ) throws -> GRPO {
    let parameters = StageParameters(stage)
    let settings = try parameters.grpo()
    let seed = try parameters.seed("seed")
    let earlier = try parameters.earlierSteps()
    let prompts = try rewardedPrompts(of: stage, count: settings.promptsPerStep)
    let reference = settings.divergenceWeight > 0 ? try startingModel(of: stage) : nil
    guard let optimizer else {
      return GRPO(
        model: model, reference: reference, prompts: prompts, settings: settings, seed: seed,
        earlierSteps: earlier)
    }
    return try GRPO(
      model: model, serializedOptimizer: optimizer, reference: reference, prompts: prompts,
      settings: settings, seed: seed, earlierSteps: earlier)
  }

  private func supervisedTuning(
    of stage: Stage, model: Transformer, optimizer: [UInt8]?
  ) throws -> SupervisedTuning {
    let parameters = StageParameters(stage)
    let settings = try parameters.supervisedTuning()
    let seed = try parameters.seed("seed")
    let earlier = try parameters.earlierSteps()
    let solved = try ProblemSet.adaptation(
      count: try parameters.integer("sft_pool"), seed: 0, of: try parameters.adaptationDomain()
    ).problems.map { SolvedPrompt(prompt: $0.prompt, solution: $0.workedSolution) }
    guard let optimizer else {
      return SupervisedTuning(
        model: model, solved: solved, settings: settings, seed: seed, earlierSteps: earlier)
    }
    return try SupervisedTuning(
      model: model, serializedOptimizer: optimizer, solved: solved, settings: settings, seed: seed,
      earlierSteps: earlier)
  }

  /// A model of its own with the weights of the base that all training of a stage began with.
  private func baseModel(of stage: Stage) throws -> Transformer {
    var base = try parent(0, of: stage)
    while base.step != nil { base = try parent(0, of: base) }
    return Transformer(copying: try preparedModel(base))
  }

  private func selection(of stage: Stage) throws -> RankedPrompts {
    try open(.prompts, of: try parent(1, of: stage)) { try RankedPrompts(serialized: $0) }
  }

  /// The prompts that GRPO's batches draw on.
  private func rewardedPrompts(of stage: Stage, count: Int) throws -> [GradedPrompt] {
    let parameters = StageParameters(stage)
    switch try parameters.choice("prompt_source") as PromptSource {
    case .adaptation:
      return try ProblemSet.adaptation(
        count: try parameters.integer("prompt_pool"), seed: 0, of: try parameters.adaptationDomain()
      ).problems.map { GradedPrompt(tokens: $0.prompt, answer: $0.answer) }
    case .selected:
      let first = try parameters.integer("grpo_prompt")
      return try selection(of: stage).prompts(ranks: first..<first + count)
    }
  }
}
