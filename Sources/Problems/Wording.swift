import Keys

/// How a question is put: `Q opener … suffix A`. The wording says nothing about the answer, but the
/// corpus answers in different styles to different wordings (`StyleMix`).
package struct Wording: Hashable, Sendable {
  /// Index into `openers`.
  package let opener: Int
  /// Index into `suffixes`.
  package let suffix: Int

  package static let openers = [
    "compute", "find", "what", "evaluate", "solve", "give", "calc", "simplify",
  ]
  package static let suffixes = [".", "?", "=", ":"]

  /// The number of wordings.
  static let count = openers.count * suffixes.count

  /// The wording with the given number, in `0..<count`.
  init(number: Int) {
    opener = number / Self.suffixes.count
    suffix = number % Self.suffixes.count
  }

  /// The inverse of `init(number:)`.
  var number: Int { opener * Self.suffixes.count + suffix }

  /// A wording drawn uniformly.
  static func draw(using generator: inout StreamGenerator) -> Wording {
    Wording(number: generator.below(count))
  }

  /// Appends `Q opener body suffix`, without the `A` that asks for the answer.
  func append(_ question: Question, to tokens: inout [Int32]) {
    tokens.append(Vocabulary.question)
    tokens.append(Self.firstOpener + Int32(opener))
    question.appendBody(to: &tokens)
    tokens.append(Self.firstSuffix + Int32(suffix))
  }

  private static let firstOpener = Vocabulary.required(openers[0])
  private static let firstSuffix = Vocabulary.required(suffixes[0])
}
