import Kernels

extension Transformer {
  /// The logits of `forward`, bit for bit, without keeping what a backward pass would need: all layers
  /// share one place in memory.
  ///
  /// - Returns: `batch.logitRows.count` × vocabulary, a view of the activation arena that is valid until
  ///   the next call that computes anything with this model.
  /// - Precondition: the batch is not empty and its tokens are ids of the vocabulary.
  package func infer(_ batch: PackedBatch) -> Matrix {
    inferPrompts(batch) { _, _ in }
  }
}

extension ModelConfiguration {
  /// Bytes of weights and activations that `infer` takes for a batch.
  ///
  /// - Parameters:
  ///   - tokens: rows of the batch, logits at all of them.
  ///   - longest: tokens of its longest sequence.
  package func inferenceMemory(tokens: Int, longest: Int) -> ModelMemory {
    var memory = ModelMemory()
    memory.weights = generationMemory(sequences: 1, prompt: 1, new: 1).weights
    memory.activations = Arena.bytes(
      count: ActivationLayout(
        self, tokens: tokens, longest: longest, logitRows: tokens, training: false
      ).count)
    return memory
  }
}
