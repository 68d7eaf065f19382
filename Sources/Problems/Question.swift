import Keys

/// A kind with its operands: a problem apart from its wording.
package struct Question: Hashable, Sendable {
  package let kind: ProblemKind
  /// In the order in which they are written; see `ProblemKind` for their meaning.
  package let operands: [Int]

  /// The right answer.
  package var answer: Int {
    switch kind {
    case .add2, .add3: operands[0] + operands[1]
    case .sub2: operands[0] - operands[1]
    case .mul: operands[0] * operands[1]
    case .mod: operands[0] % operands[1]
    case .word: (operands[0] + operands[1]) * operands[2]
    case .joint: operands[0] * operands[3] * operands[4]
    case .knights2, .knights3: Self.answer(knights: puzzle.solutions[0], people: kind.people)
    }
  }

  /// The operands in normal order: questions that differ only in the order of operands that may be
  /// exchanged are one question, and lie in one split.
  var normalOrder: [Int] {
    func sorted(_ i: Int, _ j: Int) -> [Int] {
      [min(operands[i], operands[j]), max(operands[i], operands[j])]
    }
    return switch kind {
    case .add2, .add3: sorted(0, 1)
    case .sub2, .mul, .mod: operands
    case .word: sorted(0, 1) + [operands[2]]
    case .joint: [operands[0]] + sorted(1, 2) + sorted(3, 4)
    case .knights2, .knights3: puzzle.normalOrder
    }
  }

  /// The text that identifies the question in whatever order it is written: the kind and the
  /// operands in normal order, as in `add2/47/85`.
  package var identity: String { kind.identity(normalOrder) }

  /// The text that tells the question from others to train on: the identity, but for puzzles the names
  /// and the order of the statements count too, since of one kind there are few hundred in a split.
  var distinction: String {
    kind.people > 0 ? kind.identity(operands) : identity
  }

  /// The first eight bytes of the SHA-256 of `identity`; decides the split.
  ///
  /// - Complexity: O(1), about half a microsecond.
  var hash64: UInt64 { Digest(of: identity).prefix64 }

  /// The split that holds the question.
  package var split: Split { Split(hash: hash64, kind: kind) }

  /// Appends the question as it is asked, without opener and suffix.
  func appendBody(to tokens: inout [Int32]) {
    switch kind {
    case .add2, .add3: Self.sum.append(operands, to: &tokens)
    case .sub2: Self.difference.append(operands, to: &tokens)
    case .mul: Self.product.append(operands, to: &tokens)
    case .mod: Self.remainder.append(operands, to: &tokens)
    case .word: Self.purchase.append(operands, to: &tokens)
    case .joint:
      let value = operands[0] * operands[1] * operands[2]
      Self.variation.append([value] + operands.dropFirst(), to: &tokens)
    case .knights2, .knights3: appendPuzzle(to: &tokens)
    }
  }

  private static let sum = TokenPattern("% + %")
  private static let difference = TokenPattern("% - %")
  private static let product = TokenPattern("% * %")
  private static let remainder = TokenPattern("% mod %")
  private static let purchase = TokenPattern("has % pens , buys % , each % coins , total")
  private static let variation = TokenPattern("y joint x z , y is % if x % z % , now % and %")

  /// A question of `kind` from `split`; in arithmetic uniform over the operands as written.
  static func draw(
    _ kind: ProblemKind, from split: Split, using generator: inout StreamGenerator
  ) -> Question {
    if kind.people > 0 {
      let operands = PuzzleTable.of(kind).drawOperands(
        people: kind.people, from: split, using: &generator)
      return Question(kind: kind, operands: operands)
    }
    while true {
      let question = Question(kind: kind, operands: kind.drawOperands(using: &generator))
      if question.split == split { return question }
    }
  }
}
