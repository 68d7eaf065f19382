import Glibc
import Kernels
import Keys
import LanguageModel
import Testing

@testable import PostTraining

/// The kernel's weighted entropy of rows of logits, with its gradient.
func entropy(
  _ logits: [Float], columns: Int, weights: [Float], _ temperature: Float
) -> (loss: Double, gradient: [Float]) {
  var gradient = logits
  let loss = gradient.withUnsafeMutableBufferPointer { buffer in
    entropyGradient(
      replacing: Matrix(
        base: buffer.baseAddress!, rows: buffer.count / columns, columns: columns),
      weights: weights, temperature: temperature)
  }
  return (loss, gradient)
}

@Suite("The entropy objective")
struct ObjectiveTests {
  /// −Σ p log p of one row, in double precision, by the definition.
  private func naive(_ row: ArraySlice<Float>, _ temperature: Double) -> Double {
    let scaled = row.map { Double($0) / temperature }
    let largest = scaled.max() ?? 0
    let powers = scaled.map { exp($0 - largest) }
    let total = powers.reduce(0, +)
    return -powers.reduce(0) { $0 + ($1 > 0 ? $1 / total * log($1 / total) : 0) }
  }

  @Test("loss against the definition, gradient against finite differences", arguments: 0..<12)
  func finiteDifferences(seed: UInt64) {
    var generator = RandomStream(seed: seed, purpose: RandomPurpose("test/objective")).generator(0)
    let columns = 2 + generator.below(50)
    let rows = 1 + generator.below(4)
    let temperature = [0.3, 0.5, 1.0, 2.0][generator.below(4)]
    let logits = (0..<rows * columns).map { _ in Float(8 * generator.unit() - 4) }
    let weights = (0..<rows).map { _ in Float(generator.unit()) }
    func loss(_ logits: [Float]) -> Double {
      (0..<rows).reduce(0) {
        $0 + Double(weights[$1])
          * naive(logits[$1 * columns..<($1 + 1) * columns], temperature)
      }
    }
    let result = entropy(logits, columns: columns, weights: weights, Float(temperature))
    #expect(abs(result.loss - loss(logits)) < 2e-6 * Double(rows))
    for index in logits.indices {
      // A power of two, so that both displaced logits are exact.
      let step: Float = 0x1p-7
      var displaced = logits
      displaced[index] = logits[index] + step
      let above = loss(displaced)
      displaced[index] = logits[index] - step
      let numeric = (above - loss(displaced)) / Double(2 * step)
      #expect(abs(Double(result.gradient[index]) - numeric) < 1e-3)
    }
  }

  /// Of the objectives of tokens, whose loss is what is differentiated.
  @Test(
    "the gradient of the weights is that of the loss along random directions", arguments: 0..<5)
  func wholeModel(variation: Int) throws {
    var settings = EntropyMinimizationSettings()
    if variation == 1 || variation == 4 { settings.objective = .selfCertainty }
    if variation == 2 { settings.direction = .maximise }
    if variation >= 3 { settings.divergenceWeight = 0.7 }
    settings.batch = 6
    settings.accumulation = 2
    settings.lossTemperature = 0.7
    settings.mask = .skipFirst
    settings.learningRate = 0
    let samples: [(prompt: Int, tokens: [Int32])] = [
      (0, [4, 5, 6, 0]), (1, [7, 0]), (0, [4, 5, 6, 0]), (1, [8, 9, 10, 11, 12]), (0, [3, 0]),
      (1, [0]),
    ]
    let model = Transformer(smallConfiguration(vocabulary: 13), seed: 5)
    let training = try EntropyMinimization(
      model: model, reference: Transformer(model.configuration, seed: 6), prompts: [[1, 2], [3]],
      settings: settings, seed: 0)
    _ = try training.update(on: samples)
    let gradient = Array(model.gradients)
    let start = Array(model.weights)
    let stream = RandomStream(seed: 1, purpose: RandomPurpose("test/directions"))
    for direction in 0..<8 {
      // One tensor in two, so that no tensor's error hides behind the others'.
      var step = [Float](repeating: 0, count: start.count)
      var expected = 0.0
      for (index, parameter) in model.parameters.enumerated() where (index + direction) % 2 == 0 {
        for i in parameter.range where gradient[i] != 0 {
          step[i] = stream.uniform(direction, i, 0, 0) < 0.5 ? -0x1p-9 : 0x1p-9
          expected += Double(step[i]) * Double(gradient[i])
        }
      }
      func loss(_ sign: Float) throws -> Double {
        for i in start.indices { model.weights[i] = start[i] + sign * step[i] }
        return try training.update(on: samples).loss
      }
      let difference = (try loss(1) - loss(-1)) / 2
      #expect(abs(difference - expected) < 0.02 * abs(expected) + 2e-5)
    }
  }
}
