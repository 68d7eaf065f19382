import Kernels
import Keys
import LanguageModel
import Problems

/// Entropy minimization from a fixed set of prompts (one, in one-shot EM): each step samples
/// completions, and updates the weights so that the distributions along them become sharper. No
/// gradient flows through the sampling.
///
/// A step's random numbers are addressed by (step, prompt, sample, position), so that a trajectory
/// that goes on from a kept state draws what it would have drawn.
package final class EntropyMinimization {
  package let settings: EntropyMinimizationSettings
  package let prompts: [[Int32]]
  /// The model being trained.
  package let model: Transformer
  let optimizer: AdamW
  private let stream: RandomStream

  /// What a step did.
  package struct Step: Hashable, Sendable {
    /// The mean entropy at the loss temperature, in nats, before the update.
    package let loss: Double
    /// The norm of the gradient before clipping.
    package let gradientNorm: Double
    /// The mean number of new tokens of a sample.
    package let meanTokens: Double
    /// How many of the samples were different.
    package let distinctSamples: Int
  }

  /// A trajectory at its start.
  ///
  /// - Parameters:
  ///   - model: is trained in place.
  ///   - prompts: not empty; the samples of a step are dealt to them in turn.
  ///   - seed: the run's.
  package convenience init(
    model: Transformer, prompts: [[Int32]], settings: EntropyMinimizationSettings, seed: UInt64
  ) throws(TrainingError) {
    let optimizer = AdamW(settings.optimizer, count: model.weights.count)
    try self.init(
      model: model, optimizer: optimizer, prompts: prompts, settings: settings, seed: seed)
  }

  init(
    model: Transformer, optimizer: AdamW, prompts: [[Int32]],
    settings: EntropyMinimizationSettings, seed: UInt64
  ) throws(TrainingError) {
    precondition(!prompts.isEmpty, "entropy minimization needs a prompt")
    try settings.validate()
    self.settings = settings
    self.prompts = prompts
    self.model = model
    self.optimizer = optimizer
    stream = RandomStream(seed: seed, purpose: RandomPurpose("em/sample"))
  }

  /// How many steps were made.
  package var step: Int { optimizer.updates }

  /// Makes one step.
  ///
  /// - Throws: `TrainingError.lossNotFinite` or `.gradientNotFinite`; the weights are then those
  ///   before the step.
  package func advance() throws(TrainingError) -> Step {
    try update(on: draw())
  }

  /// Samples from the model as it is: for each sample the index of its prompt and its tokens.
  private func draw() -> [(prompt: Int, tokens: [Int32])] {
    let sampling = SamplingSettings(
      temperature: settings.temperature, topP: settings.topP,
      repetitionPenalty: settings.repetitionPenalty, maximumNewTokens: settings.maximumTokens,
      stopToken: Vocabulary.end)
    let step = step
    let generations = model.generate(
      prompts: (0..<settings.batch).map { prompts[$0 % prompts.count] }, settings: sampling
    ) { sequence, position in
      stream.uniform(step, sequence % prompts.count, sequence / prompts.count, position)
    }
    return generations.enumerated().map { ($0 % prompts.count, $1.tokens) }
  }

  /// Minimises on given samples.
  func update(on samples: [(prompt: Int, tokens: [Int32])]) throws(TrainingError) -> Step {
    let rows = WeightedRows(
      prompts: prompts, samples: samples, mask: settings.mask,
      accumulation: settings.accumulation)
    model.zeroGradients()
    var loss = 0.0
    // Without any counted token the loss is 0 and so is the gradient; the weights still decay.
    if !rows.weights.isEmpty {
      let logits = model.forward(rows.batch)
      loss =
        switch settings.objective {
        case .entropy:
          entropyGradient(
            replacing: logits, weights: rows.weights,
            temperature: Float(settings.lossTemperature))
        }
      guard loss.isFinite else { throw .lossNotFinite(step: step + 1) }
      model.backward(logits)
    }
    let norm = optimizer.update(model, learningRate: settings.learningRate)
    guard norm.isFinite else { throw .gradientNotFinite(step: step + 1) }
    let tokens = samples.reduce(0) { $0 + $1.tokens.count }
    return Step(
      loss: loss, gradientNorm: norm, meanTokens: Double(tokens) / Double(samples.count),
      distinctSamples: rows.distinctSamples)
  }
}
