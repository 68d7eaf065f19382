import Kernels
import Testing

@testable import LanguageModel

@Suite struct ForwardTests {
  @Test(arguments: Models.configurations.indices)
  func logitsOfASequenceDoNotDependOnTheBatch(_ index: Int) {
    let model = Models.make(index)
    let lengths = [7, 1, 33, 12, 2, 20]
    let together = model.logitValues(Models.batch(model, lengths: lengths))
    var apart: [Float] = []
    for (i, length) in lengths.enumerated() {
      var batch = PackedBatch()
      batch.append(Models.tokens(length, model, i), logitsAt: i % length..<length)
      apart += model.logitValues(batch)
    }
    #expect(together == apart)
  }

  @Test func aBatchIsReused() {
    var batch = PackedBatch()
    batch.append([1, 2, 3], logitsAt: 1..<3)
    batch.append([4], logitsAt: 0..<0)
    batch.append([5, 6], logitsAt: 0..<1)
    #expect(batch.tokens == [1, 2, 3, 4, 5, 6])
    #expect(batch.starts == [0, 3, 4, 6])
    #expect(batch.positions == [0, 1, 2, 0, 0, 1])
    #expect(batch.logitRows == [1, 2, 4])
    #expect(batch.longest == 3 && batch.sequenceCount == 3)
    batch.removeAll()
    #expect(batch.tokens.isEmpty && batch.sequenceCount == 0 && batch.longest == 0)
    batch.append([7], logitsAt: 0..<1)
    #expect(batch.starts == [0, 1] && batch.logitRows == [0] && batch.positions == [0])
  }

  @Test func aCopyIsAModelOfItsOwn() {
    let model = Models.make(1)
    let copy = Transformer(copying: model)
    let batch = Models.batch(model, lengths: [6])
    let before = model.logitValues(batch)
    #expect(copy.logitValues(batch) == before)
    copy.weights[3] += 1
    #expect(model.logitValues(batch) == before)
    copy.copyWeights(of: model)
    #expect(copy.weightValues == model.weightValues)
  }

  @Test func newModelsAreDrawnFromTheirSeed() {
    let configuration = ModelConfiguration(
      vocabularySize: 49, width: 64, layers: 3, heads: 4, keyValueHeads: 4, feedForwardWidth: 176)
    let model = Transformer(configuration, seed: 5)
    #expect(configuration.parameterCount == 157_248)
    #expect(
      model.parameters.reduce(0) { $0 + $1.shape.reduce(1, *) } == configuration.parameterCount)
    #expect(Transformer(configuration, seed: 5).weightValues == model.weightValues)
    #expect(Transformer(configuration, seed: 6).weightValues != model.weightValues)
    for parameter in model.parameters where parameter.kind == .matrix {
      let values = parameter.range.map { Double(model.weights[$0]) }.filter { $0 != 0 }
      let mean = values.reduce(0, +) / Double(values.count)
      let variance = values.reduce(0) { $0 + $1 * $1 } / Double(values.count)
      var expected = 1 / Double(parameter.shape[0])
      if parameter.name.hasSuffix("output") || parameter.name.hasSuffix("down") { expected /= 6 }
      if parameter.name == "head" { expected /= 100 }
      #expect(abs(mean) < 0.1 * variance.squareRoot(), "\(parameter.name)")
      #expect(abs(variance / expected - 1) < 0.1, "\(parameter.name)")
    }
    // The first loss is about that of guessing.
    var batch = PackedBatch()
    batch.append(Models.tokens(40, model, 0), logitsAt: 0..<40)
    let logits = model.forward(batch)
    let loss = crossEntropyGradient(
      replacing: logits, targets: Models.tokens(40, model, 1),
      weights: .init(repeating: 1 / 40, count: 40), temperature: 1)
    #expect(abs(loss - 3.89) < 0.1)
  }

  @Test func theProcessorThatRunsTheseTestsIsNotRefused() {
    #expect(Processor.missingFeatures == [])
  }

  @Test func configurationsAreChecked() {
    func error(_ change: (inout ModelConfiguration) -> Void) -> ModelConfigurationError? {
      var configuration = Models.configurations[0]
      change(&configuration)
      do {
        try configuration.validate()
        return nil
      } catch {
        return error
      }
    }
    #expect(error { _ in } == nil)
    #expect(error { $0.layers = 0 } == .notPositive(name: "layers", value: 0))
    #expect(error { $0.width = 13 } == .notDivisible(width: 13, heads: 2))
    #expect(error { $0.width = 6 } == .oddHeadSize(3))
    #expect(error { $0.keyValueHeads = 3 } == .notGrouped(heads: 2, keyValueHeads: 3))
    #expect(error { $0.ropeBase = .infinity } == .badRopeBase(.infinity))
    #expect(error { $0.normEpsilon = -1 } == .badNormEpsilon(-1))
  }
}
