import LanguageModel
import Testing

@testable import PostTraining

@Suite("Objectives, adaptive settings and tuning against PyTorch (tools/golden/post_training.py)")
struct GoldenObjectiveTests {
  let golden: GoldenObjectives

  init() throws {
    golden = try GoldenObjectives.load()
  }

  private func settings(_ expected: GoldenObjectives.Case) -> EntropyMinimizationSettings {
    var settings = EntropyMinimizationSettings()
    settings.batch = golden.samples.count
    settings.objective = expected.objective
    settings.lossTemperature = expected.lossTemperature
    settings.mask = expected.mask
    settings.accumulation = expected.accumulation
    settings.lateFraction = expected.lateFraction
    settings.entropyFloor = expected.entropyFloor
    settings.probabilitySmoothing = expected.probabilitySmoothing
    settings.divergenceWeight = expected.divergenceWeight
    settings.learningRate = 0
    return settings
  }

  @Test(
    "values and the gradients of all weights, and their negatives when maximised", arguments: 0..<8,
    Batching.allCases)
  func gradients(index: Int, batching: Batching) throws {
    #expect(golden.cases.count == 8)
    let expected = golden.cases[index]
    var settings = settings(expected)
    func update() throws -> (EntropyMinimization.Step, Transformer) {
      let training = try EntropyMinimization(
        model: try Golden.model("initial"), reference: try Golden.model("base"),
        prompts: golden.prompts, settings: settings, seed: 0, batching: batching)
      return (try training.update(on: golden.owned), training.model)
    }
    let (step, model) = try update()
    #expect(abs(step.loss - expected.loss) < 1e-5 * (1 + abs(expected.loss)))
    #expect(abs(step.gradientNorm / expected.gradientNorm - 1) < 2e-5)
    #expect(abs((step.entropy ?? step.loss) - expected.entropy) < 1e-5)
    #expect((step.divergence == nil) == (expected.divergenceWeight == 0))
    #expect(abs((step.divergence ?? 0) - expected.divergence) < 1e-5)
    let gradients = try Golden.model("\(expected.name).gradients")
    let worst = worstDifference(model.gradients, gradients.weights, gradients.parameters)
    #expect(worst.relative < 2e-4, "\(expected.name): \(worst)")
    if expected.divergenceWeight > 0 { return }
    settings.direction = .maximise
    let (opposite, other) = try update()
    #expect(opposite.loss == -step.loss)
    #expect(zip(other.gradients, model.gradients).allSatisfy { $0 == -$1 })
  }

  @Test("settings that follow the entropy or the divergence", arguments: 0..<5, Batching.allCases)
  func adapted(index: Int, batching: Batching) throws {
    #expect(golden.adapted.count == 5)
    let expected = golden.adapted[index]
    var settings = EntropyMinimizationSettings()
    settings.batch = golden.samples.count
    settings.lossTemperature = expected.lossTemperature
    settings.learningRate = expected.learningRate
    settings.weightDecay = expected.weightDecay
    settings.clip = expected.clip
    settings.adaptation.target = expected.target
    settings.adaptation.setting = expected.setting
    settings.adaptation.entropyRate = expected.entropyRate
    settings.adaptation.klBudget = expected.klBudget
    settings.adaptation.klBudgetSteps = expected.klBudgetSteps
    settings.adaptation.gain = expected.gain
    let training = try EntropyMinimization(
      model: try Golden.model("initial"), reference: try Golden.model("base"),
      prompts: golden.prompts, settings: settings, seed: 0, batching: batching)
    for expectedStep in expected.steps {
      let step = try training.update(on: golden.owned)
      #expect(abs(step.loss - expectedStep.loss) < 2e-5)
      #expect(abs((step.entropy ?? 0) - expectedStep.entropy) < 2e-5)
      #expect((step.divergence != nil) == (expected.target == .klBudget))
      if let divergence = step.divergence {
        #expect(abs(divergence - expectedStep.divergence) < 2e-5)
      }
      #expect(abs((step.factor ?? 0) / expectedStep.factor - 1) < 2e-3)
      #expect(step.share == expectedStep.share)
      #expect(abs(step.gradientNorm / expectedStep.gradientNorm - 1) < 1e-3)
    }
    let trained = try Golden.model("\(expected.name).trained")
    let worst = worstDifference(training.model.weights, trained.weights, trained.parameters)
    #expect(worst.relative < 2e-4, "\(worst)")
  }

  @Test("three steps of supervised tuning: prompts are read, solutions learnt")
  func tuned() throws {
    let expected = golden.tuned
    var settings = SupervisedTuningSettings()
    settings.learningRate = expected.learningRate
    settings.weightDecay = expected.weightDecay
    settings.clip = expected.clip
    let training = SupervisedTuning(
      model: try Golden.model("initial"), solved: [SolvedPrompt(prompt: [1], solution: [0])],
      settings: settings, seed: 0)
    for expectedStep in expected.steps {
      let step = try training.update(
        on: zip(expectedStep.prompts, expectedStep.solutions).map {
          SolvedPrompt(prompt: $0, solution: $1)
        })
      #expect(abs(step.loss - expectedStep.loss) < 1e-5)
      #expect(abs(step.gradientNorm / expectedStep.gradientNorm - 1) < 1e-4)
    }
    let trained = try Golden.model("tuned.trained")
    let worst = worstDifference(training.model.weights, trained.weights, trained.parameters)
    #expect(worst.relative < 1e-4, "\(worst)")
  }
}
