import Glibc
import Kernels
import Keys
import Testing

@testable import LanguageModel

/// Trees against plain batches.
@Suite struct TreePassTests {
  private static let stream = RandomStream(seed: 4, purpose: RandomPurpose("generation"))

  private static func uniform(_ sequence: Int, _ position: Int) -> Float {
    stream.uniform(0, 0, sequence, position)
  }

  private static func values(_ logits: Matrix) -> [Float] {
    Array(UnsafeBufferPointer(start: logits.base, count: logits.count))
  }

  /// A number for each token of each sample and logit, the same for tree and plain batch.
  private static func weight(_ sample: Int, _ position: Int, _ token: Int) -> Float {
    stream.uniform(1 + token, sample, position, 0) - 0.5
  }

  /// Backward of Σ over all samples' tokens of weight · logits, over the tree.
  private static func treeGradient(_ model: Transformer, _ tree: SampleTree, _ logits: Matrix)
    -> [Float]
  {
    logits.base.update(repeating: 0, count: logits.count)
    for (i, sample) in tree.samples.enumerated() {
      for position in sample.tokens.indices {
        let row = tree.row(sample: i, position: position)
        for token in 0..<logits.columns {
          logits.base[row * logits.columns + token] += weight(i, position, token)
        }
      }
    }
    model.zeroGradients()
    model.backward(logits)
    return model.gradientValues
  }

  /// The same, each sample on its own.
  private static func plainGradient(
    _ model: Transformer, _ prompts: [[Int32]], _ samples: [(prompt: Int, tokens: [Int32])]
  ) -> [Float] {
    var batch = PackedBatch()
    for (prompt, tokens) in samples where !tokens.isEmpty {
      let sequence = prompts[prompt] + tokens.dropLast()
      batch.append(sequence, logitsAt: prompts[prompt].count - 1..<sequence.count)
    }
    let logits = model.forward(batch)
    var row = 0
    for (i, sample) in samples.enumerated() {
      for position in sample.tokens.indices {
        for token in 0..<logits.columns {
          logits.base[row * logits.columns + token] = weight(i, position, token)
        }
        row += 1
      }
    }
    model.zeroGradients()
    model.backward(logits)
    return model.gradientValues
  }

  private static func expectSameGradients(
    _ model: Transformer, _ actual: [Float], _ expected: [Float]
  ) {
    for parameter in model.parameters {
      let scale = expected[parameter.range].reduce(0) { max($0, abs($1)) }
      for i in parameter.range {
        let difference = abs(actual[i] - expected[i])
        guard difference > 1e-5 * scale else { continue }
        Issue.record("\(parameter.name): \(actual[i]), expected \(expected[i]) of \(scale)")
        break
      }
    }
  }

  @Test(arguments: Models.configurations.indices, 0..<12)
  func givenSamples(_ index: Int, _ seed: Int) {
    let model = Models.make(index)
    let (prompts, samples) = RandomSamples.make(
      seed, vocabulary: model.configuration.vocabularySize)
    let tree = SampleTree(prompts: prompts, samples: samples)
    let logits = Self.values(model.forward(tree))
    let vocabulary = model.configuration.vocabularySize
    for (i, sample) in samples.enumerated() {
      let sequence = prompts[sample.prompt] + sample.tokens.dropLast()
      var batch = PackedBatch()
      batch.append(sequence, logitsAt: prompts[sample.prompt].count - 1..<sequence.count)
      let plain = model.logitValues(batch)
      for position in sample.tokens.indices {
        let row = tree.row(sample: i, position: position)
        #expect(
          logits[row * vocabulary..<(row + 1) * vocabulary]
            == plain[position * vocabulary..<(position + 1) * vocabulary])
      }
    }
    Self.expectSameGradients(
      model, Self.treeGradient(model, tree, model.forward(tree)),
      Self.plainGradient(model, prompts, samples))
  }

  static let settings = [
    SamplingSettings(temperature: 0, repetitionPenalty: 1.4, maximumNewTokens: 9, stopToken: 2),
    SamplingSettings(temperature: 1, maximumNewTokens: 20, stopToken: 0),
    SamplingSettings(
      temperature: 0.5, topP: 0.9, repetitionPenalty: 1.15, maximumNewTokens: 24, stopToken: 1),
    SamplingSettings(temperature: 0.3, topP: 0.8, maximumNewTokens: 40, stopToken: -1),
    SamplingSettings(temperature: 1, maximumNewTokens: 1, stopToken: 0),
    SamplingSettings(temperature: 1, maximumNewTokens: 0, stopToken: 0),
  ]

  @Test(arguments: Models.configurations.indices, settings)
  func sampledTrees(_ index: Int, _ settings: SamplingSettings) {
    let model = Models.make(index)
    for (promptCount, sampleCount) in [(1, 64), (3, 40), (2, 1)] {
      let prompts = (0..<promptCount).map { Models.tokens(1 + 4 * $0, model, $0) }
      let promptOfSample = (0..<sampleCount).map { $0 * 7 % promptCount }
      let samples = model.sampleTree(
        prompts: prompts, promptOfSample: promptOfSample, settings: settings,
        uniform: Self.uniform)
      let logits = Self.values(samples.logits)
      let plain = model.generate(
        prompts: promptOfSample.map { prompts[$0] }, settings: settings, uniform: Self.uniform)
      #expect(samples.generations == plain)
      #expect(samples.tree.samples.map(\.tokens) == plain.map(\.tokens))
      let forgetful = model.sampleTree(
        prompts: prompts, promptOfSample: promptOfSample, settings: settings, training: false,
        uniform: Self.uniform)
      #expect(forgetful.generations == plain)
      #expect(Self.values(forgetful.logits) == logits)

      let given = zip(promptOfSample, plain).map { ($0, $1.tokens) }
      let tree = SampleTree(prompts: prompts, samples: given)
      #expect(tree == samples.tree)
      let again = model.forward(tree)
      #expect(Self.values(again) == logits)
      let computed = Self.treeGradient(model, tree, again)
      let kept = model.sampleTree(
        prompts: prompts, promptOfSample: promptOfSample, settings: settings,
        uniform: Self.uniform)
      #expect(Self.treeGradient(model, kept.tree, kept.logits) == computed)
      guard settings.maximumNewTokens > 0 else { continue }
      Self.expectSameGradients(model, computed, Self.plainGradient(model, prompts, given))
    }
  }

  /// Two sampled tokens of a small model against their exact joint distribution.
  @Test func frequenciesAreThoseOfTheExactDistribution() {
    let model = Models.make(2)
    let vocabulary = model.configuration.vocabularySize
    let prompt: [Int32] = [3, 1]
    let settings = SamplingSettings(temperature: 1.2, maximumNewTokens: 3, stopToken: -1)
    func distribution(_ tokens: [Int32]) -> [Double] {
      var batch = PackedBatch()
      batch.append(tokens, logitsAt: tokens.count - 1..<tokens.count)
      let row = model.logitValues(batch)
      let weights = row.map { exp(Double($0) / settings.temperature) }
      let total = weights.reduce(0, +)
      return weights.map { $0 / total }
    }
    var joint: [([Int32], Double)] = [([], 1)]
    for _ in 0..<settings.maximumNewTokens {
      joint = joint.flatMap { tokens, p in
        distribution(prompt + tokens).enumerated().map { (tokens + [Int32($0)], p * $1) }
      }
    }
    let count = 20_000
    let samples = model.sampleTree(
      prompts: [prompt], promptOfSample: .init(repeating: 0, count: count), settings: settings,
      uniform: Self.uniform)
    var counts = [Int](repeating: 0, count: joint.count)
    for sample in samples.tree.samples {
      counts[sample.tokens.reduce(0) { $0 * vocabulary + Int($1) }] += 1
    }
    // Rare sequences go together, so that each cell expects at least ten.
    var cells: [(count: Double, expected: Double)] = [(0, 0)]
    for (count, entry) in zip(counts, joint) {
      let expected = entry.1 * Double(samples.tree.samples.count)
      if expected < 10 {
        cells[0].count += Double(count)
        cells[0].expected += expected
      } else {
        cells.append((Double(count), expected))
      }
    }
    if cells[0].expected < 10 { cells.removeFirst() }
    let chiSquare = cells.reduce(0) {
      $0 + ($1.count - $1.expected) * ($1.count - $1.expected) / $1.expected
    }
    let freedom = Double(cells.count - 1)
    // The 99.9% quantile by Wilson and Hilferty's approximation.
    let root = 1 - 2 / (9 * freedom) + 3.09 * (2 / (9 * freedom)).squareRoot()
    #expect(cells.count > 10)
    #expect(chiSquare < freedom * root * root * root, "χ² = \(chiSquare) of \(freedom)")
  }
}
