/// What decides a trajectory of entropy minimization, besides its start, prompts and seed.
package struct EntropyMinimizationSettings: Hashable, Sendable {
  /// What is minimised.
  package enum Objective: String, CaseIterable, Codable, Sendable {
    /// The mean entropy of the distributions that the tokens were drawn from.
    case entropy
  }

  package var objective = Objective.entropy
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
  /// Micro-batches in an update; the update's loss is the mean of their token means.
  package var accumulation = 1
  /// The study's. On development problems (results/development/em-settings) 1e-3 does as well at
  /// temperatures up to 0.5, and is unstable at 1.
  package var learningRate = 5e-4
  package var weightDecay = 0.01
  /// The largest norm of an update's gradient.
  package var clip = 1.0

  package init() {}

  var optimizer: AdamWSettings { AdamWSettings(weightDecay: weightDecay, clip: clip) }

  /// - Throws: `TrainingError.unevenMicroBatches` or `.lossTemperatureNotPositive`.
  package func validate() throws(TrainingError) {
    guard lossTemperature > 0 else { throw .lossTemperatureNotPositive(lossTemperature) }
    guard accumulation >= 1, batch % accumulation == 0 else {
      throw .unevenMicroBatches(batch: batch, accumulation: accumulation)
    }
  }
}
