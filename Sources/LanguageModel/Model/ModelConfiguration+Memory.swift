import Kernels

/// Bytes that work with a model takes, as the arenas are sized; the process itself and arrays of
/// tokens come on top.
package struct ModelMemory: Hashable, Sendable {
  package var weights = 0
  package var gradients = 0
  /// The two moments of AdamW.
  package var optimizer = 0
  /// Everything that a pass computes and leaves for the next.
  package var activations = 0
  /// Key-value caches and buffers of generation.
  package var caches = 0

  package var total: Int { weights + gradients + optimizer + activations + caches }

  package init() {}
}

extension ModelConfiguration {
  private var weightBytes: Int { Arena.bytes(count: ParameterTable(self).count) }

  /// What training on packed batches takes: weights, gradients, moments, and the activations of a
  /// batch.
  ///
  /// - Parameters:
  ///   - tokens: rows of the batch.
  ///   - longest: tokens of its longest sequence.
  ///   - logitRows: rows with logits.
  package func trainingMemory(tokens: Int, longest: Int, logitRows: Int) -> ModelMemory {
    var memory = ModelMemory()
    memory.weights = weightBytes
    memory.gradients = weightBytes
    memory.optimizer = 2 * weightBytes
    memory.activations = Arena.bytes(
      count: ActivationLayout(
        self, tokens: tokens, longest: longest, logitRows: logitRows, training: true
      ).count)
    return memory
  }

  /// The most that generation takes: weights, caches, and the pass over prompts.
  ///
  /// - Parameters:
  ///   - sequences: how many are asked for.
  ///   - prompt: tokens of the longest prompt.
  ///   - new: the most new tokens of a sequence.
  package func generationMemory(sequences: Int, prompt: Int, new: Int) -> ModelMemory {
    let slots = min(sequences, Decoder.slotCount)
    var memory = ModelMemory()
    memory.weights = weightBytes
    memory.caches = Arena.bytes(
      count: DecodeLayout(self, slots: slots, tokens: prompt + new).count)
    let together = max(prompt, min(Decoder.promptTokens, slots * prompt))
    memory.activations = Arena.bytes(
      count: ActivationLayout(
        self, tokens: together, longest: prompt, logitRows: slots, training: false
      ).count)
    return memory
  }

  /// The most that sampling a tree and training on it takes; of the activations, which are only
  /// reserved, what the distinct prefixes fill.
  ///
  /// - Parameters:
  ///   - samples: how many, over all prompts.
  ///   - promptTokens: tokens of all prompts.
  ///   - longest: tokens of the longest prompt.
  ///   - new: the most new tokens of a sample.
  package func treeMemory(
    prompts: Int, samples: Int, promptTokens: Int, longest: Int, new: Int
  ) -> ModelMemory {
    var memory = ModelMemory()
    memory.weights = weightBytes
    memory.gradients = weightBytes
    memory.optimizer = 2 * weightBytes
    memory.activations = Arena.bytes(
      count: TreeLayout(
        self, prompts: prompts, rows: promptTokens + samples * max(0, new - 1),
        longest: longest + max(0, new - 1), training: true
      ).count)
    return memory
  }
}
