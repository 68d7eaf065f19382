/// The four disjoint parts of all problems. A question belongs to exactly one, by a hash of its
/// kind and operands, so that no part can leak into another however problems are drawn.
package enum Split: String, CaseIterable, Hashable, Sendable {
  /// Pretraining: 70 of 100 questions of arithmetic, 60 of 100 puzzles.
  case corpus
  /// Everything after pretraining that trains: prompt selection, EM, GRPO, supervised tuning: 10.
  case adaptation
  /// Choosing settings: 10, of puzzles 15.
  case development
  /// The reported figures: 10, of puzzles 15: there are so few different ones that a tenth would not
  /// fill the longest benchmark.
  case benchmark

  /// - Parameter hash: the question's `hash64`.
  init(hash: UInt64, kind: ProblemKind) {
    let isPuzzle = kind.people > 0
    self =
      switch hash % 100 {
      case ..<(isPuzzle ? 60 : 70): .corpus
      case ..<(isPuzzle ? 70 : 80): .adaptation
      case ..<(isPuzzle ? 85 : 90): .development
      default: .benchmark
      }
  }
}
