import CShims
import Grid
import LanguageModel
import PostTraining
import Problems

extension JobRunner {
  /// Trains a pretrained model further, from the last checkpoint if there is one, and measures what it
  /// can do: a base for those who ask what comes after such a training.
  func tune(_ stage: Stage) throws -> StageOutcome {
    let parameters = StageParameters(stage)
    let steps = try parameters.integer("base_steps")
    let training = try tuning(of: stage)
    while training.step < steps {
      espalier_fault_pass(ESPALIER_FAULT_TRAINING)
      _ = try training.makeStep()
      progress(stage, done: training.step, total: steps, unit: "steps") { "" }
      try saveIfDue(mayEnd: training.step < steps) {
        try saveCheckpoint(training.checkpoint(), of: stage.key)
      }
    }
    let state = try put(training.model.serialized(), .state, of: stage)
    base = (stage.key, training.model)
    let metrics = try Competence(of: training.model, on: try parameters.corpus()).metrics
    return StageOutcome(metrics: metrics, artifacts: [state])
  }

  /// The tuning at its last checkpoint; at its start where there is none, or none that opens.
  private func tuning(of stage: Stage) throws -> any ReportingTrajectory {
    let pretrained = try state(try parent(0, of: stage))
    let resumed: (any ReportingTrajectory)? = try resume(stage.key) { checkpoint in
      let model = Transformer(copying: pretrained)
      do {
        try model.copyWeights(ofCheckpoint: checkpoint)
        return try tuning(of: stage, model: model, optimizer: checkpoint)
      } catch is TrainingError {
        return nil
      }
    }
    return try resumed
      ?? tuning(of: stage, model: Transformer(copying: pretrained), optimizer: nil)
  }

  /// - Parameters:
  ///   - model: trained in place.
  ///   - optimizer: what belongs to the model's state; `nil` at the start.
  private func tuning(
    of stage: Stage, model: Transformer, optimizer: [UInt8]?
  ) throws -> any ReportingTrajectory {
    let parameters = StageParameters(stage)
    let seed = try parameters.seed("model_seed")
    let problems = try ProblemSet.adaptation(
      count: ProblemSet.longestAdaptation, seed: 0, of: try parameters.corpus()
    ).problems
    switch try parameters.choice("base") as Base {
    case .grpo:
      let prompts = problems.map { GradedPrompt(tokens: $0.prompt, answer: $0.answer) }
      let settings = GRPOSettings()
      guard let optimizer else {
        return GRPO(
          model: model, reference: nil, prompts: prompts, settings: settings, seed: seed)
      }
      return try GRPO(
        model: model, serializedOptimizer: optimizer, reference: nil, prompts: prompts,
        settings: settings, seed: seed)
    case .sft:
      let solved = problems.map {
        SolvedPrompt(prompt: $0.prompt, solution: $0.workedSolution)
      }
      let settings = SupervisedTuningSettings()
      guard let optimizer else {
        return SupervisedTuning(model: model, solved: solved, settings: settings, seed: seed)
      }
      return try SupervisedTuning(
        model: model, serializedOptimizer: optimizer, solved: solved, settings: settings,
        seed: seed)
    case .pretrained, .untrained:
      throw Failure(
        reason: .protocolViolation, message: "a base that is not tuned has no stage \(stage.kind)")
    }
  }
}
