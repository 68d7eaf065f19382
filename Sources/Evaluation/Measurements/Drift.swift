import Glibc
import Kernels
import LanguageModel

/// How far a model has gone from the one that it started as, on the text that the latter writes
/// greedily.
package struct Drift: Hashable, Sendable {
  /// The number of places: tokens of the texts' continuations.
  package let places: Int
  /// Places at which the model's likeliest token is not the one of the text.
  package let flips: Int
  /// Mean over the places of the divergence Σ p (log p − log q) in nats of the model's distribution p
  /// from the base model's q, both at temperature 1.
  package let divergence: Double

  /// - Parameters:
  ///   - texts: what `base` writes greedily, so that every token is its likeliest.
  ///   - base: may be the same model: then nothing has changed.
  /// - Throws: `EvaluationError.textNotFinite` where logits are no numbers.
  /// - Complexity: two forward passes over the texts.
  package init(
    of model: Transformer, from base: Transformer, on texts: [FixedText]
  ) throws(EvaluationError) {
    var places = 0
    var flips = 0
    var sum = 0.0
    for (range, batch) in FixedText.batches(texts) {
      let before = base.infer(batch)
      let after = model.infer(batch)
      let tokens = texts[range].flatMap(\.continuation)
      for row in 0..<after.rows {
        let p = UnsafeBufferPointer(
          start: after.base + row * after.columns, count: after.columns)
        let q = UnsafeBufferPointer(
          start: before.base + row * before.columns, count: before.columns)
        let divergence = Self.divergence(of: p, from: q)
        guard divergence.isFinite else { throw .textNotFinite }
        sum += divergence
        if Self.likeliest(p) != Int(tokens[row]) { flips += 1 }
      }
      places += after.rows
    }
    self.places = places
    self.flips = flips
    divergence = places == 0 ? 0 : sum / Double(places)
  }

  /// The lowest id among the largest logits, which is the one that greedy decoding takes.
  static func likeliest(_ logits: UnsafeBufferPointer<Float>) -> Int {
    var best = 0
    for id in logits.indices where logits[id] > logits[best] { best = id }
    return best
  }

  /// Σ p (log p − log q) for p = softmax(logits), q = softmax(others), in double precision: with
  /// d = logits − others it is E_p[d] − log Σ exp(logits) + log Σ exp(others).
  static func divergence(
    of logits: UnsafeBufferPointer<Float>, from others: UnsafeBufferPointer<Float>
  ) -> Double {
    let (largest, sum, mean) = weighed(logits) { Double(logits[$0]) - Double(others[$0]) }
    let (otherLargest, otherSum, _) = weighed(others) { _ in 0 }
    return mean - (largest - otherLargest) - (log(sum) - log(otherSum))
  }

  /// The largest logit, Σ exp(logit − largest), and the mean of a value under the softmax.
  private static func weighed(
    _ logits: UnsafeBufferPointer<Float>, _ value: (Int) -> Double
  ) -> (largest: Double, sum: Double, mean: Double) {
    let largest = Double(logits.reduce(-.infinity) { max($0, $1) })
    var sum = 0.0
    var total = 0.0
    for id in logits.indices {
      let weight = exp(Double(logits[id]) - largest)
      sum += weight
      total += weight * value(id)
    }
    return (largest, sum, total / sum)
  }

  package static let figures = [
    Figure<Drift>(
      "flip_rate",
      "share of the tokens of the base model's greedy answers, taken as fixed text, that are not the "
        + "model's likeliest any more"
    ) { $0.places == 0 ? nil : Double($0.flips) / Double($0.places) },
    Figure<Drift>(
      "base_divergence",
      "divergence KL(model, base model) in nats, mean over the tokens of the base model's greedy answers"
    ) { $0.places == 0 ? nil : $0.divergence },
  ]
}
