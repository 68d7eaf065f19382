import Problems

/// The outcomes of an evaluation, by set and then by problem, and the metrics that follow from them.
package struct EvaluationResult: Hashable, Sendable {
  package let outcomes: [ProblemOutcome]

  /// The value of a metric; `nil` where the outcomes do not have it: another set, fewer samples.
  ///
  /// Every metric is a mean over the samples of a problem, then over the problems of a set, then over
  /// the sets: each set counts alike, as in the paper, however long it is.
  ///
  /// - Complexity: O(number of samples).
  package func value(of metric: Metric) -> Double? {
    switch metric {
    case .accuracy: mean { Double($0.correctCount) / Double($0.samples.count) }
    case .accuracyOn(let benchmark):
      mean(over: benchmark.rawValue) { Double($0.correctCount) / Double($0.samples.count) }
    case .formatRate: meanOverSamples { $0.formatted ? 1 : 0 }
    case .terminationRate: meanOverSamples { $0.terminated ? 1 : 0 }
    case .meanTokens: meanOverSamples { Double($0.length) }
    case .meanEntropy: meanOverSamples { Double($0.meanEntropy) }
    case .meanLogProbability: meanOverSamples { Double($0.meanLogProbability) }
    case .passAt(let k):
      outcomes.allSatisfy { $0.samples.count >= k }
        ? mean { passAt(k, samples: $0.samples.count, correct: $0.correctCount) } : nil
    }
  }

  /// The metrics that these outcomes have, in the order of `Metric.all`.
  package var metrics: [(metric: Metric, value: Double)] {
    Metric.all.compactMap { metric in value(of: metric).map { (metric, $0) } }
  }

  private func meanOverSamples(_ value: (SampleOutcome) -> Double) -> Double? {
    mean { outcome in
      outcome.samples.reduce(0) { $0 + value($1) } / Double(outcome.samples.count)
    }
  }

  /// The mean over the problems of each set (or of one), then over the sets.
  private func mean(over name: String? = nil, _ value: (ProblemOutcome) -> Double) -> Double? {
    var sums: [(set: String, sum: Double, count: Int)] = []
    for outcome in outcomes where name == nil || outcome.set == name {
      if sums.last?.set != outcome.set { sums.append((outcome.set, 0, 0)) }
      sums[sums.count - 1].sum += value(outcome)
      sums[sums.count - 1].count += 1
    }
    guard !sums.isEmpty else { return nil }
    return sums.reduce(0) { $0 + $1.sum / Double($1.count) } / Double(sums.count)
  }
}

/// The unbiased estimate of the probability that at least one of k samples is right, from n samples
/// of which c are: 1 − C(n−c, k) / C(n, k) (Chen et al., "Evaluating large language models trained on
/// code", arXiv 2107.03374), as a product that stays in range for any n.
///
/// - Precondition: `0 <= correct <= samples`, `1 <= k <= samples`.
/// - Complexity: O(`correct`).
func passAt(_ k: Int, samples n: Int, correct c: Int) -> Double {
  precondition(c >= 0 && c <= n && k >= 1 && k <= n, "pass@\(k) of \(c) right among \(n)")
  if n - c < k { return 1 }
  var none = 1.0
  for i in (n - c + 1)..<(n + 1) { none *= 1 - Double(k) / Double(i) }
  return 1 - none
}
