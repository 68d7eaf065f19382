import Keys

/// The score of every problem in one metric, where the metric is the mean over the sets of the means
/// of such scores.
package struct ProblemResults: Sendable {
  /// The sets that count, in order, each with the scores of its problems.
  package let sets: [(name: String, scores: [Double])]
}

extension EvaluationResult {
  /// What every problem adds to a metric; `nil` for a metric that the outcomes do not have.
  ///
  /// - Complexity: O(number of samples).
  package func problemResults(of metric: Metric) -> ProblemResults? {
    var sets: [(name: String, scores: [Double])] = []
    for outcome in outcomes {
      if case .accuracyOn(let benchmark) = metric, outcome.set != benchmark.rawValue { continue }
      // One problem alone is a set of one: the metric's value is its score.
      let alone = EvaluationResult(outcomes: [outcome])
      guard let score = alone.value(of: metric) else { return nil }
      if sets.last?.name != outcome.set { sets.append((outcome.set, [])) }
      sets[sets.count - 1].scores.append(score)
    }
    return sets.isEmpty ? nil : ProblemResults(sets: sets)
  }

  /// Stands for the problems, in their order: evaluations of the same problems have the same.
  package var problemsDigest: Digest {
    Digest(
      of: outcomes.map { "\($0.set),\($0.index),\($0.kind.rawValue),\($0.expected)\n" }.joined())
  }
}
