/// What decides a trajectory of entropy minimization, besides its start, prompts and seed.
package struct EntropyMinimizationSettings: Hashable, Sendable {
  package var objective = MinimisedObjective.entropy
  package var direction = MinimisedObjective.Direction.minimise
  /// Sampling temperature; 0 is greedy.
  package var temperature = 0.5
  package var topP = 0.95
  package var repetitionPenalty = 1.0
  /// The most new tokens of a sample.
  package var maximumTokens = 64
  /// Samples in an update.
  package var batch = 64
  /// τ: the entropy is that of softmax(logits / τ), without top-p and without repetition penalty.
  package var lossTemperature = 0.5
  package var mask = LossMask.all
  /// The share of a sample's tokens that the mask `late` counts.
  package var lateFraction = 0.25
  /// With the objective `entropy`: below it a token's entropy, in nats, counts as this and is pushed no
  /// further (the floor δ of arXiv 2505.15134); 0 is none.
  package var entropyFloor = 0.0
  /// α of the objective `sequenceProbability`; its paper's.
  package var probabilitySmoothing = 0.1
  /// β: the weight in the loss of the mean over the counted tokens of KL(p ‖ p of the base model), both
  /// at temperature 1.
  package var divergenceWeight = 0.0
  package var adaptation = Adaptation()
  /// Micro-batches in an update; the update's loss is the mean of their token means.
  package var accumulation = 1
  /// The study's. On development problems (results/development/em-settings) 1e-3 does as well at
  /// temperatures up to 0.5, and is unstable at 1.
  package var learningRate = 5e-4
  package var weightDecay = 0.01
  /// The largest norm of an update's gradient.
  package var clip = 1.0

  package init() {}

  /// Whether the base model's logits are needed in each step.
  package var needsReference: Bool { divergenceWeight > 0 || adaptation.target == .klBudget }

  /// Whether steps say the entropy of their samples beside the loss: where that is not the loss itself.
  var reportsEntropy: Bool {
    objective != .entropy || direction != .minimise || entropyFloor > 0 || divergenceWeight > 0
      || adaptation.target != .none
  }

  var counted: CountedTokens { CountedTokens(mask: mask, lateFraction: lateFraction) }

  var optimizer: AdamWSettings { AdamWSettings(weightDecay: weightDecay, clip: clip) }

  /// - Throws: `TrainingError.unevenMicroBatches` or `.lossTemperatureNotPositive`.
  package func validate() throws(TrainingError) {
    guard lossTemperature > 0 else { throw .lossTemperatureNotPositive(lossTemperature) }
    guard accumulation >= 1, batch % accumulation == 0 else {
      throw .unevenMicroBatches(batch: batch, accumulation: accumulation)
    }
  }
}
