import Kernels

/// What decides a trajectory of GRPO, besides its start, prompts and seed.
package struct GRPOSettings: Hashable, Sendable {
  /// What the terms of a sample's tokens are divided by, so that they make one loss.
  package enum LengthNormalisation: String, CaseIterable, Codable, Sendable {
    /// The mean over samples of the mean over a sample's tokens: every sample counts alike, and a
    /// token the less the longer its sample (GRPO, arXiv 2402.03300).
    case sample
    /// The mean over all tokens of the batch: every token counts alike (DAPO, arXiv 2503.14476).
    case token
    /// The mean over samples of the sum over a sample's tokens, divided by the most tokens that a
    /// sample may have: every token counts alike, and no step the more for its samples being short
    /// (Dr. GRPO, arXiv 2503.20783).
    case constant
  }

  /// Groups in a batch.
  package var promptsPerStep = 8
  /// Samples of a group, all after one prompt.
  package var groupSize = 16
  /// Of sampling, and of the policy whose probabilities the objective compares.
  package var temperature = 1.0
  /// Of sampling only: the objective's probabilities are those of the whole vocabulary.
  package var topP = 1.0
  /// The most new tokens of a sample.
  package var maximumTokens = 64
  /// Updates on each batch before the next one is drawn. From the second one on the policy differs
  /// from the one that sampled, and the clip may act.
  package var updatesPerBatch = 1
  package var reward = Reward.verified
  /// The ratio of probabilities counts from 1 − `clipLow` to 1 + `clipHigh`.
  package var clipLow = 0.2
  package var clipHigh = 0.2
  /// β: the weight of the divergence from the state that the trajectory started from.
  package var divergenceWeight = 0.0
  package var lengthNormalisation = LengthNormalisation.sample
  /// Whether advantages are divided by the standard deviation of their group's rewards; Dr. GRPO
  /// does not.
  package var stdNormalisation = true
  /// 5e-4 was chosen on development problems of model M: in 30 steps it lifts it from .52 to .94, and 60
  /// keep it there; 1e-3 is as high after 10 steps and falls afterwards, 2e-4 takes 60.
  package var learningRate = 5e-4
  package var weightDecay = 0.01
  /// The largest norm of an update's gradient.
  package var clip = 1.0

  package init() {}

  var optimizer: AdamWSettings { AdamWSettings(weightDecay: weightDecay, clip: clip) }

  var objective: PolicyObjective {
    PolicyObjective(
      temperature: Float(temperature), clipLow: Float(clipLow), clipHigh: Float(clipHigh),
      divergenceWeight: Float(divergenceWeight))
  }
}
