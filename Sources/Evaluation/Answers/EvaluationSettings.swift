/// How a model is evaluated. Together with the problem sets and the weights this decides every
/// figure; batches follow from it too.
package struct EvaluationSettings: Hashable, Sendable {
  /// 0 is greedy.
  package let temperature: Double
  /// Samples of each problem: 1 at temperature 0, where all would be equal.
  package let samples: Int
  /// Decides the draws; without effect at temperature 0.
  package let seed: UInt64
  package let maximumNewTokens: Int
  /// The share of probability kept in sampling; 1 keeps all.
  package let topP: Double

  /// - Parameter samples: how many at a temperature above 0.
  /// - Precondition: `temperature >= 0`, `samples >= 1`, `maximumNewTokens >= 1`, `0 < topP <= 1`.
  package init(
    temperature: Double, samples: Int, seed: UInt64, maximumNewTokens: Int, topP: Double = 1
  ) {
    precondition(temperature >= 0 && temperature.isFinite, "temperature \(temperature)")
    precondition(samples >= 1, "\(samples) samples")
    precondition(maximumNewTokens >= 1, "\(maximumNewTokens) new tokens")
    precondition(topP > 0 && topP <= 1, "top-p \(topP)")
    self.temperature = temperature
    self.samples = temperature == 0 ? 1 : samples
    self.seed = seed
    self.maximumNewTokens = maximumNewTokens
    self.topP = topP
  }
}
