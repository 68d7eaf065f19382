/// What a generated continuation is worth.
///
/// The answer is the number after the *first* `#`: the model is held to the first answer it marks,
/// so that writing several gains nothing. It counts only if
/// - no further question (`Q`) stands before the marker, for then it answers that question,
/// - the number follows the marker at once, in one to nine digits without a leading zero,
/// - another token closes the number: the end token or any that is no digit. A number that the token
///   limit cut off may not be complete and is none.
///
/// Everything from the first end token on is ignored.
package struct Grade: Hashable, Sendable {
  /// The marked answer; `nil` where there is no well-formed one.
  package let answer: Int?
  /// Whether the marked answer is the expected one. Exact: no other text of a number is accepted.
  package let correct: Bool
  /// Whether the end token was generated.
  package let terminated: Bool

  /// Whether there is a well-formed marked answer.
  package var formatted: Bool { answer != nil }

  /// - Parameter continuation: the generated tokens, without the prompt.
  /// - Complexity: O(number of tokens).
  package init(continuation: some Sequence<Int32>, expected: Int) {
    var scan = AnswerScan.before
    var terminated = false
    for token in continuation {
      scan.read(token)
      if token == Vocabulary.end {
        terminated = true
        break
      }
    }
    let answer: Int? = if case .found(let number) = scan { number } else { nil }
    self.answer = answer
    self.terminated = terminated
    correct = answer == expected
  }
}

/// Reads a continuation for its marked answer, token by token.
private enum AnswerScan {
  /// No marker yet.
  case before
  /// Behind the marker, with the digits so far.
  case number(value: Int, digits: Int)
  /// A closed, well-formed answer.
  case found(Int)
  /// The first marker was misused, or a further question came before it.
  case none

  static let longestNumber = 9

  mutating func read(_ token: Int32) {
    switch self {
    case .before:
      if token == Vocabulary.marker {
        self = .number(value: 0, digits: 0)
      } else if token == Vocabulary.question {
        self = .none
      }
    case .number(let value, let digits):
      guard let digit = Vocabulary.digit(of: token) else {
        self = digits > 0 ? .found(value) : .none
        return
      }
      let leadingZero = digits > 0 && value == 0
      self =
        leadingZero || digits == Self.longestNumber
        ? .none : .number(value: 10 * value + digit, digits: digits + 1)
    case .found, .none: break
    }
  }
}
