import Kernels
import Keys
import LanguageModel
import Problems

/// Entropy minimization from a fixed set of prompts (one, in one-shot EM): each step samples
/// completions, and updates the weights so that the distributions along them become sharper. No
/// gradient flows through the sampling.
///
/// Other objectives than the entropy, its opposite, a divergence from the base model, and settings that
/// adapt themselves are variations of the same step.
///
/// A step's random numbers are addressed by (step, prompt, sample, position), so that a trajectory
/// that goes on from a kept state draws what it would have drawn.
package final class EntropyMinimization: Trajectory {
  package let settings: EntropyMinimizationSettings
  package let prompts: [[Int32]]
  /// The model being trained.
  package let model: Transformer
  let optimizer: AdamW
  /// The base model, where a divergence from it is measured.
  let reference: Transformer?
  /// The weights before an update, where it may have to be taken back; otherwise empty.
  let previous: Arena
  var controller: AdaptiveController
  private let batching: Batching
  /// Steps of this method that a schedule made before this trajectory: its random numbers and the course
  /// of a budget go on from there.
  private let earlierSteps: Int
  private let stream: RandomStream

  /// What a step did.
  package struct Step: Hashable, Sendable {
    /// What is made small, before the update: the objective's value, a divergence with its weight
    /// included. With the entropy it is the mean entropy at the loss temperature, in nats.
    package let loss: Double
    /// The norm of the gradient before clipping.
    package let gradientNorm: Double
    /// The mean number of new tokens of a sample.
    package let meanTokens: Double
    /// How many of the samples were different.
    package let distinctSamples: Int
    /// The mean entropy of the counted tokens at the loss temperature of the settings, in nats; `nil`
    /// where it is the loss.
    package var entropy: Double?
    /// The mean over the counted tokens of the divergence from the base model, in nats; `nil` where it
    /// is not measured.
    package var divergence: Double?
    /// What the adapted setting was multiplied by; `nil` where none is.
    package var factor: Double?
    /// The share of the update that was made, 1 or a power of ½, or 0 where it was left out; `nil`
    /// without a budget of divergence.
    package var share: Double?
  }

  /// A trajectory at its start.
  ///
  /// - Parameters:
  ///   - model: is trained in place.
  ///   - reference: a model of its own with the base model's weights; used where
  ///     `settings.needsReference`, and needed there.
  ///   - prompts: not empty; the samples of a step are dealt to them in turn.
  ///   - seed: the run's.
  ///   - earlierSteps: of this method that a schedule made before, counted from the base model.
  ///   - batching: other than `.tree` only to compare with.
  package convenience init(
    model: Transformer, reference: Transformer? = nil, prompts: [[Int32]],
    settings: EntropyMinimizationSettings, seed: UInt64, earlierSteps: Int = 0,
    batching: Batching = .tree
  ) throws(TrainingError) {
    let optimizer = AdamW(settings.optimizer, count: model.weights.count)
    try self.init(
      model: model, optimizer: optimizer, reference: reference,
      controller: AdaptiveController(settings.adaptation), prompts: prompts, settings: settings,
      seed: seed, earlierSteps: earlierSteps, batching: batching)
  }

  init(
    model: Transformer, optimizer: AdamW, reference: Transformer?, controller: AdaptiveController,
    prompts: [[Int32]], settings: EntropyMinimizationSettings, seed: UInt64, earlierSteps: Int,
    batching: Batching = .tree
  ) throws(TrainingError) {
    precondition(!prompts.isEmpty, "entropy minimization needs a prompt")
    precondition(!settings.needsReference || reference != nil, "a divergence needs a reference")
    try settings.validate()
    self.settings = settings
    self.prompts = prompts
    self.model = model
    self.optimizer = optimizer
    self.reference = settings.needsReference ? reference : nil
    previous = Arena(
      count: settings.adaptation.target == .klBudget ? model.weights.count : 0)
    self.controller = controller
    self.batching = batching
    self.earlierSteps = earlierSteps
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
    let step = earlierSteps + step
    let promptOfSample = (0..<settings.batch).map { $0 % prompts.count }
    func uniform(_ sample: Int, _ position: Int) -> Float {
      stream.uniform(step, sample % prompts.count, sample / prompts.count, position)
    }
    switch batching {
    case .tree:
      let samples = model.sampleTree(
        prompts: prompts, promptOfSample: promptOfSample, settings: sampling, uniform: uniform)
      return try update(on: .init(samples.tree, settings), logits: samples.logits)
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
      return try update(on: .init(tree, settings), logits: model.forward(tree))
    case .plain:
      return try update(on: .init(prompts: prompts, samples, settings), logits: nil)
    }
  }

  /// - Parameter drawn: the logits of the rows, if they are there.
  private func update(on rows: MinimisedRows, logits drawn: Matrix?) throws(TrainingError) -> Step {
    model.zeroGradients()
    var outcome = Outcome()
    var controller = controller
    // Without any counted token the loss is 0 and so is the gradient; the weights still decay.
    if rows.weights.contains(where: { $0 != 0 }) {
      let logits = drawn ?? rows.layout.forward(model)
      outcome = minimise(rows, logits, &controller)
      guard outcome.loss.isFinite else { throw .lossNotFinite(step: step + 1) }
      model.backward(logits)
    }
    let factor = controller.factor
    let budget = controller.budget(after: earlierSteps + step + 1)
    if budget != nil { _ = previous.floats.update(fromContentsOf: model.weights) }
    let norm = optimizer.update(
      model, learningRate: settings.learningRate * controller.factor(of: .learningRate))
    guard norm.isFinite else { throw .gradientNotFinite(step: step + 1) }
    var share: Double?
    if let budget {
      let kept = try keepWithin(
        max(budget, outcome.divergence), on: rows, reference: outcome.reference)
      controller.shorten(by: kept)
      share = kept
    }
    self.controller = controller
    let tokens = rows.samples.reduce(0) { $0 + $1.tokens.count }
    return Step(
      loss: outcome.loss, gradientNorm: norm,
      meanTokens: Double(tokens) / Double(rows.samples.count),
      distinctSamples: rows.distinctSamples,
      entropy: settings.reportsEntropy ? outcome.entropy : nil,
      divergence: reference == nil ? nil : outcome.divergence,
      factor: settings.adaptation.target == .none ? nil : factor, share: share)
  }

  // MARK: Loss and gradient

  private struct Outcome {
    var loss = 0.0
    var entropy = 0.0
    var divergence = 0.0
    /// The base model's logits of the rows, where nothing has replaced them.
    var reference: Matrix?
  }

  /// Measures, adapts, and replaces the logits by the gradient of the loss.
  private func minimise(
    _ rows: MinimisedRows, _ logits: Matrix, _ controller: inout AdaptiveController
  ) -> Outcome {
    var outcome = Outcome()
    if settings.reportsEntropy {
      outcome.entropy = weightedEntropy(
        logits, weights: rows.weights, temperature: Float(settings.lossTemperature))
    }
    var slope: Matrix?
    if let reference {
      let other = rows.layout.forward(reference)
      if settings.divergenceWeight > 0 {
        outcome.divergence = divergenceGradient(
          replacing: other, from: logits, weights: rows.weights,
          scale: Float(settings.divergenceWeight))
        slope = other
      } else {
        outcome.divergence = divergence(of: logits, from: other, weights: rows.weights)
        outcome.reference = other
      }
    }
    controller.observe(
      steps: earlierSteps + step, entropy: outcome.entropy,
      divergence: reference == nil ? nil : outcome.divergence)
    let temperature = Float(settings.lossTemperature * controller.factor(of: .lossTemperature))
    outcome.loss = objectiveGradient(rows, replacing: logits, temperature: temperature)
    if let slope {
      outcome.loss += settings.divergenceWeight * outcome.divergence
      add(slope, to: logits)
    }
    return outcome
  }

  /// The objective's value, with the direction's sign; replaces the logits by its gradient.
  private func objectiveGradient(
    _ rows: MinimisedRows, replacing logits: Matrix, temperature: Float
  ) -> Double {
    let isMaximised = settings.direction == .maximise
    let weights = isMaximised ? rows.weights.map { -$0 } : rows.weights
    switch settings.objective {
    case .entropy:
      return entropyGradient(
        replacing: logits, weights: weights, temperature: temperature,
        floor: Float(settings.entropyFloor))
    case .selfCertainty:
      return selfCertaintyGradient(replacing: logits, weights: weights, temperature: temperature)
    case .sequenceLogProbability, .sequenceProbability, .answerEntropy:
      var terms = rows.terms
      let logProbabilities = terms.logProbabilities(logits, temperature: temperature)
      let objective = SequenceObjective(
        objective: settings.objective, smoothing: settings.probabilitySmoothing)
      let (value, slopes) = objective.terms(
        zip(rows.samples, logProbabilities).map { sample, logProbability in
          SequenceObjective.Sample(
            prompt: sample.prompt, logProbability: logProbability,
            answer: Grade(continuation: sample.tokens, expected: 0).answer)
        })
      terms.gradient(
        replacing: logits, slopes: isMaximised ? slopes.map { -$0 } : slopes,
        temperature: temperature)
      return isMaximised ? -value : value
    }
  }
}
