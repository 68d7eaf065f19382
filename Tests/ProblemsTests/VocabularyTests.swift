import Testing

@testable import Problems

@Suite struct VocabularyTests {
  @Test func hasFortyNineDistinctTokens() {
    #expect(Vocabulary.tokens.count == 49)
    #expect(Set(Vocabulary.tokens).count == 49)
    #expect(Vocabulary.tokens[Int(Vocabulary.end)] == "<end>")
  }

  @Test(arguments: [0, 7, 10, 19, 100, 405, 1998, 120_034])
  func numbersAreWrittenDigitByDigit(number: Int) {
    var tokens: [Int32] = []
    tokens.append(number: number)
    #expect(Vocabulary.decode(tokens) == String(number).map(String.init).joined(separator: " "))
  }
}

extension Vocabulary {
  /// The ids of a text of known words.
  static func encode(_ text: String) throws -> [Int32] {
    try text.split(separator: " ").map { word in
      Int32(try #require(tokens.firstIndex(of: String(word)), "\(word)"))
    }
  }
}
