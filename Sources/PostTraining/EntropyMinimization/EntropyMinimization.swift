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
package final class EntropyMinimization: Trajectory {
  package let settings: EntropyMinimizationSettings
  package let prompts: [[Int32]]
  /// The model being trained.
  package let model: Transformer
  let optimizer: AdamW
  private let batching: Batching
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
  ///   - batching: other than `.tree` only to compare with.
  package convenience init(
    model: Transformer, prompts: [[Int32]], settings: EntropyMinimizationSettings, seed: UInt64,
    batching: Batching = .tree
  ) throws(TrainingError) {
    let optimizer = AdamW(settings.optimizer, count: model.weights.count)
    try self.init(
      model: model, optimizer: optimizer, prompts: prompts, settings: settings, seed: seed,
      batching: batching)
  }

  init(
    model: Transformer, optimizer: AdamW, prompts: [[Int32]],
    settings: EntropyMinimizationSettings, seed: UInt64, batching: Batching = .tree
  ) throws(TrainingError) {
    precondition(!prompts.isEmpty, "entropy minimization needs a prompt")
    try settings.validate()
    self.settings = settings
    self.prompts = prompts
    self.model = model
    self.optimizer = optimizer
    self.batching = batching
    stream = RandomStream(seed: seed, purpose: RandomPurpose("em/sample"))
  }

  package var step: Int { optimizer.updates }

  /// Makes one step.
  ///
  /// - Throws: `TrainingError.lossNotFinite` or `.gradientNotFinite`; the weights are then those
  ///   before the step.
  package func advance() throws(TrainingError) -> Step {
    let sampling = SamplingSettings(
      temperature: settings.temperature, topP: settings.topP,
      repetitionPenalty: settings.repetitionPenalty, maximumNewTokens: settings.maximumTokens,
      stopToken: Vocabulary.end)
    let step = step
    let promptOfSample = (0..<settings.batch).map { $0 % prompts.count }
    func uniform(_ sample: Int, _ position: Int) -> Float {
      stream.uniform(step, sample % prompts.count, sample / prompts.count, position)
    }
    switch batching {
    case .tree:
      let samples = model.sampleTree(
        prompts: prompts, promptOfSample: promptOfSample, settings: sampling, uniform: uniform)
      return try update(on: samples.tree, logits: samples.logits)
    case .plain:
      let generations = model.generate(
        prompts: promptOfSample.map { prompts[$0] }, settings: sampling, uniform: uniform)
      return try update(on: zip(promptOfSample, generations).map { ($0, $1.tokens) })
    }
  }

  /// Minimises on given samples: for each the index of its prompt and its tokens.
  func update(on samples: [(prompt: Int, tokens: [Int32])]) throws(TrainingError) -> Step {
    switch batching {
    case .tree:
      let tree = SampleTree(prompts: prompts, samples: samples)
      return try update(on: tree, logits: model.forward(tree))
    case .plain:
      let rows = WeightedRows(
        prompts: prompts, samples: samples, mask: settings.mask,
        accumulation: settings.accumulation)
      return try update(
        weights: rows.weights, logits: rows.weights.isEmpty ? nil : model.forward(rows.batch),
        tokens: samples.map(\.tokens.count), distinctSamples: rows.distinctSamples)
    }
  }

  private func update(on tree: SampleTree, logits: Matrix) throws(TrainingError) -> Step {
    try update(
      weights: tree.rowWeights(mask: settings.mask, accumulation: settings.accumulation),
      logits: logits, tokens: tree.samples.map(\.tokens.count),
      distinctSamples: tree.distinctSamples)
  }

  /// - Parameters:
  ///   - weights: of the rows of the logits.
  ///   - tokens: the length of each sample.
  private func update(
    weights: [Float], logits: Matrix?, tokens: [Int], distinctSamples: Int
  ) throws(TrainingError) -> Step {
    model.zeroGradients()
    var loss = 0.0
    // Without any counted token the loss is 0 and so is the gradient; the weights still decay.
    if let logits, weights.contains(where: { $0 != 0 }) {
      loss =
        switch settings.objective {
        case .entropy:
          entropyGradient(
            replacing: logits, weights: weights, temperature: Float(settings.lossTemperature))
        }
      guard loss.isFinite else { throw .lossNotFinite(step: step + 1) }
      model.backward(logits)
    }
    let norm = optimizer.update(model, learningRate: settings.learningRate)
    guard norm.isFinite else { throw .gradientNotFinite(step: step + 1) }
    return Step(
      loss: loss, gradientNorm: norm,
      meanTokens: Double(tokens.reduce(0, +)) / Double(tokens.count),
      distinctSamples: distinctSamples)
  }
}
