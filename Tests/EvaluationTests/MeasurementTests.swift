import Keys
import LanguageModel
import Problems
import Testing

@testable import Evaluation

/// Measurements of a small untrained model, against what other calls give.
@Suite struct MeasurementTests {
  private let model: Transformer
  private let other: Transformer
  private let sets: [ProblemSet]

  init() throws {
    let configuration = ModelConfiguration(
      vocabularySize: Vocabulary.tokens.count, width: 16, layers: 2, heads: 2, keyValueHeads: 2,
      feedForwardWidth: 24)
    model = Transformer(configuration, seed: 4)
    other = Transformer(configuration, seed: 5)
    sets = try ProblemSet.benchmarks(split: .development, count: 24)
  }

  private func settings(_ temperature: Double) -> EvaluationSettings {
    EvaluationSettings(temperature: temperature, samples: 3, seed: 2, maximumNewTokens: 12)
  }

  @Test func inferredLogitsAreThoseOfForward() {
    var batch = PackedBatch()
    for problem in sets[0].problems {
      batch.append(problem.prompt, logitsAt: 0..<problem.prompt.count)
    }
    let forward = model.forward(batch)
    let copy = Array(
      UnsafeBufferPointer(start: forward.base, count: forward.rows * forward.columns))
    let inferred = model.infer(batch)
    #expect(inferred.rows == forward.rows)
    #expect(
      copy
        == Array(UnsafeBufferPointer(start: inferred.base, count: inferred.rows * inferred.columns))
    )
  }

  /// Greedy answers are the base model's likeliest tokens: nothing flips, whatever the passes.
  @Test func theBaseModelDoesNotDrift() throws {
    let texts = FixedText.greedy(model, on: sets, maximumNewTokens: 12)
    #expect(FixedText.batches(texts).count > 1)
    let same = try Drift(of: Transformer(copying: model), from: model, on: texts)
    #expect(same.flips == 0)
    #expect(same.divergence == 0)
    #expect(same.places == texts.reduce(0) { $0 + $1.continuation.count })
    let drift = try Drift(of: other, from: model, on: texts)
    // Untrained models of 50 or more tokens agree on few of them.
    #expect(drift.flips > drift.places / 2 && drift.divergence > 0)
  }

  @Test func observedTokensAreTheAnswers() throws {
    for temperature in [0, 1.0] {
      var observed: [[Int32]] = []
      let result = try evaluate(
        model, on: sets, settings: settings(temperature), observe: { observed.append($0) })
      #expect(result == (try evaluate(model, on: sets, settings: settings(temperature))))
      #expect(
        observed.map(\.count) == result.outcomes.flatMap { $0.samples.map(\.length) })
      let rates = observed.map { Repetition.rate(of: $0) }
      let repetition = Repetition(of: observed, in: result)
      // Sets of one length and problems of one number of samples: the plain mean.
      #expect(abs(repetition.rate - rates.reduce(0, +) / Double(rates.count)) < 1e-12)
    }
  }

  @Test func logitsOfTheSameSeedAreTheSame() throws {
    func shape(_ seed: UInt64) throws -> LogitShape {
      try LogitShape(of: model, on: sets, seed: seed, maximumNewTokens: 12)
    }
    let one = try shape(1)
    let again = try shape(1)
    let two = try shape(2)
    #expect(one.histogram == again.histogram)
    #expect(one.raw == again.raw)
    #expect(one.raw != two.raw)
    #expect(one.text == two.text)
    // 20 problems, dealt to the sets in turn; all logits at all places of their solutions.
    let problems = LogitShape.problems(of: sets)
    #expect(problems.count == 20)
    #expect(problems[1] == sets[1].problems[0])
    #expect(LogitShape.problemsPerSet(ofSets: 4) == 5 && LogitShape.problemsPerSet(ofSets: 7) == 3)
    let places = problems.reduce(0) { $0 + $1.workedSolution.count }
    #expect(one.text.count == places * Vocabulary.tokens.count)
  }

  @Test func wideDistributionsHaveFewIntervals() {
    let shape = NumberShape([-3e38, 0, 1, 3e38])
    #expect(shape.bins.count <= 1025)
    #expect(shape.bins.reduce(0) { $0 + $1.count } == 4)
    let one = NumberShape([2.25])
    #expect(one.bins == [NumberShape.Bin(low: 2, count: 1)])
    #expect(one.mean == 2.25 && one.deviation == 0 && one.skewness == nil)
    #expect(NumberShape([]).bins.isEmpty && NumberShape([]).mean == nil)
  }

  @Test func textsReadBack() throws {
    let texts = FixedText.greedy(model, on: sets, maximumNewTokens: 5)
    let bytes = FixedText.encoded(texts)
    #expect(try FixedText.texts(encoded: bytes, vocabulary: Vocabulary.tokens.count) == texts)
    for damaged in [
      "", "#espalier-texts,2\n1 | 2\n", "#espalier-texts,1\n1 | 2", "#espalier-texts,1\n1 |\n",
      "#espalier-texts,1\n1 | 5\n", "#espalier-texts,1\n1 x | 2\n", "#espalier-texts,1\n1 2\n",
    ] {
      #expect(throws: TextFormatError.self) {
        try FixedText.texts(encoded: Array(damaged.utf8), vocabulary: 5)
      }
    }
  }

  @Test func modelsThatAreNoNumbersAreErrors() throws {
    let texts = FixedText.greedy(model, on: sets, maximumNewTokens: 5)
    let broken = Transformer(copying: model)
    broken.weights[broken.weights.count / 2] = .nan
    #expect(throws: EvaluationError.textNotFinite) { try Drift(of: broken, from: model, on: texts) }
    #expect(throws: EvaluationError.textNotFinite) {
      try LogitShape(of: broken, on: sets, seed: 0, maximumNewTokens: 3)
    }
  }
}
