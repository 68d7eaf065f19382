import Testing

@testable import LanguageModel

@Suite struct WordTokenizerTests {
  let tokenizer = WordTokenizer(vocabulary: ["<end>", "Q", "7", "+", "."])

  @Test func wordsGoThereAndBack() throws {
    #expect(try tokenizer.encode("Q 7 +\n7  .") == [1, 2, 3, 2, 4])
    #expect(try tokenizer.encode(words: ["7", "<end>"]) == [2, 0])
    #expect(try tokenizer.encode("") == [])
    #expect(tokenizer.decode([1, 2, 3, 2, 4]) == "Q 7 + 7 .")
    #expect(tokenizer.id(of: "+") == 3)
    #expect(tokenizer.id(of: "-") == nil)
  }

  @Test func unknownWordsAreNamed() {
    #expect(throws: TokenizerError.unknownWord(word: "8", index: 1)) {
      try tokenizer.encode("7 8 9")
    }
    #expect(
      TokenizerError.unknownWord(word: "8", index: 1).description
        == "word 2 of the text, '8', is not in the model's vocabulary")
  }
}
