import Testing

@testable import LanguageModel

/// What the configuration says of memory is what is allocated.
@Suite struct MemoryTests {
  @Test(arguments: Models.configurations.indices)
  func trainingAllocatesWhatIsSaid(_ index: Int) {
    let model = Models.make(index)
    let batch = Models.batch(model, lengths: [7, 1, 12])
    model.zeroGradients()
    model.backward(model.forward(batch))
    let said = model.configuration.trainingMemory(
      tokens: batch.tokens.count, longest: 12, logitRows: batch.logitRows.count)
    #expect(model.allocatedBytes == said.weights + said.gradients + said.activations)
    #expect(said.optimizer == 2 * said.weights && said.gradients == said.weights)
    #expect(said.weights >= 4 * model.configuration.parameterCount)
  }

  @Test(arguments: Models.configurations.indices)
  func generationAllocatesWhatIsSaid(_ index: Int) {
    let model = Models.make(index)
    // Many more sequences than slots, each with a prompt of its own.
    let prompts = (0..<60).map { Models.tokens(9, model, $0) }
    let settings = SamplingSettings(temperature: 0, maximumNewTokens: 5, stopToken: -1)
    _ = model.generate(prompts: prompts, settings: settings) { _, _ in 0 }
    let said = model.configuration.generationMemory(sequences: 60, prompt: 9, new: 5)
    #expect(model.allocatedBytes == said.total)
  }

  @Test func aLargeModelTrainsWithinFourTimesItsWeightsAndActivations() {
    let configuration = ModelConfiguration(
      vocabularySize: 49152, width: 576, layers: 30, heads: 9, keyValueHeads: 3,
      feedForwardWidth: 1536, tiedEmbeddings: true)
    let said = configuration.trainingMemory(tokens: 256, longest: 64, logitRows: 256)
    #expect(configuration.parameterCount > 134_000_000)
    let weights = said.weights
    #expect(said.total - said.activations == 4 * weights)
    // Padding and slack are next to nothing.
    #expect(Double(weights) < 1.001 * Double(4 * configuration.parameterCount))
  }
}
