/// The four disjoint parts of all problems. A question belongs to exactly one, by a hash of its
/// kind and operands, so that no part can leak into another however problems are drawn.
package enum Split: String, CaseIterable, Hashable, Sendable {
  /// Pretraining: 70 of 100 questions.
  case corpus
  /// Everything after pretraining that trains: prompt selection, EM, GRPO, supervised tuning: 10.
  case adaptation
  /// Choosing settings: 10.
  case development
  /// The reported figures: 10.
  case benchmark

  init(hash: UInt64) {
    self =
      switch hash % 100 {
      case ..<70: .corpus
      case ..<80: .adaptation
      case ..<90: .development
      default: .benchmark
      }
  }
}
