import LanguageModel

/// The samples of one update as a packed batch, with a weight for each row of logits, such that the
/// update's loss is the weighted sum of the rows' terms.
///
/// Equal samples of one prompt are computed once and their weights added: same loss, same gradient, to
/// rounding. The plain counterpart of a tree and its `rowWeights`, which are held against it.
struct WeightedRows {
  private(set) var batch = PackedBatch()
  /// One for each of `batch.logitRows`. They add up to 1, less where a micro-batch counts no token.
  private(set) var weights: [Float] = []
  /// For each sample the rows that predict its counted tokens; equal samples have the same ones.
  private(set) var rowsOfSample: [Range<Int>] = []
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
    prompts: [[Int32]], samples: [(prompt: Int, tokens: [Int32])],
    counted: CountedTokens, accumulation: Int
  ) {
    let tokenWeights = tokenWeights(
      lengths: samples.map(\.tokens.count), counted: counted, accumulation: accumulation)
    var weightOf: [Sample: Double] = [:]
    var order: [Sample] = []
    for ((prompt, tokens), weight) in zip(samples, tokenWeights) {
      let sample = Sample(prompt: prompt, tokens: tokens)
      if let earlier = weightOf[sample] {
        weightOf[sample] = earlier + weight
      } else {
        weightOf[sample] = weight
        order.append(sample)
      }
    }
    distinctSamples = order.count
    var rowsOf: [Sample: Range<Int>] = [:]
    for sample in order {
      let skipped = counted.skipped(of: sample.tokens.count)
      let start = weights.count
      rowsOf[sample] = start..<start
      if sample.tokens.count == skipped { continue }
      let prompt = prompts[sample.prompt]
      // The row before a token predicts it, so the last token needs no row of its own.
      let sequence = prompt + sample.tokens.dropLast()
      let first = prompt.count - 1 + skipped
      batch.append(sequence, logitsAt: first..<sequence.count)
      let weight = Float(weightOf[sample] ?? 0)
      weights.append(contentsOf: repeatElement(weight, count: sequence.count - first))
      rowsOf[sample] = start..<weights.count
    }
    rowsOfSample = samples.map { rowsOf[Sample(prompt: $0.prompt, tokens: $0.tokens)] ?? 0..<0 }
  }
}
