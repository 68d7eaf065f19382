import Keys
import LanguageModel
import Problems

/// Selection of training prompts by how a model answers them. The paper samples k answers to each
/// prompt and trains on the one with the largest variance p̂(1 − p̂), p̂ the share of right answers.
package struct PromptSelection: Hashable, Sendable {
  /// How many problems of the adaptation split are tried.
  package var candidates = 96
  /// k: answers sampled to each.
  package var samples = 64
  package var temperature = 1.0
  /// The most new tokens of an answer.
  package var maximumTokens = 64
  /// Decides the candidates and the random numbers of their samples.
  package var seed: UInt64 = 0
  /// What the candidates are problems of.
  package var domain = Domain.arithmetic
  /// The one kind of the domain that they are of; `nil` for all its kinds.
  package var kind: ProblemKind?
  /// Which candidates come first.
  package var rule = Rule.variance
  /// Of the rule `decile`: 1 has the lowest accuracy, 10 the highest.
  package var decile = 5
  /// Of the rule `history`: how many states of the pretraining answer.
  package var checkpoints = 8

  /// Which candidates come first; among equals the one drawn first.
  package enum Rule: String, CaseIterable, Sendable {
    /// The largest p̂(1 − p̂).
    case variance
    case lowestVariance = "lowest_variance"
    case highestAccuracy = "highest_accuracy"
    case lowestAccuracy = "lowest_accuracy"
    /// Of the candidates in order of accuracy one tenth, as they were drawn; the others are left out.
    case decile
    /// As they were drawn.
    case random
    /// The largest standard deviation of the accuracy over checkpoints of a training: the historical
    /// variance score of Wang et al., "Reinforcement learning for reasoning in large language models
    /// with one training example", arXiv 2504.20571, here of the pretraining.
    case history
  }

  /// A candidate with what its samples showed.
  package struct Candidate: Hashable, Sendable, Codable {
    /// Its place among the candidates.
    package let index: Int
    /// The tokens of the prompt.
    package let prompt: [Int32]
    package let answer: Int
    /// How many of the samples were right.
    package let right: Int
    package let samples: Int
    /// The same at each checkpoint of a history, from the first to the last, which `right` is of.
    package var history: [Int]?

    /// p̂, the share of right answers.
    package var accuracy: Double { Double(right) / Double(samples) }
    /// p̂(1 − p̂).
    package var variance: Double { accuracy * (1 - accuracy) }
    /// Orders as the variance does, without rounding.
    var spread: Int { right * (samples - right) }
    /// Orders as the standard deviation over checkpoints does, without rounding: n Σr² − (Σr)².
    var historicalSpread: Int {
      let counts = history ?? []
      let sum = counts.reduce(0, +)
      return counts.count * counts.reduce(0) { $0 + $1 * $1 } - sum * sum
    }
  }

  package init() {}

  /// Prompts whose samples are drawn together: enough rows for good products, little memory.
  package static let promptsAtOnce = 8

  /// The candidates' problems, in the order in which they are drawn.
  ///
  /// - Throws: `ProblemSetError` for a number of candidates that the split does not have, or a kind that
  ///   the domain does not have.
  func problems() throws(ProblemSetError) -> [Problem] {
    try ProblemSet.adaptation(count: candidates, seed: seed, of: domain, kind: kind).problems
  }

  /// The candidates with what a model answers, in the order in which they are drawn.
  ///
  /// - Parameters:
  ///   - model: samples; its weights stay as they are.
  ///   - done: what an earlier call for the same model passed to `progress`, to go on from there.
  ///   - progress: called with the candidates done so far, in the order of their indices.
  /// - Throws: `ProblemSetError` for a number of candidates that the split does not have, and what
  ///   `progress` throws.
  package func tried(
    by model: Transformer, after done: [Candidate] = [],
    progress: ([Candidate]) throws -> Void = { _ in }
  ) throws -> [Candidate] {
    let problems = try problems()
    let stream = RandomStream(seed: seed, purpose: RandomPurpose("select/sample"))
    let sampling = SamplingSettings(
      temperature: temperature, maximumNewTokens: maximumTokens, stopToken: Vocabulary.end)
    var result = done
    for start in stride(from: done.count, to: problems.count, by: Self.promptsAtOnce) {
      let chunk = problems[start..<min(start + Self.promptsAtOnce, problems.count)]
      let drawn = model.sampleTree(
        prompts: chunk.map(\.prompt),
        promptOfSample: chunk.indices.flatMap { repeatElement($0 - start, count: samples) },
        settings: sampling, training: false
      ) { sample, position in
        stream.uniform(0, start + sample / samples, sample % samples, position)
      }.tree.samples
      for (offset, problem) in chunk.enumerated() {
        let right = drawn[offset * samples..<(offset + 1) * samples].count {
          Grade(continuation: $0.tokens, expected: problem.answer).correct
        }
        result.append(
          Candidate(
            index: start + offset, prompt: problem.prompt, answer: problem.answer, right: right,
            samples: samples))
      }
      try progress(result)
    }
    return result
  }

  /// The candidates that the rule selects among, best first.
  package func ranked(_ candidates: [Candidate]) -> [Candidate] {
    let drawn = candidates.sorted { $0.index < $1.index }
    func sorted(by value: (Candidate) -> Int) -> [Candidate] {
      drawn.sorted { (value($0), $0.index) < (value($1), $1.index) }
    }
    switch rule {
    case .variance: return sorted { -$0.spread }
    case .lowestVariance: return sorted { $0.spread }
    case .highestAccuracy: return sorted { -$0.right }
    case .lowestAccuracy: return sorted { $0.right }
    case .random: return drawn
    case .history: return sorted { -$0.historicalSpread }
    case .decile:
      let places = (decile - 1) * drawn.count / 10..<decile * drawn.count / 10
      return sorted { $0.right }[places].sorted { $0.index < $1.index }
    }
  }
}
