import LanguageModel
import Problems
import Testing

@testable import Evaluation

/// Evaluation of a real model, small and untrained.
@Suite struct TransformerEvaluationTests {
  private let model = Transformer(
    ModelConfiguration(
      vocabularySize: Vocabulary.tokens.count, width: 16, layers: 2, heads: 2, keyValueHeads: 2,
      feedForwardWidth: 24),
    seed: 4)
  private let sets: [ProblemSet]

  init() throws {
    sets = try ProblemSet.benchmarks(split: .development, count: 24)
  }

  private func settings(_ temperature: Double, samples: Int = 6) -> EvaluationSettings {
    EvaluationSettings(
      temperature: temperature, samples: samples, seed: 11, maximumNewTokens: 12)
  }

  @Test func evaluationRepeatsToTheBit() throws {
    for temperature in [0, 1.0] {
      let one = try evaluate(model, on: sets, settings: settings(temperature))
      let other = try evaluate(
        Transformer(copying: model), on: sets, settings: settings(temperature))
      #expect(one == other)
      #expect(one.encoded == other.encoded)
      #expect(try EvaluationResult(encoded: one.encoded) == one)
    }
  }

  /// As the temperature goes to 0, every sample goes to the greedy one.
  @Test func coldSamplesAreGreedy() throws {
    let greedy = try evaluate(model, on: sets, settings: settings(0))
    let cold = try evaluate(model, on: sets, settings: settings(1e-6))
    let warm = try evaluate(model, on: sets, settings: settings(1))
    #expect(cold.outcomes.count == greedy.outcomes.count)
    for (one, other) in zip(greedy.outcomes, cold.outcomes) {
      #expect(other.samples == [SampleOutcome](repeating: one.samples[0], count: 6))
    }
    #expect(warm.outcomes.contains { Set($0.samples).count > 1 })
  }

  /// Batches hold other sequences in another order; the outcomes stay.
  @Test func outcomesDoNotDependOnTheBatch() throws {
    for temperature in [0, 0.8] {
      let all = try evaluate(model, on: sets, settings: settings(temperature))
      let backwards = try evaluate(model, on: sets.reversed(), settings: settings(temperature))
      for set in sets {
        let outcomes = all.outcomes.filter { $0.set == set.name }
        #expect(backwards.outcomes.filter { $0.set == set.name } == outcomes)
        let alone = try evaluate(model, on: [set], settings: settings(temperature))
        #expect(alone.outcomes == outcomes)
      }
    }
  }

  /// The means over tokens stand for what the model gave: an untrained model is near the uniform
  /// distribution over the vocabulary.
  @Test func untrainedModelsAreUnsure() throws {
    let result = try evaluate(model, on: sets, settings: settings(1))
    let entropy = try #require(result.value(of: .meanEntropy))
    #expect(entropy > 3 && entropy < 3.9)
    let logProbability = try #require(result.value(of: .meanLogProbability))
    #expect(abs(logProbability + entropy) < 0.3)
  }
}
