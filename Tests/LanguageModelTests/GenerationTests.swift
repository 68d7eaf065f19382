import Glibc
import Kernels
import Keys
import Testing

@testable import LanguageModel

@Suite struct GenerationTests {
  private static let stream = RandomStream(seed: 4, purpose: RandomPurpose("generation"))

  private static func uniform(_ sequence: Int, _ position: Int) -> Float {
    stream.uniform(0, 0, sequence, position)
  }

  private static func prompts(_ model: Transformer) -> [[Int32]] {
    // More than the slots, some of them equal, some in a row and some apart, of many lengths.
    (0..<210).map { i in
      switch i % 3 {
      case 0: Models.tokens(5, model, 1)
      case 1: Models.tokens(1 + i / 30, model, i / 30)
      default: Models.tokens(1 + i % 13, model, i)
      }
    }
  }

  static let settings = [
    SamplingSettings(temperature: 0, maximumNewTokens: 9, stopToken: 2),
    SamplingSettings(
      temperature: 0, repetitionPenalty: 1.4, maximumNewTokens: 9, stopToken: 2),
    SamplingSettings(temperature: 1, maximumNewTokens: 20, stopToken: 0),
    SamplingSettings(
      temperature: 0.5, topP: 0.9, repetitionPenalty: 1.15, maximumNewTokens: 12, stopToken: 1),
  ]

  /// Token by token with whole forward passes.
  private static func slow(
    _ model: Transformer, _ prompt: [Int32], _ index: Int, _ settings: SamplingSettings
  ) -> Generation {
    var generation = Generation()
    let vocabulary = model.configuration.vocabularySize
    var scratch = [Float](repeating: 0, count: vocabulary)
    while generation.tokens.count < settings.maximumNewTokens && !generation.finished {
      let sequence = prompt + generation.tokens
      var batch = PackedBatch()
      batch.append(sequence, logitsAt: sequence.count - 1..<sequence.count)
      let logits = model.forward(batch)
      var seen = [UInt8](repeating: 0, count: vocabulary)
      for token in sequence { seen[Int(token)] = 1 }
      let drawn = drawToken(
        logits.base, count: vocabulary, seen: seen,
        draw: TokenDraw(
          temperature: Float(settings.temperature), topP: Float(settings.topP),
          repetitionPenalty: Float(settings.repetitionPenalty)),
        uniform: uniform(index, generation.tokens.count), scratch: &scratch)
      generation.tokens.append(drawn.token)
      generation.logProbabilities.append(drawn.logProbability)
      generation.entropies.append(drawn.entropy)
      generation.finished = drawn.token == settings.stopToken
    }
    return generation
  }

  @Test(arguments: Models.configurations.indices, settings)
  func theCacheGivesTheBitsOfTheForwardPass(_ index: Int, _ settings: SamplingSettings) {
    let model = Models.make(index)
    let prompts = Self.prompts(model)
    let generations = model.generate(
      prompts: prompts, settings: settings, uniform: Self.uniform)
    // A greedy model may never come to its stop token.
    if settings.temperature > 0 { #expect(generations.contains { $0.finished }) }
    #expect(generations.contains { !$0.finished })
    for (i, prompt) in prompts.enumerated() {
      #expect(generations[i] == Self.slow(model, prompt, i, settings), "sequence \(i)")
    }
  }

  @Test func equalPromptsSampleApartAndGreedyAlike() {
    let model = Models.make(0)
    let prompt = Models.tokens(4, model, 0)
    let prompts = [[Int32]](repeating: prompt, count: 130)
    let greedy = model.generate(prompts: prompts, settings: Self.settings[0]) { _, _ in
      Issue.record("greedy generation asks for no random number")
      return 0
    }
    #expect(Set(greedy).count == 1)
    let sampled = model.generate(
      prompts: prompts, settings: Self.settings[2], uniform: Self.uniform)
    #expect(Set(sampled.map(\.tokens)).count > 50)
  }

  @Test func nothingIsAskedForNothingReturned() {
    let model = Models.make(0)
    var settings = Self.settings[0]
    #expect(model.generate(prompts: [], settings: settings) { _, _ in 0 }.isEmpty)
    settings.maximumNewTokens = 0
    #expect(model.generate(prompts: [[1]], settings: settings) { _, _ in 0 } == [Generation()])
  }

  /// Two sampled tokens of a small model against their exact joint distribution.
  @Test func frequenciesAreThoseOfTheExactDistribution() {
    let model = Models.make(2)
    let vocabulary = model.configuration.vocabularySize
    let prompt: [Int32] = [3, 1]
    let settings = SamplingSettings(temperature: 1.2, maximumNewTokens: 2, stopToken: -1)
    func distribution(_ tokens: [Int32]) -> [Double] {
      var batch = PackedBatch()
      batch.append(tokens, logitsAt: tokens.count - 1..<tokens.count)
      let row = model.logitValues(batch)
      let weights = row.map { exp(Double($0) / settings.temperature) }
      let total = weights.reduce(0, +)
      return weights.map { $0 / total }
    }
    let first = distribution(prompt)
    let joint = (0..<vocabulary).flatMap { token in
      distribution(prompt + [Int32(token)]).map { first[token] * $0 }
    }
    let samples = 20_000
    let generations = model.generate(
      prompts: .init(repeating: prompt, count: samples), settings: settings,
      uniform: Self.uniform)
    var counts = [Int](repeating: 0, count: joint.count)
    for generation in generations {
      counts[Int(generation.tokens[0]) * vocabulary + Int(generation.tokens[1])] += 1
    }
    // Rare cells go together, so that each expects at least ten.
    var (chiSquare, cells, rareCount, rareExpected) = (0.0, 0, 0, 0.0)
    for (count, p) in zip(counts, joint) {
      let expected = p * Double(samples)
      if expected < 10 {
        rareCount += count
        rareExpected += expected
      } else {
        chiSquare += (Double(count) - expected) * (Double(count) - expected) / expected
        cells += 1
      }
    }
    if rareExpected >= 10 {
      let difference = Double(rareCount) - rareExpected
      chiSquare += difference * difference / rareExpected
      cells += 1
    }
    let freedom = Double(cells - 1)
    // The 99.9% quantile by Wilson and Hilferty's approximation.
    let root = 1 - 2 / (9 * freedom) + 3.09 * (2 / (9 * freedom)).squareRoot()
    #expect(cells > 5)
    #expect(chiSquare < freedom * root * root * root, "χ² = \(chiSquare) of \(freedom)")
  }
}
