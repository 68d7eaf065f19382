import LanguageModel
import Problems
import Testing

@testable import PostTraining

@Suite("Trajectories of GRPO")
struct GRPOTests {
  private var settings: GRPOSettings {
    var settings = GRPOSettings()
    settings.promptsPerStep = 3
    settings.groupSize = 6
    settings.maximumTokens = 10
    settings.learningRate = 2e-3
    // An untrained model never marks an answer; the coin gives it something to follow.
    settings.reward = .random
    return settings
  }

  private func prompts(_ count: Int = 5) throws -> [GradedPrompt] {
    try ProblemSet.adaptation(count: count, seed: 0).problems.map {
      GradedPrompt(tokens: $0.prompt, answer: $0.answer)
    }
  }

  private func start(
    _ settings: GRPOSettings, seed: UInt64 = 3, batching: Batching = .tree
  ) throws -> GRPO {
    let model = Transformer(smallConfiguration(), seed: 1)
    return GRPO(
      model: model, reference: Transformer(copying: model), prompts: try prompts(),
      settings: settings, seed: seed, batching: batching)
  }

  private func resumed(from other: GRPO) throws -> GRPO {
    try GRPO(
      model: try Transformer(serialized: other.model.serialized()),
      serializedOptimizer: other.serializedOptimizer(),
      reference: Transformer(smallConfiguration(), seed: 1), prompts: other.prompts,
      settings: other.settings, seed: 3)
  }

  @Test(
    "a trajectory cut at any step goes on to the bits of the one that ran through",
    arguments: [1, 3], [0, 0.2])
  func resume(updatesPerBatch: Int, divergenceWeight: Double) throws {
    var settings = settings
    settings.updatesPerBatch = updatesPerBatch
    settings.divergenceWeight = divergenceWeight
    settings.clipHigh = 0.01
    let through = try start(settings)
    var cut = try start(settings)
    for _ in 0..<5 {
      #expect(try cut.advance() == (try through.advance()))
      cut = try resumed(from: cut)
    }
    #expect(cut.step == 5)
    #expect(cut.model.serialized() == through.model.serialized())
    #expect(cut.serializedOptimizer() == through.serializedOptimizer())
  }

  @Test(
    "the tree of a batch and its plain form take the same steps, to rounding",
    arguments: [1, 3], [0, 0.2])
  func treeAgainstPlain(updatesPerBatch: Int, divergenceWeight: Double) throws {
    var settings = settings
    settings.updatesPerBatch = updatesPerBatch
    settings.divergenceWeight = divergenceWeight
    settings.clipHigh = 0.05
    settings.learningRate = 1e-3
    // A small vocabulary and a cold policy, so that samples share prefixes.
    settings.temperature = 0.15
    let tree = try start(settings)
    let plain = try start(settings, batching: .plain)
    for _ in 0..<5 {
      let (one, other) = (try tree.advance(), try plain.advance())
      #expect(one.distinctSamples == other.distinctSamples)
      #expect(one.meanReward == other.meanReward && one.meanTokens == other.meanTokens)
      #expect(abs(one.loss - other.loss) < 1e-5)
      #expect(abs(one.gradientNorm - other.gradientNorm) < 1e-4 * (1 + other.gradientNorm))
      #expect(abs((one.divergence ?? 0) - (other.divergence ?? 0)) < 1e-5)
      #expect(abs((one.clipFraction ?? 0) - (other.clipFraction ?? 0)) < 0.01)
    }
  }

  @Test("the whole state in one piece opens as the two pieces do")
  func checkpoint() throws {
    var settings = settings
    settings.updatesPerBatch = 2
    let training = try start(settings)
    _ = try training.advance()
    let bytes = training.checkpoint()
    let model = Transformer(smallConfiguration(), seed: 9)
    try model.copyWeights(ofCheckpoint: bytes)
    let opened = try GRPO(
      model: model, serializedOptimizer: bytes, reference: nil, prompts: training.prompts,
      settings: settings, seed: 3)
    #expect(try opened.advance() == (try training.advance()))
    #expect(opened.checkpoint() == training.checkpoint())
    #expect(throws: TrainingError.self) {
      try model.copyWeights(ofCheckpoint: training.serializedOptimizer())
    }
  }

  @Test("the same seed draws the same, another seed draws otherwise")
  func seeds() throws {
    let one = try start(settings).advance()
    #expect(try start(settings).advance() == one)
    #expect(try start(settings, seed: 4).advance() != one)
  }

  @Test("a rewarded token becomes likelier, the others less likely")
  func direction() throws {
    var settings = settings
    settings.promptsPerStep = 1
    settings.groupSize = 2
    settings.learningRate = 1e-2
    let prompt = GradedPrompt(tokens: [4, 5], answer: 0)
    let model = Transformer(smallConfiguration(), seed: 1)
    func probability(of token: Int) -> Float {
      var batch = PackedBatch()
      batch.append(prompt.tokens, logitsAt: 1..<2)
      let row = model.forward(batch)[row: 0]
      return row[token] - row.reduce(0, +) / Float(row.count)
    }
    let before = [7, 8].map(probability)
    let training = GRPO(
      model: model, reference: nil, prompts: [prompt], settings: settings, seed: 0)
    training.begin(
      GRPOBatch(prompts: [prompt], samples: [[7], [8]], rewards: [1, 0], settings: settings))
    _ = try training.update(recordingOld: true)
    #expect(probability(of: 7) > before[0] + 0.01)
    #expect(probability(of: 8) < before[1] - 0.01)
  }

  @Test("groups without any difference teach nothing: only the decay acts")
  func nothingToLearn() throws {
    var settings = settings
    settings.reward = .verified
    settings.learningRate = 0.5
    settings.weightDecay = 0.5
    settings.maximumTokens = 1
    let training = try start(settings)
    let before = Array(training.model.weights)
    let step = try training.advance()
    #expect(step.loss == 0 && step.gradientNorm == 0)
    #expect(step.idleGroups == 1 && step.rewardDeviation == 0)
    #expect(zip(training.model.weights, before).allSatisfy { $0 == $1 * 0.75 })
  }

  @Test("without any advantage the divergence pulls back to the start")
  func divergence() throws {
    var settings = settings
    settings.reward = .verified
    settings.divergenceWeight = 1
    settings.weightDecay = 0
    let reference = Transformer(smallConfiguration(), seed: 1)
    let model = Transformer(smallConfiguration(), seed: 2)
    let training = GRPO(
      model: model, reference: reference, prompts: try prompts(), settings: settings, seed: 0)
    let steps = try (0..<20).map { _ in try training.advance() }
    #expect(steps.allSatisfy { $0.idleGroups == 1 })
    #expect((steps[19].divergence ?? 1) < 0.5 * (steps[0].divergence ?? 0))
  }

  @Test("weights that are not finite are found before they are made worse")
  func notFinite() throws {
    let training = try start(settings)
    _ = try training.advance()
    for i in training.model.weights.indices { training.model.weights[i] = .nan }
    #expect(throws: TrainingError.lossNotFinite(step: 2)) { try training.advance() }
    #expect(training.step == 1)
  }

  @Test("a state of another model or without its batch does not open")
  func otherState() throws {
    var settings = settings
    settings.updatesPerBatch = 2
    let training = try start(settings)
    _ = try training.advance()
    var other = smallConfiguration()
    other.layers = 2
    #expect(throws: TrainingError.self) {
      try GRPO(
        model: Transformer(other, seed: 1), serializedOptimizer: training.serializedOptimizer(),
        reference: nil, prompts: training.prompts, settings: settings, seed: 3)
    }
    var plain = settings
    plain.updatesPerBatch = 1
    let atBoundary = try start(plain)
    _ = try atBoundary.advance()
    #expect(throws: TrainingError.self) {
      try GRPO(
        model: training.model, serializedOptimizer: atBoundary.serializedOptimizer(),
        reference: nil, prompts: training.prompts, settings: settings, seed: 3)
    }
  }
}
