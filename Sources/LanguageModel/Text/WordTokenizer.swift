/// A tokenizer for texts made of known words separated by white space: a token is a word, its id the
/// word's place in the vocabulary.
package struct WordTokenizer: Hashable, Sendable {
  package let vocabulary: [String]
  private let ids: [String: Int32]

  /// - Precondition: the words are distinct, not empty and free of white space.
  package init(vocabulary: [String]) {
    self.vocabulary = vocabulary
    var ids: [String: Int32] = [:]
    for (id, word) in vocabulary.enumerated() {
      precondition(!word.isEmpty && !word.contains(where: \.isWhitespace), "word '\(word)'")
      let earlier = ids.updateValue(Int32(id), forKey: word)
      precondition(earlier == nil, "word '\(word)' occurs twice in the vocabulary")
    }
    self.ids = ids
  }

  /// The id of a word, or nil if it is not in the vocabulary.
  package func id(of word: some StringProtocol) -> Int32? {
    ids[String(word)]
  }

  /// - Throws: `TokenizerError.unknownWord` at the first word that is not in the vocabulary.
  package func encode(_ text: String) throws(TokenizerError) -> [Int32] {
    try encode(words: text.split(whereSeparator: \.isWhitespace))
  }

  /// - Throws: `TokenizerError.unknownWord` at the first word that is not in the vocabulary.
  package func encode<Word: StringProtocol>(words: [Word]) throws(TokenizerError) -> [Int32] {
    var tokens: [Int32] = []
    tokens.reserveCapacity(words.count)
    for (index, word) in words.enumerated() {
      guard let id = id(of: word) else {
        throw .unknownWord(word: String(word), index: index)
      }
      tokens.append(id)
    }
    return tokens
  }

  /// The words of the tokens, joined by single spaces.
  ///
  /// - Precondition: every token is an id of the vocabulary.
  package func decode(_ tokens: some Sequence<Int32>) -> String {
    tokens.map { vocabulary[Int($0)] }.joined(separator: " ")
  }
}

/// Why a text has no tokens.
package enum TokenizerError: Error, Hashable, CustomStringConvertible {
  case unknownWord(word: String, index: Int)

  package var description: String {
    switch self {
    case .unknownWord(let word, let index):
      "word \(index + 1) of the text, '\(word)', is not in the model's vocabulary"
    }
  }
}
