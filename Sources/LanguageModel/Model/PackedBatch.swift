/// Several token sequences back to back, without padding, and the rows whose logits are wanted.
/// Reuse one value for step after step (`removeAll` keeps its storage).
package struct PackedBatch: Sendable {
  /// The tokens of all sequences, one after the other.
  package private(set) var tokens: [Int32] = []
  /// Where each sequence starts in `tokens`, and at last `tokens.count`.
  package private(set) var starts: [Int] = [0]
  /// The place of each token in its sequence.
  private(set) var positions: [Int32] = []
  /// Tokens of the longest sequence.
  private(set) var longest = 0
  /// Rows of `tokens` whose logits `Transformer.forward` computes, ascending: logits row i belongs
  /// to token row `logitRows[i]` and predicts the token after it.
  package private(set) var logitRows: [Int] = []

  package init() {}

  package var sequenceCount: Int { starts.count - 1 }

  /// Appends a sequence and asks for the logits at the given positions in it. To train on all of a
  /// document, append it without its last token with all positions; to score a completion after a
  /// prompt of p tokens, append both and ask for p−1 ..< p−1+completion.
  ///
  /// - Precondition: the sequence is not empty and the positions lie in it.
  package mutating func append(_ sequence: some Collection<Int32>, logitsAt places: Range<Int>) {
    precondition(!sequence.isEmpty, "an empty sequence has no logits")
    precondition(
      places.lowerBound >= 0 && places.upperBound <= sequence.count,
      "logits at \(places) of a sequence of \(sequence.count) tokens")
    let start = tokens.count
    tokens.append(contentsOf: sequence)
    starts.append(tokens.count)
    longest = max(longest, sequence.count)
    for place in 0..<sequence.count { positions.append(Int32(place)) }
    for place in places { logitRows.append(start + place) }
  }

  /// Empties the batch, keeping its storage for the next one.
  package mutating func removeAll() {
    tokens.removeAll(keepingCapacity: true)
    starts.removeAll(keepingCapacity: true)
    starts.append(0)
    positions.removeAll(keepingCapacity: true)
    longest = 0
    logitRows.removeAll(keepingCapacity: true)
  }
}
