/// A domain of problems, or both together: what a corpus is made of, what a model is adapted on, what
/// it is measured on.
package enum Domain: String, CaseIterable, Hashable, Sendable {
  /// Sums, remainders, word problems: the kinds of the study that the built-in models continue.
  case arithmetic
  /// Knights and knaves.
  case logic
  case both

  /// The share of logic where both domains are mixed, in hundredths: a deduction takes a small model
  /// more documents than a sum does.
  static let percentOfLogic = 50

  /// The kinds of its problems with their weights.
  package var kinds: [(kind: ProblemKind, weight: Int)] {
    switch self {
    case .arithmetic: ProblemKind.arithmetic.map { ($0, $0.percent) }
    case .logic: ProblemKind.logic.map { ($0, $0.percent) }
    case .both:
      ProblemKind.arithmetic.map { ($0, $0.percent * (100 - Self.percentOfLogic)) }
        + ProblemKind.logic.map { ($0, $0.percent * Self.percentOfLogic) }
    }
  }

  /// The benchmarks whose problems are of the domain.
  package var benchmarks: [Benchmark] {
    switch self {
    case .arithmetic: Benchmark.allCases.filter { $0 != .logic }
    case .logic: [.logic]
    case .both: Benchmark.allCases
    }
  }

  /// The tokens that its problems are written in. Those of arithmetic come first, with the same ids
  /// in every domain, so that models of arithmetic alone need no more than they ever did.
  package var vocabulary: [String] {
    self == .arithmetic ? Vocabulary.tokens : Vocabulary.all
  }
}
