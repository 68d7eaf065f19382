import Artifacts
import LanguageModel

extension GRPO {
  private static let tokensName = "batch.tokens"
  private static let lengthsName = "batch.lengths"
  private static let rewardsName = "batch.rewards"
  private static let oldName = "batch.old_log_probabilities"
  private static let referenceName = "batch.reference_log_probabilities"

  /// The optimizer and, between two updates on one batch, what cannot be drawn again: the policy that
  /// sampled it is gone.
  package var optimizerState: Safetensors {
    var tensors = optimizer.tensors
    if isWithinBatch, let (batch, rows) = current {
      tensors += [
        .flat(Self.tokensName, batch.samples.joined().map { Float($0) }),
        .flat(Self.lengthsName, batch.samples.map { Float($0.count) }),
        .flat(Self.rewardsName, batch.rewards.map { Float($0) }),
        .flat(Self.oldName, rows.terms.map(\.oldLogProbability)),
        .flat(Self.referenceName, rows.terms.map(\.referenceLogProbability)),
      ]
    }
    return Safetensors(tensors: tensors, metadata: optimizer.metadata)
  }

  /// The trajectory of these settings at a kept state.
  ///
  /// - Parameters:
  ///   - model: the kept weights; trained in place.
  ///   - bytes: what `serializedOptimizer` made.
  ///   - reference, earlierSteps: as for a start.
  /// - Throws: `TrainingError.stateDoesNotFit`.
  package convenience init(
    model: Transformer, serializedOptimizer bytes: [UInt8], reference: Transformer?,
    prompts: [GradedPrompt], settings: GRPOSettings, seed: UInt64, earlierSteps: Int = 0
  ) throws(TrainingError) {
    let container = try Safetensors(state: bytes)
    let optimizer = try AdamW(
      settings.optimizer, count: model.weights.count, container: container)
    self.init(
      model: model, optimizer: optimizer, reference: reference, prompts: prompts,
      settings: settings, seed: seed, earlierSteps: earlierSteps)
    if isWithinBatch { current = try restored(container) }
  }

  private func restored(
    _ container: Safetensors
  ) throws(TrainingError) -> (batch: GRPOBatch, rows: PolicyRows) {
    let tokens = try container.tensor(Self.tokensName).values.map { Int32($0) }
    let lengths = try container.tensor(Self.lengthsName).values.map { Int($0) }
    let rewards = try container.tensor(Self.rewardsName).values.map { Double($0) }
    let size = settings.promptsPerStep * settings.groupSize
    guard lengths.count == size, rewards.count == size, lengths.allSatisfy({ $0 > 0 }),
      lengths.reduce(0, +) == tokens.count
    else { throw .stateDoesNotFit("its batch is of another size") }
    var samples: [[Int32]] = []
    var start = 0
    for length in lengths {
      samples.append(Array(tokens[start..<start + length]))
      start += length
    }
    let batch = GRPOBatch(
      prompts: places.map { prompts[$0] }, samples: samples, rewards: rewards, settings: settings)
    var rows = rows(of: batch)
    let old = try container.tensor(Self.oldName).values
    let reference = try container.tensor(Self.referenceName).values
    guard old.count == rows.terms.count, reference.count == old.count else {
      throw .stateDoesNotFit("its batch has \(old.count) terms instead of \(rows.terms.count)")
    }
    for index in rows.terms.indices {
      rows.terms[index].oldLogProbability = old[index]
      rows.terms[index].referenceLogProbability = reference[index]
    }
    return (batch, rows)
  }
}
