import CShims
import Grid
import LanguageModel
import PostTraining

extension JobRunner {
  /// Pretrains a base model, from its last checkpoint if there is one, and measures what it can do.
  func prepare(_ stage: Stage) throws -> StageOutcome {
    let training = try pretraining(of: stage)
    while !training.isComplete {
      espalier_fault_pass(ESPALIER_FAULT_TRAINING)
      try training.advance()
      progress(stage, done: training.step, total: training.settings.steps, unit: "steps") {
        "loss \(decimal(training.recentLoss))"
      }
      try saveIfDue(mayEnd: !training.isComplete) {
        try saveCheckpoint(training.serialized(), of: stage.key)
      }
    }
    let state = try put(training.model.serialized(), .state, of: stage)
    base = (stage.key, training.model)
    var metrics = try Competence(of: training.model, on: training.settings.domain).metrics
    if training.step > 0 { metrics["pretraining_loss"] = training.recentLoss }
    metrics["pretraining_tokens"] = Double(training.tokens)
    metrics["parameters"] = Double(training.settings.configuration.parameterCount)
    return StageOutcome(metrics: metrics, artifacts: [state])
  }

  /// The pretraining at its last checkpoint; at its start where there is none, or none that opens.
  private func pretraining(of stage: Stage) throws -> Pretraining {
    let settings = try StageParameters(stage).pretraining()
    return resume(stage.key) { try? Pretraining(settings, serialized: $0) }
      ?? Pretraining(settings)
  }

  /// The base model that a stage of kind prepare or tune left.
  func preparedModel(_ stage: Stage) throws -> Transformer {
    if let base, base.stage == stage.key { return base.model }
    let model = try open(.state, of: stage) { try Transformer(serialized: $0) }
    base = (stage.key, model)
    return model
  }
}
