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

  @Test(
    "losses, clips, divergences and the gradients of all weights", arguments: 0..<3,
    Batching.allCases)
  func gradients(index: Int, batching: Batching) throws {
    let expected = golden.cases[index]
    var settings = settings(expected.objective)
    settings.learningRate = 0
    settings.updatesPerBatch = 2
    let model = try Golden.model("initial")
    let training = GRPO(
      model: model, reference: Transformer(copying: model), prompts: golden.graded,
      settings: settings, seed: 0, batching: batching)
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
    for (prefix, row) in rows(of: current.rows.layout) {
      for place in current.rows.starts[row]..<current.rows.starts[row + 1] {
        let path = prefix + [current.rows.terms[place].token]
        let found = golden.samples.indices.lazy.compactMap { index -> (Int, Int)? in
          let prompt = golden.prompts[index / golden.groupSize]
          let position = path.count - 1 - prompt.count
          let sample = prompt + golden.samples[index]
          return position >= 0 && sample.starts(with: path) ? (index, position) : nil
        }.first
        let (sample, position) = try #require(found)
        current.rows.terms[place].oldLogProbability = expected.old[sample][position]
        current.rows.terms[place].referenceLogProbability = expected.reference[sample][position]
      }
    }
    training.current = current
  }

  /// Each row of logits with the tokens up to it.
  private func rows(of layout: RowLayout) -> [(prefix: [Int32], row: Int)] {
    switch layout {
    case .packed(let batch):
      return batch.logitRows.enumerated().map { row, token in
        let start = batch.starts.last { $0 <= token } ?? 0
        return (Array(batch.tokens[start...token]), row)
      }
    case .tree(let tree):
      return tree.logitRows.enumerated().map { row, last in
        var prefix: [Int32] = []
        var token = last
        while token >= 0 {
          prefix.append(tree.tokens[token])
          token = Int(tree.parents[token])
        }
        return (prefix.reversed(), row)
      }
    }
  }

  @Test(
    "ten updates on two batches: losses, clips, divergences, weights at the end",
    arguments: Batching.allCases)
  func run(batching: Batching) throws {
    let expected = golden.run
    var settings = settings(expected.objective)
    settings.learningRate = expected.learningRate
    settings.weightDecay = expected.weightDecay
    settings.clip = expected.clip
    settings.updatesPerBatch = expected.updatesPerBatch
    let model = try Golden.model("initial")
    let training = GRPO(
      model: model, reference: Transformer(copying: model), prompts: golden.graded,
      settings: settings, seed: 0, batching: batching)
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
