import LanguageModel
import Problems

extension Vocabulary {
  /// Turns the corpus's tokens into text and back.
  static let tokenizer = WordTokenizer(vocabulary: all)
}
