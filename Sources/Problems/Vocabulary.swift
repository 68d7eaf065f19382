/// The tokens of the procedural corpus: 49 of arithmetic, and those that puzzles need besides. A
/// token's id is its index in `all`; a text is its tokens
/// joined by single spaces, numbers written digit by digit: `Q compute 4 7 + 8 5 . A`.
package enum Vocabulary {
  /// The tokens of arithmetic in order of their ids: all that a model of arithmetic alone knows.
  package static let tokens: [String] =
    ["<end>"]
    + (0...9).map(String.init)
    + ["Q", "A", "W", "#", ";", "=>"]
    + ["+", "-", "*", "/", "mod"]
    + Wording.openers + Wording.suffixes
    + ["has", "pens", ",", "buys", "each", "coins", "total"]
    + ["y", "joint", "x", "z", "is", "if", "now", "and"]

  /// All tokens in order of their ids, those of arithmetic first.
  package static let all: [String] =
    tokens + Puzzle.names
    + ["says", "knight", "knave", "same", "differ", "or", "try", "so", "yes", "no"]

  /// Ends every document and every finished answer; also fills what padding a caller needs.
  package static let end: Int32 = 0
  /// The digits 0–9 have the ids `zero + digit`.
  static let zero: Int32 = 1
  /// Opens a question.
  static let question = required("Q")
  /// Ends a prompt: what follows is the answer.
  static let answer = required("A")
  /// Opens a worked solution.
  static let work = required("W")
  /// Marks the final answer.
  static let marker = required("#")

  private static let ids: [String: Int32] = Dictionary(
    uniqueKeysWithValues: all.enumerated().map { ($1, Int32($0)) })

  /// The text of token ids.
  ///
  /// - Precondition: each id is in `all.indices`.
  /// - Complexity: O(number of ids).
  package static func decode(_ ids: some Sequence<Int32>) -> String {
    ids.map { all[Int($0)] }.joined(separator: " ")
  }

  /// The digit that a token stands for; `nil` for any other token.
  static func digit(of token: Int32) -> Int? {
    token >= zero && token < zero + 10 ? Int(token - zero) : nil
  }

  /// The id of a token that this module itself names.
  static func required(_ word: String) -> Int32 {
    guard let id = ids[word] else { preconditionFailure("\(word) is not in the vocabulary") }
    return id
  }
}
