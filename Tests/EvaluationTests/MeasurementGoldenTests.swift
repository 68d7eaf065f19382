import LanguageModel
import Problems
import Testing

@testable import Evaluation

/// Every measurement against NumPy, SciPy, scikit-learn and transformers.
@Suite struct MeasurementGoldenTests {
  private let golden: GoldenMeasurements

  init() throws {
    golden = try GoldenMeasurements.read()
  }

  private func expect(
    _ value: Double?, _ wanted: Double, within tolerance: Double, _ name: String
  ) {
    let isNear = value.map { abs($0 - wanted) <= tolerance * max(1, abs(wanted)) } ?? false
    #expect(isNear, "\(name): \(value.map { "\($0)" } ?? "nothing"), golden \(wanted)")
  }

  @Test func drift() throws {
    let base = try GoldenMeasurements.model()
    let changed = Transformer(copying: base)
    for index in changed.weights.indices { changed.weights[index] *= golden.scale }
    let texts = golden.drift.texts.map(\.fixed)
    let drift = try Drift(of: changed, from: base, on: texts)
    #expect(drift.places == golden.drift.places)
    #expect(drift.flips == golden.drift.flips)
    expect(drift.divergence, golden.drift.divergence, within: 1e-6, "divergence")

    let none = try Drift(of: base, from: base, on: texts)
    #expect(none.flips == 0 && none.divergence == 0)
  }

  private func expect(_ shape: NumberShape, _ wanted: GoldenMeasurements.Shape, _ name: String) {
    #expect(shape.count == wanted.count, "\(name)")
    expect(shape.mean, wanted.mean, within: 1e-6, "\(name), mean")
    expect(shape.deviation, wanted.deviation, within: 1e-6, "\(name), deviation")
    expect(shape.skewness, wanted.skewness, within: 1e-6, "\(name), skewness")
    #expect(shape.bins.first?.low == wanted.low, "\(name)")
    #expect(shape.bins.map(\.count) == wanted.bins, "\(name)")
  }

  @Test func logitShapes() throws {
    let shape = try LogitShape(
      of: GoldenMeasurements.model(), answers: golden.shapes.answers.map(\.fixed),
      solutions: golden.shapes.solutions.map(\.fixed))
    expect(shape.processed, golden.shapes.processed, "processed")
    expect(shape.raw, golden.shapes.raw, "raw")
    expect(shape.text, golden.shapes.text, "text")
    let histogram = String(decoding: shape.histogram, as: UTF8.self).split(separator: "\n")
    #expect(histogram[0] == "#espalier-histogram,1")
    let bins = [shape.processed, shape.raw, shape.text].reduce(0) { $0 + $1.bins.count }
    #expect(histogram.count == 2 + bins)
    let low = golden.shapes.processed.low
    #expect(histogram[2] == "logit,\(low),\(low + 0.5),\(golden.shapes.processed.bins[0])")
  }

  @Test func processedScores() {
    for row in golden.rows {
      let kept = row.logits.withUnsafeBufferPointer { LogitShape.processed($0) }
      #expect(kept.count == row.kept)
      expect(kept.reduce(0, +), row.sum, within: 1e-12, "sum")
      expect(kept.min(), row.least, within: 1e-12, "least")
    }
  }

  @Test func repetition() {
    #expect(golden.repetitions.contains { $0.rate > 0.5 })
    for text in golden.repetitions {
      expect(Repetition.rate(of: text.tokens), text.rate, within: 1e-15, "\(text.tokens)")
    }
  }

  @Test func sampledAnswers() {
    let outcomes = golden.samples.problems.map { problem in
      ProblemOutcome(
        set: problem.set, index: problem.index, kind: .add2, expected: problem.expected,
        samples: problem.samples.map {
          SampleOutcome(
            answer: $0.answer, terminated: true, length: 1,
            meanLogProbability: $0.logProbability, meanEntropy: $0.entropy)
        })
    }
    let sampled = SampledAnswers(
      EvaluationResult(outcomes: outcomes), vocabulary: golden.samples.vocabulary)
    let values = SampledAnswers.figures.values(of: sampled)
    #expect(golden.samples.figures.count == 13)
    for (name, wanted) in golden.samples.figures.sorted(by: { $0.key < $1.key }) {
      expect(values[name], wanted, within: 1e-12, name)
    }
    #expect(values["sampled_pass_at_16"] == nil)
  }
}
