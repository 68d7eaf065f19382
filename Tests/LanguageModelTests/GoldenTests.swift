import Artifacts
import Kernels
import Testing

@testable import LanguageModel

/// The model against the transformers library: checkpoints that it wrote open here and compute what
/// it computes.
@Suite struct GoldenTests {
  static let names = ["llama", "qwen2"]

  @Test(arguments: names)
  func logitsLossAndGradientsAgree(_ name: String) throws {
    let model = try Transformer(folder: Golden.folder(name))
    let golden = try Golden.model(name).packed
    let logits = model.forward(golden.batch)
    #expect(logits.count == golden.logits.count)
    var worst = 0.0
    for (i, expected) in golden.logits.enumerated() {
      worst = max(worst, abs(Double(logits.base[i]) - expected) / (1 + abs(expected)))
    }
    #expect(worst < 1e-5, "worst logit is \(worst) off")

    model.zeroGradients()
    let weights = [Float](repeating: 1 / Float(logits.rows), count: logits.rows)
    let loss = crossEntropyGradient(
      replacing: logits, targets: golden.targets, weights: weights, temperature: 1)
    #expect(abs(loss - golden.loss) < 1e-5)
    model.backward(logits)
    let gradients = model.gradientTensors()
    #expect(Set(gradients.map(\.name)) == Set(golden.gradients.keys))
    for gradient in gradients {
      let expected = try #require(golden.gradients[gradient.name])
      let scale = expected.reduce(0) { max($0, abs($1)) }
      var worst = 0.0
      for (value, wanted) in zip(gradient.values, expected) {
        worst = max(worst, abs(Double(value) - wanted) / scale)
      }
      #expect(
        gradient.values.count == expected.count && worst < 1e-4,
        "gradient of \(gradient.name) is \(worst) of its largest off")
    }
  }

  @Test(arguments: names)
  func greedyGenerationsAgree(_ name: String) throws {
    let model = try Transformer(folder: Golden.folder(name))
    let cases = try Golden.model(name).greedy
    for penalty in Set(cases.map(\.penalty)) {
      let some = cases.filter { $0.penalty == penalty }
      let generations = model.generate(
        prompts: some.map(\.prompt),
        settings: SamplingSettings(
          temperature: 0, repetitionPenalty: penalty, maximumNewTokens: 16, stopToken: 3)
      ) { _, _ in 0 }
      for (generation, golden) in zip(generations, some) {
        #expect(generation.tokens == golden.tokens, "penalty \(penalty)")
        #expect(generation.finished == (golden.tokens.last == 3))
      }
    }
  }

  @Test func drawsAgree() throws {
    for golden in try Golden.draws() {
      var seen = [UInt8](repeating: 0, count: golden.logits.count)
      for token in golden.seen { seen[token] = 1 }
      var scratch = [Float](repeating: 0, count: golden.logits.count)
      for (uniform, token) in zip(golden.uniforms, golden.tokens) {
        let drawn = drawToken(
          golden.logits, count: golden.logits.count, seen: seen,
          draw: TokenDraw(
            temperature: golden.temperature, topP: golden.topP,
            repetitionPenalty: golden.penalty),
          uniform: uniform, scratch: &scratch)
        #expect(drawn.token == token, "T \(golden.temperature), top-p \(golden.topP), \(uniform)")
      }
    }
  }
}
