import Kernels
import LanguageModel
import Problems

/// Supervised pretraining on the procedural corpus: the loss is the mean cross-entropy of all
/// tokens of a step's documents but each one's first.
package final class Pretraining {
  package let settings: PretrainingSettings
  /// The model being trained.
  package let model: Transformer
  let optimizer: AdamW
  private let corpus: Corpus
  private let schedule: LearningRateSchedule
  /// The loss of every step so far, in nats per token.
  package private(set) var losses: [Float]
  /// The number of tokens that counted in a loss so far.
  package private(set) var tokens: Int
  private var batch = PackedBatch()

  /// A pretraining at its start.
  ///
  /// - Precondition: the configuration is valid.
  package convenience init(_ settings: PretrainingSettings) {
    let model = Transformer(settings.configuration, seed: settings.seed)
    self.init(
      settings, model: model, optimizer: AdamW(settings.optimizer, count: model.weights.count),
      losses: [], tokens: 0)
  }

  init(
    _ settings: PretrainingSettings, model: Transformer, optimizer: AdamW, losses: [Float],
    tokens: Int
  ) {
    self.settings = settings
    self.model = model
    self.optimizer = optimizer
    self.losses = losses
    self.tokens = tokens
    schedule = settings.schedule
    corpus = Corpus(seed: settings.seed, domain: settings.domain)
  }

  /// How many steps were made.
  package var step: Int { optimizer.updates }
  package var isComplete: Bool { step >= settings.steps }

  /// The mean loss of the last steps (at most 100), in nats per token.
  package var recentLoss: Double {
    let recent = losses.suffix(100)
    return recent.reduce(0) { $0 + Double($1) } / Double(max(1, recent.count))
  }

  /// Makes one step.
  ///
  /// - Throws: `TrainingError.lossNotFinite` or `.gradientNotFinite`.
  package func advance() throws(TrainingError) {
    let step = step
    _ = try update(
      on: (0..<settings.documentsPerStep).map { corpus.document(step: step, index: $0) },
      learningRate: schedule.rate(step: step + 1))
  }

  /// Trains on given documents.
  ///
  /// - Returns: the norm of the gradient before clipping.
  func update(on documents: [[Int32]], learningRate: Double) throws(TrainingError) -> Double {
    batch.removeAll()
    var targets: [Int32] = []
    for document in documents where document.count > 1 {
      batch.append(document.dropLast(), logitsAt: 0..<document.count - 1)
      targets.append(contentsOf: document.dropFirst())
    }
    model.zeroGradients()
    let logits = model.forward(batch)
    let loss = crossEntropyGradient(
      replacing: logits, targets: targets,
      weights: [Float](repeating: 1 / Float(targets.count), count: targets.count), temperature: 1)
    guard loss.isFinite else { throw .lossNotFinite(step: step + 1) }
    model.backward(logits)
    let norm = optimizer.update(model, learningRate: learningRate)
    guard norm.isFinite else { throw .gradientNotFinite(step: step + 1) }
    losses.append(Float(loss))
    tokens += targets.count
    return norm
  }
}
