/// What entropy minimization and its relatives make small. Each needs no right answers.
package enum MinimisedObjective: String, CaseIterable, Codable, Sendable {
  /// The mean entropy of the distributions that the counted tokens were drawn from (the paper).
  case entropy
  /// Minus the mean over the counted tokens of KL(U ‖ p), U uniform over the vocabulary (Intuitor's
  /// self-certainty, arXiv 2505.19590, as a loss instead of a reward).
  case selfCertainty = "self_certainty"
  /// Minus the mean over the samples of log π(sample), which estimates the entropy of whole samples
  /// (the trajectory-level objective of arXiv 2505.15134).
  case sequenceLogProbability = "sequence_log_probability"
  /// Minus the mean over the samples of π(sample), which estimates −E π(y) (RLSC, arXiv 2506.06395).
  case sequenceProbability = "sequence_probability"
  /// The entropy of the answers: of the shares that the samples' marked answers have among those of
  /// their prompt (after EMPO, arXiv 2504.05812).
  case answerEntropy = "answer_entropy"

  /// Whether the terms are those of whole samples, not of tokens.
  package var isOfSequences: Bool {
    switch self {
    case .entropy, .selfCertainty: false
    case .sequenceLogProbability, .sequenceProbability, .answerEntropy: true
    }
  }

  /// Whether an objective is made small, or large.
  package enum Direction: String, CaseIterable, Codable, Sendable {
    case minimise
    /// The negative control: the same steps the other way.
    case maximise
  }
}
