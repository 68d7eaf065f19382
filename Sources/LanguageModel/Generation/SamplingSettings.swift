/// How tokens are drawn from logits, with the meaning and order that Hugging Face's `generate`
/// gives them: repetition penalty, then temperature, then top-p.
package struct SamplingSettings: Codable, Hashable, Sendable {
  /// Logits are divided by it; 0 is greedy: the largest penalised logit, the lowest id among equals,
  /// and no random number is asked for.
  package var temperature: Double
  /// The smallest set of likeliest tokens whose probability reaches it is kept; 1 keeps all.
  package var topP: Double
  /// Logits of tokens that occur in the prompt or the tokens generated so far are divided by it
  /// where positive and multiplied by it where negative; 1 changes nothing.
  package var repetitionPenalty: Double
  package var maximumNewTokens: Int
  /// Generating it finishes a sequence.
  package var stopToken: Int32

  package init(
    temperature: Double, topP: Double = 1, repetitionPenalty: Double = 1, maximumNewTokens: Int,
    stopToken: Int32
  ) {
    self.temperature = temperature
    self.topP = topP
    self.repetitionPenalty = repetitionPenalty
    self.maximumNewTokens = maximumNewTokens
    self.stopToken = stopToken
  }
}

/// What a model generated after one prompt.
package struct Generation: Hashable, Sendable {
  /// The new tokens; the stop token is the last one if it was generated.
  package var tokens: [Int32] = []
  /// Whether the stop token was generated; otherwise the limit on new tokens cut the sequence off.
  package var finished = false
  /// For each new token the natural logarithm of its probability under the plain softmax of the
  /// logits: temperature 1, no penalty, no top-p.
  package var logProbabilities: [Float] = []
  /// For each new token the entropy, in nats, of the plain softmax that it was drawn from.
  package var entropies: [Float] = []
}
