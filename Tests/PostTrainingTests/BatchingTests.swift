import Keys
import LanguageModel
import Problems
import Testing

@testable import PostTraining

@Suite("Trees of samples against each sample on its own")
struct BatchingTests {
  private static let configurations = [
    ModelConfiguration(
      vocabularySize: 49, width: 16, layers: 2, heads: 2, keyValueHeads: 1, feedForwardWidth: 24),
    ModelConfiguration(
      vocabularySize: 49, width: 24, layers: 1, heads: 2, keyValueHeads: 2, feedForwardWidth: 9,
      tiedEmbeddings: true, attentionBias: true),
  ]

  /// A model that prefers some tokens strongly, so that its samples share prefixes.
  private static func model(_ seed: Int) -> Transformer {
    let model = Transformer(configurations[seed % configurations.count], seed: UInt64(seed))
    for parameter in model.parameters where parameter.kind != .gain {
      for i in parameter.range { model.weights[i] *= 4 }
    }
    return model
  }

  private static func settings(_ generator: inout StreamGenerator) -> EntropyMinimizationSettings {
    var settings = EntropyMinimizationSettings()
    settings.temperature = [0, 0.3, 0.7, 1][generator.below(4)]
    settings.topP = [0.8, 0.95, 1][generator.below(3)]
    settings.repetitionPenalty = [1, 1.15][generator.below(2)]
    settings.lossTemperature = [0.5, 1, 2][generator.below(3)]
    settings.mask = LossMask.allCases[generator.below(3)]
    settings.accumulation = 1 + generator.below(4)
    settings.batch = settings.accumulation * (1 + generator.below(8))
    settings.maximumTokens = 1 + generator.below(24)
    settings.learningRate = 1e-3
    settings.objective = MinimisedObjective.allCases[generator.below(5)]
    settings.direction = MinimisedObjective.Direction.allCases[generator.below(2)]
    settings.lateFraction = 0.1 + 0.9 * generator.unit()
    settings.entropyFloor = [0, 0.5][generator.below(2)]
    settings.divergenceWeight = [0, 0, 0.5][generator.below(3)]
    return settings
  }

  private static func expectSame(
    _ seed: Int, prompts: [[Int32]], settings: EntropyMinimizationSettings,
    step: (EntropyMinimization) throws -> EntropyMinimization.Step
  ) throws {
    let (treeModel, plainModel) = (model(seed), model(seed))
    let tree = try EntropyMinimization(
      model: treeModel, reference: model(seed + 2), prompts: prompts, settings: settings, seed: 5)
    let plain = try EntropyMinimization(
      model: plainModel, reference: model(seed + 2), prompts: prompts, settings: settings, seed: 5,
      batching: .plain)
    let (ours, reference) = (try step(tree), try step(plain))
    #expect(abs(ours.loss - reference.loss) <= 1e-5 * abs(reference.loss))
    #expect(abs(ours.gradientNorm - reference.gradientNorm) <= 1e-5 * reference.gradientNorm)
    #expect(abs((ours.entropy ?? 0) - (reference.entropy ?? 0)) <= 1e-5)
    #expect(abs((ours.divergence ?? 0) - (reference.divergence ?? 0)) <= 1e-5)
    #expect(ours.meanTokens == reference.meanTokens)
    #expect(ours.distinctSamples == reference.distinctSamples)
    for parameter in treeModel.parameters {
      let expected = plainModel.gradients[parameter.range]
      // Below a millionth of all, a tensor's gradient is the rounding of what cancels out.
      let scale = max(
        expected.reduce(0) { max($0, abs($1)) }, Float(1e-6 * reference.gradientNorm))
      let worst = zip(treeModel.gradients[parameter.range], expected).reduce(Float(0)) {
        max($0, abs($1.0 - $1.1))
      }
      #expect(worst <= 1e-5 * scale, "\(parameter.name): \(worst) of \(scale)")
    }
  }

  @Test("steps on their own samples", arguments: 0..<40)
  func ownSamples(seed: Int) throws {
    var generator = RandomStream(seed: 1, purpose: RandomPurpose("test/batching")).generator(seed)
    let prompts = try ProblemSet.adaptation(count: 1 + generator.below(3), seed: 0).problems
      .map(\.prompt)
    try Self.expectSame(seed, prompts: prompts, settings: Self.settings(&generator)) {
      try $0.advance()
    }
  }

  @Test("steps on given samples that share prefixes and repeat", arguments: 0..<40)
  func givenSamples(seed: Int) throws {
    var generator = RandomStream(seed: 2, purpose: RandomPurpose("test/batching")).generator(seed)
    var settings = Self.settings(&generator)
    let prompts: [[Int32]] = (0..<1 + generator.below(3)).map { prompt in
      (0..<1 + generator.below(5)).map { Int32(10 + prompt + $0) }
    }
    // Two tokens, so that many samples meet; all equal in every eighth case.
    var samples: [(prompt: Int, tokens: [Int32])] = (0..<settings.batch).map { _ in
      let tokens = (0..<1 + generator.below(settings.maximumTokens)).map { _ in
        Int32(generator.below(2))
      }
      return (generator.below(prompts.count), tokens)
    }
    if seed % 8 == 0 { samples = Array(repeating: samples[0], count: samples.count) }
    // Immediately finished ones.
    if seed % 3 == 0 { samples[0].tokens = [Vocabulary.end] }
    settings.temperature = 1
    try Self.expectSame(seed, prompts: prompts, settings: settings) {
      try $0.update(on: samples)
    }
  }

  @Test("a trajectory draws the same samples either way")
  func trajectory() throws {
    let prompts = try ProblemSet.adaptation(count: 2, seed: 0).problems.map(\.prompt)
    var settings = EntropyMinimizationSettings()
    settings.temperature = 1
    settings.learningRate = 1e-2
    settings.batch = 32
    let tree = try EntropyMinimization(
      model: Self.model(0), prompts: prompts, settings: settings, seed: 0)
    let plain = try EntropyMinimization(
      model: Self.model(0), prompts: prompts, settings: settings, seed: 0, batching: .plain)
    for _ in 0..<5 {
      let (ours, reference) = (try tree.advance(), try plain.advance())
      #expect(ours.meanTokens == reference.meanTokens)
      #expect(ours.distinctSamples == reference.distinctSamples)
      #expect(abs(ours.loss - reference.loss) < 1e-4)
    }
  }

  @Test("row weights are the sums of their tokens' weights")
  func rowWeights() {
    let tree = SampleTree(
      prompts: [[1]], samples: [(0, [2, 3]), (0, [2, 4, 5]), (0, [0]), (0, [2, 3])])
    // Two micro-batches of 5 and 3 tokens.
    let (first, second): (Float, Float) = (1 / 10, 1 / 6)
    #expect(
      tree.rowWeights(CountedTokens(), accumulation: 2).map { ($0 * 1e5).rounded() }
        == [2 * first + 2 * second, 2 * first + second, first].map { ($0 * 1e5).rounded() })
    // Of 3 and 1 tokens.
    #expect(
      tree.rowWeights(CountedTokens(mask: .skipFirst), accumulation: 2).map { ($0 * 1e5).rounded() }
        == [0, 5 / 6, 1 / 6].map { (x: Float) in (x * 1e5).rounded() })
  }
}
