import LanguageModel
import Problems
import Testing

@testable import PostTraining

@Suite("Trajectories of entropy minimization")
struct EntropyMinimizationTests {
  private var settings: EntropyMinimizationSettings {
    var settings = EntropyMinimizationSettings()
    settings.batch = 8
    settings.maximumTokens = 12
    settings.temperature = 1
    settings.learningRate = 2e-3
    return settings
  }

  private func start(seed: UInt64 = 3) throws -> EntropyMinimization {
    let prompts = try ProblemSet.adaptation(count: 2, seed: 0).problems.map(\.prompt)
    return try EntropyMinimization(
      model: Transformer(smallConfiguration(), seed: 1), prompts: prompts, settings: settings,
      seed: seed)
  }

  @Test("a trajectory that goes on from its kept state is the one that ran through, to the bit")
  func resume() throws {
    let through = try start()
    let first = try (0..<2).map { _ in try through.advance() }
    let state = through.model.serialized()
    let optimizer = through.serializedOptimizer()
    let rest = try (0..<3).map { _ in try through.advance() }

    let resumed = try EntropyMinimization(
      model: try Transformer(serialized: state), serializedOptimizer: optimizer,
      prompts: through.prompts, settings: settings, seed: 3)
    #expect(resumed.step == 2)
    #expect(try (0..<3).map { _ in try resumed.advance() } == rest)
    #expect(resumed.model.serialized() == through.model.serialized())
    #expect(resumed.serializedOptimizer() == through.serializedOptimizer())
    #expect(first != rest)
  }

  /// Variations of the step, each with what it needs to go on.
  private static var variations: [(inout EntropyMinimizationSettings) -> Void] {
    MinimisedObjective.allCases.map { objective in { $0.objective = objective } }
      + [
        { $0.direction = .maximise },
        { $0.mask = .late },
        { $0.divergenceWeight = 0.3 },
        {
          $0.adaptation.target = .entropyRate
          $0.adaptation.setting = .lossTemperature
        },
        { $0.adaptation.target = .entropyRate },
        {
          $0.adaptation.target = .klBudget
          $0.adaptation.klBudget = 1e-4
        },
        {
          $0.adaptation.target = .klBudget
          $0.adaptation.setting = .lossTemperature
          $0.adaptation.klBudget = 1e-4
        },
      ]
  }

  @Test("every variation cut at any step goes on to the same bits", arguments: 0..<12)
  func resumeVariations(index: Int) throws {
    #expect(Self.variations.count == 12)
    var settings = settings
    Self.variations[index](&settings)
    let prompts = try ProblemSet.adaptation(count: 2, seed: 0).problems.map(\.prompt)
    let base = Transformer(smallConfiguration(), seed: 1)
    let through = try EntropyMinimization(
      model: Transformer(copying: base), reference: base, prompts: prompts, settings: settings,
      seed: 3, earlierSteps: 5)
    var cut = try EntropyMinimization(
      model: Transformer(copying: base), reference: base, prompts: prompts, settings: settings,
      seed: 3, earlierSteps: 5)
    var factors: Set<Double> = []
    for _ in 0..<4 {
      let step = try cut.advance()
      #expect(step == (try through.advance()))
      factors.insert(step.factor ?? 1)
      cut = try EntropyMinimization(
        model: try Transformer(serialized: cut.model.serialized()),
        serializedOptimizer: cut.serializedOptimizer(), reference: base, prompts: prompts,
        settings: settings, seed: 3, earlierSteps: 5)
    }
    #expect(cut.model.serialized() == through.model.serialized())
    #expect(cut.serializedOptimizer() == through.serializedOptimizer())
    #expect((factors.count > 1) == (settings.adaptation.target != .none))
  }

  @Test("random numbers go on where a schedule's earlier steps of the method ended")
  func earlierSteps() throws {
    var settings = settings
    settings.learningRate = 0
    let prompts = try ProblemSet.adaptation(count: 1, seed: 0).problems.map(\.prompt)
    func losses(after earlier: Int, _ count: Int) throws -> [Double] {
      let training = try EntropyMinimization(
        model: Transformer(smallConfiguration(), seed: 1), prompts: prompts, settings: settings,
        seed: 3, earlierSteps: earlier)
      return try (0..<count).map { _ in try training.advance().loss }
    }
    #expect(try losses(after: 2, 2) == Array(try losses(after: 0, 4)[2...]))
  }

  @Test("maximised, the entropy rises")
  func maximised() throws {
    var settings = settings
    settings.direction = .maximise
    let model = Transformer(smallConfiguration(), seed: 1)
    for parameter in model.parameters where parameter.kind != .gain {
      for i in parameter.range { model.weights[i] *= 4 }
    }
    let prompts = try ProblemSet.adaptation(count: 1, seed: 0).problems.map(\.prompt)
    let training = try EntropyMinimization(
      model: model, prompts: prompts, settings: settings, seed: 3)
    let entropies = try (0..<12).map { _ in try training.advance().entropy ?? 0 }
    #expect(entropies[11] > entropies[0] + 0.1)
  }

  @Test("the same seed draws the same, another seed draws otherwise")
  func seeds() throws {
    let one = try start().advance()
    #expect(try start().advance() == one)
    #expect(try start(seed: 4).advance() != one)
  }

  @Test("steps lower the entropy of an untrained model")
  func lowersEntropy() throws {
    let training = try start()
    let losses = try (0..<12).map { _ in try training.advance().loss }
    #expect(losses[11] < losses[0] - 0.1)
  }

  @Test("without any counted token the loss is 0 and only the decay acts")
  func nothingCounted() throws {
    var settings = settings
    settings.mask = .skipFirst
    settings.batch = 2
    settings.learningRate = 0.5
    settings.weightDecay = 0.5
    let model = Transformer(smallConfiguration(), seed: 1)
    let before = Array(model.weights)
    let training = try EntropyMinimization(
      model: model, prompts: [[1, 2]], settings: settings, seed: 0)
    let step = try training.update(on: [(0, [0]), (0, [0])])
    #expect(step.loss == 0)
    #expect(step.gradientNorm == 0)
    #expect(zip(model.weights, before).allSatisfy { $0 == $1 * 0.75 })
  }

  @Test("weights that are not finite are found before they are made worse")
  func notFinite() throws {
    let training = try start()
    _ = try training.advance()
    for i in training.model.weights.indices { training.model.weights[i] = .nan }
    #expect(throws: TrainingError.lossNotFinite(step: 2)) { try training.advance() }
    #expect(training.step == 1)
  }

  @Test("settings that cannot be are refused")
  func refusedSettings() {
    var uneven = settings
    uneven.accumulation = 3
    #expect(throws: TrainingError.unevenMicroBatches(batch: 8, accumulation: 3)) {
      try uneven.validate()
    }
    var cold = settings
    cold.lossTemperature = 0
    #expect(throws: TrainingError.lossTemperatureNotPositive(0)) { try cold.validate() }
  }

  @Test("an optimizer of another model does not open")
  func otherOptimizer() throws {
    let training = try start()
    var other = smallConfiguration()
    other.layers = 2
    #expect(throws: TrainingError.self) {
      try EntropyMinimization(
        model: Transformer(other, seed: 1), serializedOptimizer: training.serializedOptimizer(),
        prompts: training.prompts, settings: settings, seed: 3)
    }
  }
}
