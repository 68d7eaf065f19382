import Kernels
import Keys
import LanguageModel
import PostTraining

/// Next-token training on one batch of random tokens without any padding.
final class DenseTraining {
  let model: Transformer
  let documents: [[Int32]]
  private let optimizer: AdamW
  private let batch: PackedBatch
  private let targets: [Int32]

  init(_ model: Transformer, sequences: Int, tokens: Int) {
    self.model = model
    let stream = RandomStream(seed: 1, purpose: RandomPurpose("compare/dense"))
    documents = (0..<sequences).map { index in
      var generator = stream.generator(0, index)
      return (0...tokens).map { _ in
        Int32(generator.below(model.configuration.vocabularySize))
      }
    }
    var batch = PackedBatch()
    for document in documents { batch.append(document.dropLast(), logitsAt: 0..<tokens) }
    self.batch = batch
    targets = documents.flatMap { $0.dropFirst() }
    optimizer = AdamW(AdamWSettings(weightDecay: 0.01, clip: 1), count: model.weights.count)
  }

  /// One update; the loss before it.
  func advance() -> Double {
    model.zeroGradients()
    let logits = model.forward(batch)
    let loss = crossEntropyGradient(
      replacing: logits, targets: targets,
      weights: [Float](repeating: 1 / Float(targets.count), count: targets.count), temperature: 1)
    model.backward(logits)
    _ = optimizer.update(model, learningRate: 1e-3)
    return loss
  }
}
