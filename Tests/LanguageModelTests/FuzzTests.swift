import Kernels
import Keys
import Testing

@testable import LanguageModel

/// Random configurations and batches against the architecture on a tape of single numbers.
@Suite struct FuzzTests {
  private struct Case {
    var configuration: ModelConfiguration
    var lengths: [Int]
  }

  private static func draw(_ index: Int) -> Case {
    var generator = RandomStream(seed: 7, purpose: RandomPurpose("fuzz")).generator(index)
    func pick(_ values: [Int]) -> Int { values[generator.below(values.count)] }
    let keyValueHeads = pick([1, 1, 2, 3])
    let heads = keyValueHeads * pick([1, 2, 3])
    let headSize = pick([2, 4, 6, 8, 10])
    let configuration = ModelConfiguration(
      vocabularySize: pick([1, 2, 3, 15, 16, 17, 33]), width: heads * headSize,
      layers: pick([1, 1, 2, 3]), heads: heads, keyValueHeads: keyValueHeads,
      feedForwardWidth: pick([1, 3, 7, 16, 19]), ropeBase: Double(pick([2, 50, 1000])),
      normEpsilon: [1e-6, 1e-2][generator.below(2)], tiedEmbeddings: generator.below(2) == 0,
      attentionBias: generator.below(2) == 0)
    let sequences = pick([1, 2, 3])
    return Case(
      configuration: configuration,
      lengths: (0..<sequences).map { _ in pick([1, 1, 2, 3, 5, 7]) })
  }

  private static func model(_ configuration: ModelConfiguration, _ index: Int) -> Transformer {
    let model = Transformer(configuration, seed: UInt64(index))
    var generator = RandomStream(seed: 8, purpose: RandomPurpose("fuzz")).generator(index)
    for parameter in model.parameters {
      for i in parameter.range.prefix(parameter.shape.reduce(1, *)) {
        switch parameter.kind {
        case .gain, .bias: model.weights[i] += Float(generator.unit() - 0.5)
        case .table: model.weights[i] *= 6
        case .matrix: break
        }
      }
    }
    return model
  }

  /// |a − b| against the largest number of the same kind, below which rounding tells nothing.
  private static func worst(_ values: [Float], _ expected: [Double]) -> Double {
    let scale = expected.reduce(1e-3) { max($0, abs($1)) }
    return zip(values, expected).reduce(0) { worst, pair in
      let error = abs(Double(pair.0) - pair.1) / scale
      return error.isNaN ? .infinity : max(worst, error)
    }
  }

  @Test func randomConfigurationsAgreeWithTheTape() {
    var worst = (logits: 0.0, gradients: 0.0)
    for index in 0..<40 {
      let errors = Self.check(Self.draw(index), index)
      worst = (max(worst.logits, errors.logits), max(worst.gradients, errors.gradients))
    }
    print(
      "worst errors over 40 configurations: logits \(worst.logits), gradients \(worst.gradients)")
  }

  private static func check(_ drawn: Case, _ index: Int) -> (logits: Double, gradients: Double) {
    let model = model(drawn.configuration, index)
    let naive = NaiveModel(model)
    var batch = PackedBatch()
    var expected: [Double] = []
    var terms: [(Double, Tape.Number)] = []
    // The gradient of a weighted sum of the logits: that of a cross-entropy near zero would be mostly
    // the rounding of p − 1.
    var weights: [Float] = []
    for (number, length) in drawn.lengths.enumerated() {
      let tokens = Models.tokens(length, model, 10 * index + number)
      let first = (index + number) % length
      batch.append(tokens, logitsAt: first..<length)
      for logit in naive.logits(tokens)[first...].joined() {
        let weight = Float((weights.count * 7 + index) % 11) * 0.2 - 1
        expected.append(naive.tape.value(logit))
        terms.append((Double(weight), logit))
        weights.append(weight)
      }
    }
    let logits = model.forward(batch)
    let logitError = worst(
      Array(UnsafeBufferPointer(start: logits.base, count: logits.count)), expected)
    model.zeroGradients()
    logits.base.update(from: weights, count: logits.count)
    model.backward(logits)
    let gradients = naive.tape.gradients(of: naive.tape.sum(terms))
    var gradientError = 0.0
    for parameter in model.parameters {
      let error = worst(
        naive.places[parameter.name, default: []].map { model.gradients[$0] },
        naive.indices(of: parameter.name).map { gradients[$0] })
      #expect(error < 1e-4, "configuration \(index), \(parameter.name): \(drawn)")
      gradientError = max(gradientError, error)
    }
    #expect(logitError < 1e-5, "configuration \(index), logits: \(drawn)")
    generate(model, index)
    return (logitError, gradientError)
  }

  /// Generation of a few sequences, whose log-probabilities must be those of the forward pass.
  private static func generate(_ model: Transformer, _ index: Int) {
    let prompts = [1, 3, 1, 6].enumerated().map { Models.tokens($1, model, index + $0) }
    let settings = SamplingSettings(
      temperature: 1, topP: 0.9, maximumNewTokens: 4, stopToken: Int32(index % 5))
    let generations = model.generate(prompts: prompts, settings: settings) { sequence, position in
      Float((7 * sequence + 3 * position + index) % 10) / 10
    }
    var batch = PackedBatch()
    for (prompt, generation) in zip(prompts, generations) {
      let tokens = prompt + generation.tokens.dropLast()
      batch.append(tokens, logitsAt: prompt.count - 1..<tokens.count)
    }
    let targets = generations.flatMap(\.tokens)
    let logits = model.forward(batch)
    var chosen = [Float](repeating: 0, count: targets.count)
    var entropies = chosen
    logitStatistics(
      logProbabilities: &chosen, entropies: &entropies, logits, targets: targets, temperature: 1)
    for (one, other) in zip(chosen, generations.flatMap(\.logProbabilities)) {
      #expect(abs(one - other) <= 1e-5 * (1 + abs(one)), "configuration \(index)")
    }
  }
}
