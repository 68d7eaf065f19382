import LanguageModel

/// The samples of one update as a packed batch, with a weight for each row of logits, such that the
/// update's loss is the weighted sum of the rows' terms.
///
/// The samples are cut into micro-batches in order; the loss is the mean over the micro-batches of
/// the mean over a micro-batch's counted tokens. One pass with weights 1 / (micro-batches · tokens of
/// the micro-batch) is that, however many micro-batches there are. Equal samples of one prompt are
/// computed once and their weights added: same loss, same gradient, to rounding.
struct WeightedRows {
  private(set) var batch = PackedBatch()
  /// One for each of `batch.logitRows`. They add up to 1, less where a micro-batch counts no token.
  private(set) var weights: [Float] = []
  /// The number of different samples, those that count no token included.
  private(set) var distinctSamples = 0

  private struct Sample: Hashable {
    let prompt: Int
    let tokens: [Int32]
  }

  /// - Parameters:
  ///   - samples: for each sample the index of its prompt in `prompts` and its new tokens.
  ///   - accumulation: the number of micro-batches.
  /// - Precondition: the number of samples is a multiple of `accumulation`; no sample is empty.
  /// - Complexity: O(number of tokens).
  init(
    prompts: [[Int32]], samples: [(prompt: Int, tokens: [Int32])], mask: LossMask,
    accumulation: Int
  ) {
    precondition(samples.count % accumulation == 0, "uneven micro-batches")
    let size = samples.count / accumulation
    var weightOf: [Sample: Double] = [:]
    var order: [Sample] = []
    for start in stride(from: 0, to: samples.count, by: size) {
      let microBatch = samples[start..<start + size]
      let tokens = microBatch.reduce(0) { $0 + max(0, $1.tokens.count - mask.skipped) }
      let weight = 1 / (Double(accumulation) * Double(max(1, tokens)))
      for (prompt, tokens) in microBatch {
        let sample = Sample(prompt: prompt, tokens: tokens)
        if let earlier = weightOf[sample] {
          weightOf[sample] = earlier + weight
        } else {
          weightOf[sample] = weight
          order.append(sample)
        }
      }
    }
    distinctSamples = order.count
    for sample in order where sample.tokens.count > mask.skipped {
      let prompt = prompts[sample.prompt]
      // The row before a token predicts it, so the last token needs no row of its own.
      let sequence = prompt + sample.tokens.dropLast()
      let first = prompt.count - 1 + mask.skipped
      batch.append(sequence, logitsAt: first..<sequence.count)
      let weight = Float(weightOf[sample] ?? 0)
      weights.append(contentsOf: repeatElement(weight, count: sequence.count - first))
    }
  }
}
