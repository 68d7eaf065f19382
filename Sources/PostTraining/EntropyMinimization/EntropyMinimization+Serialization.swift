import Artifacts
import LanguageModel

extension EntropyMinimization {
  package var optimizerState: Safetensors {
    Safetensors(tensors: optimizer.tensors, metadata: optimizer.metadata)
  }

  /// The trajectory of these settings at a kept state.
  ///
  /// - Parameters:
  ///   - model: the kept weights; trained in place.
  ///   - bytes: what `serializedOptimizer` made.
  /// - Throws: `TrainingError.stateDoesNotFit`, and what `init(model:prompts:settings:seed:)` does.
  package convenience init(
    model: Transformer, serializedOptimizer bytes: [UInt8], prompts: [[Int32]],
    settings: EntropyMinimizationSettings, seed: UInt64
  ) throws(TrainingError) {
    let optimizer = try AdamW(
      settings.optimizer, count: model.weights.count, container: try Safetensors(state: bytes))
    try self.init(
      model: model, optimizer: optimizer, prompts: prompts, settings: settings, seed: seed)
  }
}
