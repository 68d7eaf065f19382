import Kernels
import Keys
import LanguageModel
import Problems

/// Group relative policy optimization (DeepSeekMath, arXiv 2402.03300) with rewards that are computed
/// from the samples: each batch samples a group of answers to each of some prompts, and updates raise
/// the probability of the tokens of those answers that were rewarded better than their group.
///
/// A step is one update. The random numbers of a batch are addressed by (step at which it is drawn,
/// group, sample, position), so that a trajectory that goes on from a kept state draws what it would
/// have drawn.
package final class GRPO: Trajectory {
  package let settings: GRPOSettings
  /// The pool that batches take their prompts from.
  package let prompts: [GradedPrompt]
  /// The model being trained.
  package let model: Transformer
  let optimizer: AdamW
  /// The state that the trajectory started from, where a divergence from it is part of the loss.
  private let reference: Transformer?
  private let batching: Batching
  /// Steps of this method that a schedule made before this trajectory: its prompts and random numbers go
  /// on from there.
  private let earlierSteps: Int
  private let passes: PromptPasses
  private let stream: RandomStream
  private let coins: RandomStream
  /// The batch that the last step updated on, for the updates that may follow on it.
  var current: (batch: GRPOBatch, rows: PolicyRows)?

  /// What a step did. Of the batch that it updated on, unless marked otherwise.
  package struct Step: Hashable, Sendable {
    /// The loss before the update.
    package let loss: Double
    /// The norm of the gradient before clipping.
    package let gradientNorm: Double
    package let meanReward: Double
    /// The mean over the groups of the standard deviation of a group's rewards.
    package let rewardDeviation: Double
    /// The share of samples with the right answer, whatever they are rewarded for.
    package let accuracy: Double
    /// The share of groups whose rewards are all equal, so that they teach nothing.
    package let idleGroups: Double
    /// The mean over all tokens of the estimated divergence from the reference before the update, in
    /// nats; `nil` where it is no part of the loss.
    package let divergence: Double?
    /// The share of tokens whose ratio is clipped; `nil` where every batch is updated on once, so that
    /// no ratio differs from 1.
    package let clipFraction: Double?
    /// The mean number of new tokens of a sample.
    package let meanTokens: Double
    /// How many of the samples were different.
    package let distinctSamples: Int
  }

  /// A trajectory at its start.
  ///
  /// - Parameters:
  ///   - model: is trained in place.
  ///   - reference: a model of its own in the state that the trajectory starts from; used where
  ///     `settings.divergenceWeight` is above 0, and needed there.
  ///   - prompts: not empty.
  ///   - seed: the run's.
  ///   - earlierSteps: of this method that a schedule made before.
  ///   - batching: other than `.tree` only to compare with.
  package convenience init(
    model: Transformer, reference: Transformer?, prompts: [GradedPrompt], settings: GRPOSettings,
    seed: UInt64, earlierSteps: Int = 0, batching: Batching = .tree
  ) {
    self.init(
      model: model, optimizer: AdamW(settings.optimizer, count: model.weights.count),
      reference: reference, prompts: prompts, settings: settings, seed: seed,
      earlierSteps: earlierSteps, batching: batching)
  }

  init(
    model: Transformer, optimizer: AdamW, reference: Transformer?, prompts: [GradedPrompt],
    settings: GRPOSettings, seed: UInt64, earlierSteps: Int, batching: Batching = .tree
  ) {
    precondition(!prompts.isEmpty, "GRPO needs a prompt")
    precondition(
      settings.divergenceWeight == 0 || reference != nil, "a divergence needs a reference")
    self.settings = settings
    self.prompts = prompts
    self.model = model
    self.optimizer = optimizer
    self.batching = batching
    self.earlierSteps = earlierSteps
    self.reference = settings.divergenceWeight > 0 ? reference : nil
    passes = PromptPasses(
      pool: prompts.count, seed: seed, purpose: RandomPurpose("grpo/prompts"))
    stream = RandomStream(seed: seed, purpose: RandomPurpose("grpo/sample"))
    coins = RandomStream(seed: seed, purpose: RandomPurpose("grpo/reward"))
  }

  package var step: Int { optimizer.updates }

  /// Whether the next step is a further update on the batch of the last one.
  var isWithinBatch: Bool { step % settings.updatesPerBatch != 0 }

  /// Makes one step.
  ///
  /// - Throws: `TrainingError.lossNotFinite` or `.gradientNotFinite`; the weights are then those
  ///   before the step.
  package func advance() throws(TrainingError) -> Step {
    if isWithinBatch { return try update(recordingOld: false) }
    let (batch, samples) = draw()
    begin(batch, tree: samples?.tree)
    return try update(recordingOld: true, logits: samples?.logits)
  }

  /// The prompts of the batch that the next step updates on, as places in the pool. A trajectory begins
  /// with a batch of its own, even if the one before it ended in the middle of one.
  var places: [Int] {
    let updates = settings.updatesPerBatch
    return passes.places(
      batch: (earlierSteps + updates - 1) / updates + step / updates,
      size: settings.promptsPerStep)
  }

  /// Samples from the model as it is.
  private func draw() -> (batch: GRPOBatch, samples: TreeSamples?) {
    let step = earlierSteps + step
    let groupSize = settings.groupSize
    let chosen = places.map { prompts[$0] }
    let sampling = SamplingSettings(
      temperature: settings.temperature, topP: settings.topP,
      maximumNewTokens: settings.maximumTokens, stopToken: Vocabulary.end)
    let promptOfSample = (0..<chosen.count * groupSize).map { $0 / groupSize }
    func uniform(_ sample: Int, _ position: Int) -> Float {
      stream.uniform(step, sample / groupSize, sample % groupSize, position)
    }
    var samples: TreeSamples?
    let generations: [Generation]
    switch batching {
    case .tree:
      let drawn = model.sampleTree(
        prompts: chosen.map(\.tokens), promptOfSample: promptOfSample, settings: sampling,
        uniform: uniform)
      samples = drawn
      generations = drawn.generations
    case .plain:
      generations = model.generate(
        prompts: promptOfSample.map { chosen[$0].tokens }, settings: sampling, uniform: uniform)
    }
    let rewards = chosen.indices.flatMap { group in
      settings.reward.rewards(
        of: generations[group * groupSize..<(group + 1) * groupSize].map {
          Grade(continuation: $0.tokens, expected: chosen[group].answer)
        }
      ) { coins.uniform(step, group, $0, 0) < 0.5 }
    }
    let batch = GRPOBatch(
      prompts: chosen, samples: generations.map(\.tokens), rewards: rewards, settings: settings)
    return (batch, samples)
  }

  func rows(of batch: GRPOBatch, tree: SampleTree? = nil) -> PolicyRows {
    switch batching {
    case .tree: PolicyRows(tree: batch, drawn: tree, settings: settings)
    case .plain: PolicyRows(packed: batch, settings: settings)
    }
  }

  /// Makes a batch the one that updates are made on, with the reference's probabilities.
  ///
  /// - Parameter tree: that of its samples, if it is there.
  func begin(_ batch: GRPOBatch, tree: SampleTree? = nil) {
    var rows = rows(of: batch, tree: tree)
    if let reference {
      recordReference(
        rows.layout.forward(reference), terms: &rows.terms, starts: rows.starts,
        temperature: Float(settings.temperature))
    }
    current = (batch, rows)
  }

  /// One update on the current batch.
  ///
  /// - Parameters:
  ///   - recordingOld: the model is the one that sampled it.
  ///   - logits: those of the tree of all samples, if they are there.
  func update(recordingOld: Bool, logits: Matrix? = nil) throws(TrainingError) -> Step {
    guard let batch = current?.batch, var rows = current?.rows else {
      preconditionFailure("an update without a batch")
    }
    model.zeroGradients()
    var sums = PolicySums()
    // Without any advantage the loss is 0 and so is the gradient; the weights still decay.
    if reference != nil || !rows.isIdle {
      let drawn = rows.isWholeTree ? logits : nil
      let logits = drawn ?? rows.layout.forward(model)
      sums = policyGradient(
        replacing: logits, terms: &rows.terms, starts: rows.starts, objective: settings.objective,
        recordingOld: recordingOld)
      guard sums.loss.isFinite else { throw .lossNotFinite(step: step + 1) }
      model.backward(logits)
    }
    current = (batch, rows)
    let norm = optimizer.update(model, learningRate: settings.learningRate)
    guard norm.isFinite else { throw .gradientNotFinite(step: step + 1) }
    let tokens = Double(batch.tokenCount)
    return Step(
      loss: sums.loss, gradientNorm: norm, meanReward: batch.meanReward,
      rewardDeviation: batch.rewardDeviation, accuracy: batch.accuracy,
      idleGroups: batch.idleGroups,
      divergence: reference == nil ? nil : sums.divergence / tokens,
      clipFraction: settings.updatesPerBatch == 1 ? nil : Double(sums.clipped) / tokens,
      meanTokens: tokens / Double(batch.samples.count), distinctSamples: rows.distinctSamples)
  }
}
