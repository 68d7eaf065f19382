import Kernels
import Testing

@testable import LanguageModel

/// Gradients of the whole model against central differences of its own loss.
@Suite struct GradientTests {
  /// Σ weights·(−log p(target)) over the rows of a batch.
  private static func loss(
    _ model: Transformer, _ batch: PackedBatch, _ targets: [Int32], _ weights: [Float]
  ) -> Double {
    let logits = model.forward(batch)
    var (chosen, entropies) = (
      [Float](repeating: 0, count: logits.rows), [Float](repeating: 0, count: logits.rows)
    )
    logitStatistics(
      logProbabilities: &chosen, entropies: &entropies, logits, targets: targets, temperature: 1)
    return zip(weights, chosen).reduce(0) { $0 - Double($1.0) * Double($1.1) }
  }

  @Test(arguments: Models.configurations.indices)
  func everyTensorAgreesWithDifferences(_ index: Int) {
    let model = Models.make(index)
    let batch = Models.batch(model, lengths: [5, 1, 9, 14])
    let rows = batch.logitRows.count
    let targets = Models.tokens(rows, model, 99)
    let weights = (0..<rows).map { Float($0 % 5) * 0.3 - 0.4 }
    model.zeroGradients()
    let logits = model.forward(batch)
    _ = crossEntropyGradient(
      replacing: logits, targets: targets, weights: weights, temperature: 1)
    model.backward(logits)

    for parameter in model.parameters {
      // A random direction moves all of the tensor: the difference then is large against the
      // rounding of single precision, and no element goes untested.
      let elements = parameter.range.filter {
        parameter.kind != .matrix || isElement($0 - parameter.range.lowerBound, parameter)
      }
      let signs = Models.tokens(elements.count, model, 7).map { Float($0 % 2) * 2 - 1 }
      let before = elements.map { model.weights[$0] }
      let slope = zip(elements, signs).reduce(0.0) {
        $0 + Double(model.gradients[$1.0]) * Double($1.1)
      }
      let norm = elements.reduce(0.0) {
        $0 + Double(model.gradients[$1]) * Double(model.gradients[$1])
      }.squareRoot()
      func moved(_ step: Float) -> Double {
        for (i, at) in elements.enumerated() { model.weights[at] = before[i] + step * signs[i] }
        defer { for (i, at) in elements.enumerated() { model.weights[at] = before[i] } }
        return Self.loss(model, batch, targets, weights)
      }
      // Two step sizes, extrapolated: the error falls with the fourth power.
      let step: Float = 4e-3
      let coarse = (moved(step) - moved(-step)) / (2 * Double(step))
      let fine = (moved(step / 2) - moved(-step / 2)) / Double(step)
      let difference = (4 * fine - coarse) / 3
      let error = abs(slope - difference) / max(norm, abs(slope))
      #expect(norm > 0, "\(parameter.name) has a gradient")
      #expect(error < 3e-3, "\(parameter.name): slope \(slope), difference \(difference)")
    }
  }

  /// Whether an offset in a matrix's panels is an element, not padding.
  private func isElement(_ offset: Int, _ parameter: Parameter) -> Bool {
    let (inputs, outputs) = (parameter.shape[0], parameter.shape[1])
    let column = offset / (16 * inputs) * 16 + offset % 16
    return offset / (16 * inputs) * 16 < outputs && column < outputs
  }

  @Test func gradientsAccumulateAndPaddingStaysZero() {
    let model = Models.make(0)
    let batch = Models.batch(model, lengths: [3, 8])
    func pass() {
      let logits = model.forward(batch)
      _ = entropyGradient(
        replacing: logits, weights: .init(repeating: 0.1, count: logits.rows), temperature: 0.5)
      model.backward(logits)
    }
    model.zeroGradients()
    pass()
    let once = model.gradientValues
    pass()
    let twice = model.gradientValues
    for (one, two) in zip(once, twice) { #expect(abs(two - 2 * one) <= 1e-5 * (1 + abs(two))) }
    for parameter in model.parameters where parameter.kind == .matrix {
      for at in parameter.range where !isElement(at - parameter.range.lowerBound, parameter) {
        #expect(model.gradients[at] == 0 && model.weights[at] == 0)
      }
    }
    model.zeroGradients()
    #expect(model.gradients.allSatisfy { $0 == 0 })
  }

  @Test func resultsRepeatToTheBit() {
    for index in Models.configurations.indices {
      let (one, two) = (Models.make(index), Models.make(index))
      // The second model has computed something else before.
      _ = two.forward(Models.batch(two, lengths: [30, 2]))
      var results: [[Float]] = []
      for model in [one, two] {
        let batch = Models.batch(model, lengths: [4, 11])
        model.zeroGradients()
        let logits = model.forward(batch)
        _ = entropyGradient(
          replacing: logits, weights: .init(repeating: 1, count: logits.rows), temperature: 1)
        model.backward(logits)
        results.append(model.gradientValues)
      }
      #expect(results[0] == results[1])
    }
  }
}
