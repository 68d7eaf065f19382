import LanguageModel
import Problems

/// What several sampled answers to each problem say beside their mean: how often one of some is right,
/// what their vote says, and whether the model's confidence can be trusted.
package struct SampledAnswers: Hashable, Sendable {
  package let result: EvaluationResult
  /// The share of problems whose most frequent answer is right; among equally frequent ones the one
  /// that was sampled first. A problem without any answer is not right.
  package let voteAccuracy: Double
  /// The share of samples that give their problem's most frequent answer, mean over problems: what a
  /// vote's certainty is, without a label.
  package let voteShare: Double
  /// By problem.
  let votes: [Vote]
  /// The number of tokens.
  let vocabulary: Int

  /// - Parameters:
  ///   - result: the outcomes of sampled answers.
  ///   - vocabulary: the number of tokens V, whose logarithm is the largest entropy.
  package init(_ result: EvaluationResult, vocabulary: Int) {
    self.result = result
    self.vocabulary = vocabulary
    votes = result.outcomes.map { Vote($0) }
    voteAccuracy = result.mean(
      ofProblems: zip(votes, result.outcomes).map { vote, outcome in
        vote.winner.map { $0 == outcome.expected ? 1 : 0 } ?? 0
      })
    voteShare = result.mean(ofProblems: votes.map { $0.share(of: $0.winner) })
  }

  package static let figures: [Figure<SampledAnswers>] =
    outcomeFigures
    + [
      Figure(
        "vote_accuracy",
        "share of problems whose most frequent sampled answer is right (the first sampled of equals)"
      ) { $0.voteAccuracy },
      Figure(
        "vote_share",
        "share of sampled answers that agree with their problem's most frequent one"
      ) { $0.voteShare },
    ] + Confidence.allCases.flatMap(\.figures)

  private static let outcomeFigures: [Figure<SampledAnswers>] = {
    let shared: [(Metric, String)] = [
      (.accuracy, "share of right sampled answers (avg@k), mean of the benchmarks"),
      (.formatRate, "share of sampled answers that are well formed, right or wrong"),
      (.terminationRate, "share of sampled answers that end before the token limit"),
      (.meanTokens, "generated tokens a sampled answer, the end token included"),
      (.meanEntropy, "entropy of the next-token distribution in nats, mean over sampled tokens"),
      (.meanLogProbability, "log-probability of the sampled tokens in nats, their mean"),
    ]
    let passes = Metric.passes.filter { $0 > 1 }.map { k in
      (Metric.passAt(k), "chance that at least one of \(k) sampled answers is right, unbiased")
    }
    return (shared + passes).map { metric, about in
      Figure("sampled_\(metric.name)", about) { $0.result.value(of: metric) }
    }
  }()
}

/// How the samples of one problem vote.
struct Vote: Hashable, Sendable {
  /// The most frequent answer, the first sampled of equals; `nil` where no sample has one.
  let winner: Int?
  private let counts: [Int: Int]
  private let samples: Int

  init(_ outcome: ProblemOutcome) {
    var counts: [Int: Int] = [:]
    for answer in outcome.samples.compactMap(\.answer) { counts[answer, default: 0] += 1 }
    var winner: Int?
    for answer in outcome.samples.compactMap(\.answer)
    where winner.map({ counts[answer, default: 0] > counts[$0, default: 0] }) ?? true {
      winner = answer
    }
    self.counts = counts
    self.winner = winner
    samples = outcome.samples.count
  }

  /// The share of all samples that give the answer; 0 for none.
  func share(of answer: Int?) -> Double {
    answer.map { Double(counts[$0, default: 0]) / Double(samples) } ?? 0
  }
}
