import Keys
import LanguageModel
import Problems

/// Selection of training prompts by the variance of their correctness: the paper samples k answers
/// to each prompt and trains on the one with the largest p̂(1 − p̂), p̂ the share of right answers.
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

    /// p̂, the share of right answers.
    package var accuracy: Double { Double(right) / Double(samples) }
    /// p̂(1 − p̂).
    package var variance: Double { accuracy * (1 - accuracy) }
  }

  package init() {}

  /// Prompts whose samples are drawn together: enough rows for good products, little memory.
  package static let promptsAtOnce = 8

  /// The candidates, largest variance first, the lower index first among equals.
  ///
  /// - Parameters:
  ///   - model: samples; its weights stay as they are.
  ///   - done: what an earlier call for the same model passed to `progress`, to go on from there.
  ///   - progress: called with the candidates done so far, in the order of their indices.
  /// - Throws: `ProblemSetError` for a number of candidates that the split does not have, and what
  ///   `progress` throws.
  package func ranked(
    by model: Transformer, after done: [Candidate] = [],
    progress: ([Candidate]) throws -> Void = { _ in }
  ) throws -> [Candidate] {
    let problems = try ProblemSet.adaptation(count: candidates, seed: seed).problems
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
    return Self.ranked(result)
  }

  /// The candidates, largest variance first, the lower index first among equals.
  static func ranked(_ candidates: [Candidate]) -> [Candidate] {
    // right · (samples − right) orders as the variance does, without rounding.
    candidates.sorted { left, right in
      let a = left.right * (left.samples - left.right)
      let b = right.right * (right.samples - right.right)
      return a != b ? a > b : left.index < right.index
    }
  }
}
