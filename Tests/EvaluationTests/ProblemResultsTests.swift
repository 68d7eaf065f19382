import Problems
import Testing

@testable import Evaluation

/// The scores of single problems add up to the metrics.
@Suite struct ProblemResultsTests {
  private static func outcome(
    _ set: String, _ index: Int, answers: [Int?], expected: Int = 1
  ) -> ProblemOutcome {
    ProblemOutcome(
      set: set, index: index, kind: ProblemKind.allCases[0], expected: expected,
      samples: answers.enumerated().map { number, answer in
        SampleOutcome(
          answer: answer, terminated: number % 2 == 0, length: 3 + index + number,
          meanLogProbability: -0.5 - Float(index), meanEntropy: 0.25 * Float(number))
      })
  }

  /// Two sets of different length, four samples a problem.
  private static let result = EvaluationResult(outcomes: [
    outcome("mixed", 0, answers: [1, nil, 2, 1]), outcome("mixed", 1, answers: [1, 1, 1, 1]),
    outcome("mixed", 2, answers: [nil, nil, nil, nil]),
    outcome("hard", 0, answers: [3, 1, 3, nil]),
  ])

  @Test func scoresAddUpToEveryMetric() throws {
    #expect(Self.result.metrics.count >= 8)
    for (metric, value) in Self.result.metrics {
      let results = try #require(Self.result.problemResults(of: metric), "\(metric.name)")
      let means = results.sets.map { $0.scores.reduce(0, +) / Double($0.scores.count) }
      let mean = means.reduce(0, +) / Double(means.count)
      #expect((mean - value).magnitude < 1e-12, "\(metric.name)")
    }
  }

  @Test func metricsThatAreNotThereHaveNoScores() {
    #expect(Self.result.problemResults(of: .passAt(16))?.sets.count == nil)
    #expect(EvaluationResult(outcomes: []).problemResults(of: .accuracy)?.sets.count == nil)
  }

  @Test func otherProblemsHaveAnotherDigest() {
    let other = EvaluationResult(outcomes: [Self.outcome("mixed", 1, answers: [1])])
    let same = EvaluationResult(outcomes: [Self.outcome("mixed", 1, answers: [nil, 1])])
    #expect(other.problemsDigest == same.problemsDigest)
    #expect(other.problemsDigest != Self.result.problemsDigest)
    let changed = Self.outcome("mixed", 1, answers: [1], expected: 2)
    #expect(EvaluationResult(outcomes: [changed]).problemsDigest != other.problemsDigest)
  }
}
