import Artifacts
import LanguageModel

extension EntropyMinimization {
  package var optimizerState: Safetensors {
    Safetensors(
      tensors: optimizer.tensors,
      metadata: optimizer.metadata.merging(controller.metadata) { own, _ in own })
  }

  /// The trajectory of these settings at a kept state.
  ///
  /// - Parameters:
  ///   - model: the kept weights; trained in place.
  ///   - bytes: what `serializedOptimizer` made.
  ///   - reference, earlierSteps: as for a start.
  /// - Throws: `TrainingError.stateDoesNotFit`, and what `init(model:prompts:settings:seed:)` does.
  package convenience init(
    model: Transformer, serializedOptimizer bytes: [UInt8], reference: Transformer? = nil,
    prompts: [[Int32]], settings: EntropyMinimizationSettings, seed: UInt64, earlierSteps: Int = 0
  ) throws(TrainingError) {
    let container = try Safetensors(state: bytes)
    let optimizer = try AdamW(
      settings.optimizer, count: model.weights.count, container: container)
    let controller = try AdaptiveController(settings.adaptation, container: container)
    try self.init(
      model: model, optimizer: optimizer, reference: reference, controller: controller,
      prompts: prompts, settings: settings, seed: seed, earlierSteps: earlierSteps)
  }
}
