import Artifacts
import Keys

@testable import LanguageModel

/// Small models of odd shapes, with gains and biases moved away from 1 and 0.
enum Models {
  static let configurations = [
    ModelConfiguration(
      vocabularySize: 11, width: 12, layers: 2, heads: 2, keyValueHeads: 2, feedForwardWidth: 9),
    ModelConfiguration(
      vocabularySize: 17, width: 16, layers: 1, heads: 4, keyValueHeads: 2, feedForwardWidth: 20,
      ropeBase: 50, normEpsilon: 1e-5, tiedEmbeddings: true, attentionBias: true),
    ModelConfiguration(
      vocabularySize: 5, width: 6, layers: 3, heads: 3, keyValueHeads: 1, feedForwardWidth: 7,
      tiedEmbeddings: false, attentionBias: true),
    ModelConfiguration(
      vocabularySize: 21, width: 36, layers: 2, heads: 2, keyValueHeads: 1, feedForwardWidth: 33,
      tiedEmbeddings: true),
  ]

  static func make(_ index: Int) -> Transformer {
    let model = Transformer(configurations[index], seed: UInt64(index))
    var generator = RandomStream(seed: 2, purpose: RandomPurpose("models")).generator(index)
    for parameter in model.parameters {
      switch parameter.kind {
      case .gain, .bias:
        for i in parameter.range.prefix(parameter.shape[0]) {
          model.weights[i] += Float(generator.unit() - 0.5)
        }
      case .table:
        // Larger embeddings, so that the head (tied or not) has opinions.
        for i in parameter.range { model.weights[i] *= 8 }
      case .matrix:
        for i in parameter.range { model.weights[i] *= 1.5 }
      }
    }
    return model
  }

  static func tokens(_ count: Int, _ model: Transformer, _ index: Int) -> [Int32] {
    var generator = RandomStream(seed: 3, purpose: RandomPurpose("tokens")).generator(index)
    return (0..<count).map { _ in
      Int32(generator.below(model.configuration.vocabularySize))
    }
  }

  static func batch(_ model: Transformer, lengths: [Int]) -> PackedBatch {
    var batch = PackedBatch()
    for (index, length) in lengths.enumerated() {
      let first = index % length
      batch.append(tokens(length, model, index), logitsAt: first..<length)
    }
    return batch
  }
}

extension Transformer {
  // Copies: a view does not keep its model alive.
  var weightValues: [Float] { Array(weights) }
  var gradientValues: [Float] { Array(gradients) }

  func logitValues(_ batch: PackedBatch) -> [Float] {
    let logits = forward(batch)
    return Array(UnsafeBufferPointer(start: logits.base, count: logits.count))
  }

  func weightTensors() -> [Safetensors.Tensor] { tensors(of: UnsafeBufferPointer(weights)) }
  func gradientTensors() -> [Safetensors.Tensor] { tensors(of: UnsafeBufferPointer(gradients)) }
}
