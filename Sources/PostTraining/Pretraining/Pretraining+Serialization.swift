import Artifacts
import LanguageModel

extension Pretraining {
  private static let weightsName = "weights"
  private static let lossesName = "losses"
  private static let tokensKey = "tokens"

  /// Everything that `init(_:serialized:)` needs to go on to the same bits.
  ///
  /// - Complexity: O(number of weights).
  package func serialized() -> [UInt8] {
    var metadata = optimizer.metadata
    metadata[Self.tokensKey] = String(tokens)
    return Safetensors(
      tensors: [
        .flat(Self.weightsName, model.weights), .flat(Self.lossesName, losses),
      ] + optimizer.tensors, metadata: metadata
    ).bytes
  }

  /// The pretraining of these settings in the bytes that `serialized` made.
  ///
  /// - Throws: `TrainingError.stateDoesNotFit`.
  package convenience init(
    _ settings: PretrainingSettings, serialized bytes: [UInt8]
  ) throws(TrainingError) {
    let container = try Safetensors(state: bytes)
    let model = Transformer(settings.configuration, seed: settings.seed)
    try container.copy(Self.weightsName, to: model.weights)
    let optimizer = try AdamW(
      settings.optimizer, count: model.weights.count, container: container)
    let losses = try container.tensor(Self.lossesName).values
    guard losses.count == optimizer.updates else {
      throw .stateDoesNotFit("it has \(losses.count) losses of \(optimizer.updates) steps")
    }
    self.init(
      settings, model: model, optimizer: optimizer, losses: losses,
      tokens: try container.number(Self.tokensKey))
  }
}
