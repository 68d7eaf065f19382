/// Rates over the sampled answers to problems.
package enum AnswerRates {
  /// The unbiased estimate of the probability that at least one of k samples is right, from n samples
  /// of which c are: 1 − C(n−c, k) / C(n, k) (Chen et al., "Evaluating large language models trained on
  /// code", arXiv 2107.03374), as a product that stays in range for any n.
  ///
  /// - Precondition: `0 <= correct <= samples`, `1 <= k <= samples`.
  /// - Complexity: O(`correct`).
  package static func passAt(_ k: Int, samples n: Int, correct c: Int) -> Double {
    precondition(c >= 0 && c <= n && k >= 1 && k <= n, "pass@\(k) of \(c) right among \(n)")
    if n - c < k { return 1 }
    var none = 1.0
    for i in (n - c + 1)..<(n + 1) { none *= 1 - Double(k) / Double(i) }
    return 1 - none
  }

  /// pass@k: the mean of the estimate over the problems, each with its samples and those of them that
  /// are right. `nil` without problems and where one has fewer than k samples.
  ///
  /// - Precondition: `k >= 1`.
  /// - Complexity: O(samples).
  package static func passAt(_ k: Int, of problems: [(samples: Int, correct: Int)]) -> Double? {
    guard !problems.isEmpty, problems.allSatisfy({ $0.samples >= k }) else { return nil }
    return CompensatedSum.of(
      problems.map { passAt(k, samples: $0.samples, correct: $0.correct) })
      / Double(problems.count)
  }

  /// avg@k: the share of right answers of a problem, of which k are sampled, in the mean over the
  /// problems; the same as the expected accuracy of one sample. `nil` without problems and where one
  /// has other than k samples: the name would be wrong.
  ///
  /// - Complexity: O(problems).
  package static func averageAt(_ k: Int, of problems: [(samples: Int, correct: Int)]) -> Double? {
    guard k >= 1, !problems.isEmpty, problems.allSatisfy({ $0.samples == k }) else { return nil }
    let right = problems.reduce(0) { $0 + $1.correct }
    return Double(right) / (Double(k) * Double(problems.count))
  }
}
