import LanguageModel
import Testing

@testable import PostTraining

@Suite("GRPO against PyTorch (tools/golden/post_training.py)")
struct GoldenGRPOTests {
  let golden: GoldenGRPO

  init() throws {
    golden = try GoldenGRPO.load()
  }

  private func settings(_ objective: GoldenGRPO.Objective) -> GRPOSettings {
    objective.settings(groupSize: golden.groupSize, prompts: golden.prompts.count)
  }

  @Test("losses, clips, divergences and the gradients of all weights", arguments: 0..<3)
  func gradients(index: Int) throws {
    let expected = golden.cases[index]
    var settings = settings(expected.objective)
    settings.learningRate = 0
    settings.updatesPerBatch = 2
    let model = try Golden.model("initial")
    let training = GRPO(
      model: model, reference: Transformer(copying: model), prompts: golden.graded,
      settings: settings, seed: 0)
    let batch = GRPOBatch(
      prompts: golden.graded, samples: golden.samples, rewards: golden.rewards,
      settings: settings)
    for (actual, wanted) in zip(batch.advantages, expected.advantages) {
      #expect(abs(actual - wanted) < 1e-12)
    }
    training.begin(batch)
    try setProbabilities(of: training, expected)
    let step = try training.update(recordingOld: false)
    #expect(abs(step.loss - expected.loss) < 1e-5)
    #expect(abs(step.gradientNorm / expected.gradientNorm - 1) < 1e-5)
    #expect(abs((step.clipFraction ?? -1) - expected.clipFraction) < 1e-6)
    if settings.divergenceWeight > 0 {
      #expect(abs((step.divergence ?? -1) - expected.divergence) < 1e-5)
    } else {
      #expect(step.divergence == nil)
    }
    let wanted = try Golden.model("\(expected.name).gradients")
    let worst = worstDifference(model.gradients, wanted.weights, wanted.parameters)
    #expect(worst.relative < 1e-4, "\(worst)")
  }

  /// Puts the golden log-probabilities where the sampling policy and the reference left theirs.
  private func setProbabilities(of training: GRPO, _ expected: GoldenGRPO.Case) throws {
    var current = try #require(training.current)
    let batch = current.rows.batch
    for sequence in 0..<batch.sequenceCount {
      let tokens = Array(batch.tokens[batch.starts[sequence]..<batch.starts[sequence + 1]])
      let first = current.rows.batch.logitRows.firstIndex { $0 >= batch.starts[sequence] } ?? 0
      let sample = try #require(
        golden.samples.indices.first { index in
          let prompt = golden.prompts[index / golden.groupSize]
          return prompt + golden.samples[index].dropLast() == tokens
            && current.rows.terms[first + golden.samples[index].count - 1].token
              == golden.samples[index].last
        })
      for place in golden.samples[sample].indices {
        current.rows.terms[first + place].oldLogProbability = expected.old[sample][place]
        current.rows.terms[first + place].referenceLogProbability =
          expected.reference[sample][place]
      }
    }
    training.current = current
  }

  @Test("ten updates on two batches: losses, clips, divergences, weights at the end")
  func run() throws {
    let expected = golden.run
    var settings = settings(expected.objective)
    settings.learningRate = expected.learningRate
    settings.weightDecay = expected.weightDecay
    settings.clip = expected.clip
    settings.updatesPerBatch = expected.updatesPerBatch
    let model = try Golden.model("initial")
    let training = GRPO(
      model: model, reference: Transformer(copying: model), prompts: golden.graded,
      settings: settings, seed: 0)
    for (index, wanted) in expected.steps.enumerated() {
      if !training.isWithinBatch {
        let batch = expected.batches[index / settings.updatesPerBatch]
        training.begin(
          GRPOBatch(
            prompts: golden.graded, samples: batch.samples, rewards: batch.rewards,
            settings: settings))
      }
      let step = try training.update(recordingOld: !training.isWithinBatch)
      #expect(abs(step.loss - wanted.loss) < 1e-5, "step \(index + 1)")
      #expect(abs(step.gradientNorm / wanted.gradientNorm - 1) < 1e-4, "step \(index + 1)")
      #expect(abs((step.clipFraction ?? -1) - wanted.clipFraction) < 1e-6, "step \(index + 1)")
      #expect(abs((step.divergence ?? -1) - wanted.divergence) < 1e-5, "step \(index + 1)")
    }
    let trained = try Golden.model("grpo.trained")
    let worst = worstDifference(model.weights, trained.weights, trained.parameters)
    #expect(worst.relative < 1e-4, "\(worst)")
  }
}
