import FoundationEssentials
import Keys

/// A `WordTokenizer` as the tokenizer.json of the tokenizers library: a word-level model over words
/// separated by white space.
enum HuggingFaceTokenizer {
  static func text(of tokenizer: WordTokenizer) -> String {
    var vocabulary: [String: CanonicalJSON] = [:]
    for (id, word) in tokenizer.vocabulary.enumerated() { vocabulary[word] = .integer(id) }
    let file = CanonicalJSON.object([
      "version": .string("1.0"),
      "truncation": .null,
      "padding": .null,
      "added_tokens": .array([]),
      "normalizer": .null,
      "pre_tokenizer": .object(["type": .string("WhitespaceSplit")]),
      "post_processor": .null,
      "decoder": .null,
      "model": .object([
        "type": .string("WordLevel"),
        "vocab": .object(vocabulary),
        // Not in the vocabulary: an unknown word is an error, as it is here.
        "unk_token": .string("<unknown>"),
      ]),
    ])
    return file.text + "\n"
  }

  static func settings(of tokenizer: WordTokenizer, stopToken: Int32) -> String {
    CanonicalJSON.object([
      "tokenizer_class": .string("PreTrainedTokenizerFast"),
      "eos_token": .string(tokenizer.vocabulary[Int(stopToken)]),
      "clean_up_tokenization_spaces": .boolean(false),
    ]).text + "\n"
  }

  static func read(_ text: [UInt8]) throws(CheckpointError) -> WordTokenizer {
    struct File: Decodable {
      struct Model: Decodable {
        let type: String
        let vocab: [String: Int]
      }
      let model: Model
    }
    let file: File
    do {
      file = try JSONDecoder().decode(File.self, from: Data(text))
    } catch {
      throw .unreadableTokenizer(reason: String(describing: error))
    }
    guard file.model.type == "WordLevel" else {
      throw .unreadableTokenizer(
        reason: "its model is \(file.model.type), not WordLevel")
    }
    var words = [String?](repeating: nil, count: file.model.vocab.count)
    for (word, id) in file.model.vocab {
      guard words.indices.contains(id), words[id] == nil else {
        throw .unreadableTokenizer(reason: "the ids are not 0 to \(words.count - 1)")
      }
      guard !word.isEmpty, !word.contains(where: \.isWhitespace) else {
        throw .unreadableTokenizer(reason: "'\(word)' is not one word")
      }
      words[id] = word
    }
    return WordTokenizer(vocabulary: words.compactMap { $0 })
  }
}
