import Problems

/// What a model made of one problem.
package struct ProblemOutcome: Hashable, Sendable {
  /// The name of the problem set.
  package let set: String
  /// The problem's place in its set.
  package let index: Int
  package let kind: ProblemKind
  /// The right answer.
  package let expected: Int
  /// In the order of their sample numbers.
  package internal(set) var samples: [SampleOutcome]

  /// The number of right samples.
  package var correctCount: Int { samples.count { $0.answer == expected } }
}

/// What one sample came to.
package struct SampleOutcome: Hashable, Sendable {
  /// The marked answer as `Grade` reads it; `nil` where there is no well-formed one.
  package let answer: Int?
  /// Whether the end token was generated.
  package let terminated: Bool
  /// The number of generated tokens, the end token included.
  package let length: Int
  /// Mean over the generated tokens of their log-probability in nats, at temperature 1.
  package let meanLogProbability: Float
  /// Mean over the generated tokens of the entropy in nats of the distribution that predicted them,
  /// at temperature 1.
  package let meanEntropy: Float

  /// Whether there is a well-formed marked answer.
  package var formatted: Bool { answer != nil }
}
