import LanguageModel

/// For each sample of an update the weight of each of its counted tokens.
///
/// The samples are cut into micro-batches in order; the loss is the mean over the micro-batches of
/// the mean over a micro-batch's counted tokens. One pass with weights 1 / (micro-batches · tokens of
/// the micro-batch) is that, however many micro-batches there are.
///
/// - Parameters:
///   - lengths: the number of tokens of each sample.
///   - accumulation: the number of micro-batches.
/// - Precondition: the number of samples is a multiple of `accumulation`.
func tokenWeights(lengths: [Int], counted: CountedTokens, accumulation: Int) -> [Double] {
  precondition(lengths.count % accumulation == 0, "uneven micro-batches")
  let size = max(1, lengths.count / accumulation)
  return stride(from: 0, to: lengths.count, by: size).flatMap { start in
    let tokens = lengths[start..<start + size].reduce(0) { $0 + $1 - counted.skipped(of: $1) }
    return repeatElement(1 / (Double(accumulation) * Double(max(1, tokens))), count: size)
  }
}

extension SampleTree {
  /// A weight for each row of logits, such that an update's loss is the weighted sum of the rows'
  /// terms: the sum of the weights of the tokens that the row predicts. All add up to 1, less where
  /// a micro-batch counts no token.
  ///
  /// - Complexity: O(number of tokens).
  func rowWeights(_ counted: CountedTokens, accumulation: Int) -> [Float] {
    let tokenWeights = tokenWeights(
      lengths: samples.map(\.tokens.count), counted: counted, accumulation: accumulation)
    var sums = [Double](repeating: 0, count: logitRows.count)
    for (sample, weight) in zip(samples, tokenWeights) {
      let skipped = counted.skipped(of: sample.tokens.count)
      for row in sample.logitRows.dropFirst(skipped) { sums[Int(row)] += weight }
    }
    return sums.map { Float($0) }
  }
}
