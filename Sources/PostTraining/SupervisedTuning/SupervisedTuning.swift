import Artifacts
import Kernels
import Keys
import LanguageModel

/// A prompt with the worked solution that is to follow it.
package struct SolvedPrompt: Hashable, Sendable {
  package let prompt: [Int32]
  /// Not empty, the end token included.
  package let solution: [Int32]

  package init(prompt: [Int32], solution: [Int32]) {
    self.prompt = prompt
    self.solution = solution
  }
}

/// Supervised fine-tuning on right worked solutions: the loss is the mean cross-entropy over the
/// tokens of a step's solutions; prompts are read, not learnt. It has the labels that reinforcement
/// learning has, and the steps that it has to find.
///
/// A step takes the next problems of shuffled passes over the pool; which ones depends on its number
/// alone, so that a trajectory that goes on from a kept state takes what it would have taken.
package final class SupervisedTuning: Trajectory {
  package let settings: SupervisedTuningSettings
  /// The pool that steps take their problems from.
  package let solved: [SolvedPrompt]
  /// The model being trained.
  package let model: Transformer
  let optimizer: AdamW
  private let earlierSteps: Int
  private let passes: PromptPasses
  private var batch = PackedBatch()

  /// What a step did.
  package struct Step: Hashable, Sendable {
    /// In nats per token of the solutions, before the update.
    package let loss: Double
    /// The norm of the gradient before clipping.
    package let gradientNorm: Double
  }

  /// A trajectory at its start.
  ///
  /// - Parameters:
  ///   - model: is trained in place.
  ///   - solved: not empty.
  ///   - seed: the run's.
  ///   - earlierSteps: of this method that a schedule made before: the passes go on from there.
  package convenience init(
    model: Transformer, solved: [SolvedPrompt], settings: SupervisedTuningSettings, seed: UInt64,
    earlierSteps: Int = 0
  ) {
    self.init(
      model: model, optimizer: AdamW(settings.optimizer, count: model.weights.count),
      solved: solved, settings: settings, seed: seed, earlierSteps: earlierSteps)
  }

  private init(
    model: Transformer, optimizer: AdamW, solved: [SolvedPrompt],
    settings: SupervisedTuningSettings, seed: UInt64, earlierSteps: Int
  ) {
    precondition(!solved.isEmpty, "supervised tuning needs a solution")
    self.settings = settings
    self.solved = solved
    self.model = model
    self.optimizer = optimizer
    self.earlierSteps = earlierSteps
    passes = PromptPasses(pool: solved.count, seed: seed, purpose: RandomPurpose("sft/prompts"))
  }

  package var step: Int { optimizer.updates }

  package var optimizerState: Safetensors {
    Safetensors(tensors: optimizer.tensors, metadata: optimizer.metadata)
  }

  /// The trajectory of these settings at a kept state.
  ///
  /// - Parameters:
  ///   - model: the kept weights; trained in place.
  ///   - bytes: what `serializedOptimizer` made.
  /// - Throws: `TrainingError.stateDoesNotFit`.
  package convenience init(
    model: Transformer, serializedOptimizer bytes: [UInt8], solved: [SolvedPrompt],
    settings: SupervisedTuningSettings, seed: UInt64, earlierSteps: Int = 0
  ) throws(TrainingError) {
    let optimizer = try AdamW(
      settings.optimizer, count: model.weights.count, container: try Safetensors(state: bytes))
    self.init(
      model: model, optimizer: optimizer, solved: solved, settings: settings, seed: seed,
      earlierSteps: earlierSteps)
  }

  /// Makes one step.
  ///
  /// - Throws: `TrainingError.lossNotFinite` or `.gradientNotFinite`; the weights are then those
  ///   before the step.
  package func advance() throws(TrainingError) -> Step {
    let places = passes.places(batch: earlierSteps + step, size: settings.batch)
    return try update(on: places.map { solved[$0] })
  }

  /// Trains on given solutions.
  func update(on solved: [SolvedPrompt]) throws(TrainingError) -> Step {
    batch.removeAll()
    var targets: [Int32] = []
    for item in solved {
      // The row before a token predicts it, so the last token needs no row of its own.
      let sequence = item.prompt + item.solution.dropLast()
      batch.append(sequence, logitsAt: item.prompt.count - 1..<sequence.count)
      targets += item.solution
    }
    model.zeroGradients()
    let logits = model.forward(batch)
    let loss = crossEntropyGradient(
      replacing: logits, targets: targets,
      weights: [Float](repeating: 1 / Float(targets.count), count: targets.count), temperature: 1)
    guard loss.isFinite else { throw .lossNotFinite(step: step + 1) }
    model.backward(logits)
    let norm = optimizer.update(model, learningRate: settings.learningRate)
    guard norm.isFinite else { throw .gradientNotFinite(step: step + 1) }
    return Step(loss: loss, gradientNorm: norm)
  }
}
