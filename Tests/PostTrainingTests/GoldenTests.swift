import LanguageModel
import Testing

@testable import PostTraining

@Suite("Against PyTorch (tools/golden/post_training.py)")
struct GoldenTests {
  let golden: Golden

  init() throws {
    golden = try Golden.load()
  }

  @Test("entropy losses and the gradients of all weights", arguments: 0..<3, Batching.allCases)
  func entropyGradients(index: Int, batching: Batching) throws {
    let expected = golden.entropy[index]
    var settings = EntropyMinimizationSettings()
    settings.batch = golden.completions.count
    settings.mask = expected.mask
    settings.lossTemperature = expected.lossTemperature
    settings.accumulation = expected.accumulation
    settings.learningRate = 0
    let training = try EntropyMinimization(
      model: try Golden.model("initial"), prompts: [golden.prompt], settings: settings, seed: 0,
      batching: batching)
    let step = try training.update(on: golden.samples)
    #expect(abs(step.loss - expected.loss) < 1e-5)
    #expect(abs(step.gradientNorm / expected.gradientNorm - 1) < 1e-5)
    let gradients = try Golden.model("\(expected.name).gradients")
    let worst = worstDifference(
      training.model.gradients, gradients.weights, gradients.parameters)
    #expect(worst.relative < 1e-4, "\(worst)")
  }

  @Test(
    "three steps of entropy minimization on fixed samples",
    arguments: Batching.allCases)
  func entropySteps(batching: Batching) throws {
    let expected = golden.entropySteps
    var settings = EntropyMinimizationSettings()
    settings.batch = golden.completions.count
    settings.mask = expected.mask
    settings.lossTemperature = expected.lossTemperature
    settings.accumulation = expected.accumulation
    settings.learningRate = expected.learningRate
    settings.weightDecay = expected.weightDecay
    settings.clip = expected.clip
    let training = try EntropyMinimization(
      model: try Golden.model("initial"), prompts: [golden.prompt], settings: settings, seed: 0,
      batching: batching)
    for expectedStep in expected.steps {
      let step = try training.update(on: golden.samples)
      #expect(abs(step.loss - expectedStep.loss) < 1e-5)
      #expect(abs(step.gradientNorm / expectedStep.gradientNorm - 1) < 1e-4)
      #expect(step.distinctSamples == Set(golden.completions).count)
    }
    let trained = try Golden.model("entropy.trained")
    let worst = worstDifference(training.model.weights, trained.weights, trained.parameters)
    #expect(worst.relative < 1e-4, "\(worst)")
  }

  @Test("three steps of supervised training on fixed documents")
  func supervisedSteps() throws {
    let model = try Golden.model("initial")
    var settings = PretrainingSettings(configuration: model.configuration, seed: 0, steps: 100)
    settings.warmUpSteps = 2
    let training = Pretraining(
      settings, model: model, optimizer: AdamW(settings.optimizer, count: model.weights.count),
      losses: [], tokens: 0)
    for (index, expected) in golden.supervised.steps.enumerated() {
      #expect(settings.schedule.rate(step: index + 1) == expected.learningRate)
      let norm = try training.update(
        on: expected.documents, learningRate: expected.learningRate)
      #expect(abs(Double(training.losses[index]) - expected.loss) < 1e-5)
      #expect(abs(norm / expected.gradientNorm - 1) < 1e-4)
    }
    let trained = try Golden.model("supervised.trained")
    let worst = worstDifference(model.weights, trained.weights, trained.parameters)
    #expect(worst.relative < 1e-4, "\(worst)")
  }

  @Test("entropy of single rows and the gradient of their logits")
  func rows() throws {
    let rows = golden.rows
    let count = rows.logits.count / rows.columns
    for row in 0..<count {
      var single = [Float](repeating: 0, count: count)
      single[row] = 1
      let result = entropy(rows.logits, columns: rows.columns, weights: single, rows.temperature)
      #expect(abs(result.loss - rows.entropies[row]) < 1e-6)
    }
    let all = entropy(rows.logits, columns: rows.columns, weights: rows.weights, rows.temperature)
    for (actual, expected) in zip(all.gradient, rows.gradient) {
      #expect(abs(actual - expected) < 1e-6)
    }
  }
}
