import Problems
import Statistics

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
        ? mean {
          AnswerRates.passAt(k, samples: $0.samples.count, correct: $0.correctCount)
        } : nil
    }
  }

  /// The metrics that these outcomes have, in the order of `Metric.all`.
  package var metrics: [(metric: Metric, value: Double)] {
    Metric.all.compactMap { metric in value(of: metric).map { (metric, $0) } }
  }

  /// The number of answers.
  package var sampleCount: Int { outcomes.reduce(0) { $0 + $1.samples.count } }

  /// The mean of one number a problem over the problems of each set, then over the sets.
  ///
  /// - Precondition: there are outcomes, and as many values.
  func mean(ofProblems values: [Double]) -> Double {
    precondition(values.count == outcomes.count && !values.isEmpty, "\(values.count) values")
    var next = values.makeIterator()
    return mean { _ in next.next() ?? .nan } ?? .nan
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
