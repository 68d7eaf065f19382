/// How much of generated texts repeats itself.
package struct Repetition: Hashable, Sendable {
  /// Tokens of a phrase whose second occurrence in a text counts.
  static let phrase = 4

  /// The mean over the texts of a problem, the problems of a set and the sets, as for accuracy.
  package let rate: Double

  /// The share of a text's 4-grams that occurred in it before: 1 − distinct / all, the measure
  /// seq-rep-4 of Welleck et al., "Neural text generation with unlikelihood training"
  /// (arXiv 1908.04319). 0 for a text of fewer than four tokens, which has none.
  ///
  /// - Complexity: O(number of tokens).
  package static func rate(of tokens: [Int32]) -> Double {
    let count = tokens.count - phrase + 1
    guard count > 0 else { return 0 }
    var distinct: Set<SIMD4<Int32>> = []
    distinct.reserveCapacity(count)
    for start in 0..<count {
      distinct.insert(
        SIMD4(tokens[start], tokens[start + 1], tokens[start + 2], tokens[start + 3]))
    }
    return 1 - Double(distinct.count) / Double(count)
  }

  /// - Parameters:
  ///   - answers: what was generated, in the order of the problems, then of their samples.
  ///   - result: the outcomes of the same answers.
  /// - Precondition: as many answers as `result` has samples.
  package init(of answers: [[Int32]], in result: EvaluationResult) {
    precondition(
      answers.count == result.sampleCount, "\(answers.count) answers, \(result.sampleCount) samples"
    )
    var rest = answers[...]
    let rates = result.outcomes.map { outcome in
      let own = rest.prefix(outcome.samples.count)
      rest = rest.dropFirst(own.count)
      return own.reduce(0) { $0 + Self.rate(of: $1) } / Double(own.count)
    }
    rate = result.mean(ofProblems: rates)
  }

  package static let figures = [
    Figure<Repetition>(
      "repetition_rate",
      "share of an answer's phrases of four tokens that occurred in it before, mean over answers"
    ) { $0.rate }
  ]
}
