import Kernels
import LanguageModel
import Problems

/// A prompt and what stands after it, to look at what a model would have said at each place.
package struct FixedText: Hashable, Sendable {
  package let prompt: [Int32]
  /// Not empty.
  package let continuation: [Int32]

  package init(prompt: [Int32], continuation: [Int32]) {
    precondition(
      !prompt.isEmpty && !continuation.isEmpty, "a text lacks its prompt or what follows")
    self.prompt = prompt
    self.continuation = continuation
  }

  /// What the model answers greedily to each problem.
  ///
  /// - Complexity: that of generation.
  package static func greedy(
    _ model: Transformer, on sets: [ProblemSet], maximumNewTokens: Int
  ) -> [FixedText] {
    let prompts = sets.flatMap { $0.problems.map(\.prompt) }
    let settings = SamplingSettings(
      temperature: 0, maximumNewTokens: maximumNewTokens, stopToken: Vocabulary.end)
    return zip(prompts, model.generate(prompts: prompts, settings: settings) { _, _ in 0 })
      .map { FixedText(prompt: $0, continuation: $1.tokens) }
  }

  /// Rows of one pass over texts. A constant, so that a pass follows from the texts alone.
  package static let passTokens = 2048

  /// The texts in batches of about `passTokens` tokens, with logits wanted at the places that predict
  /// the tokens of the continuations.
  static func batches(_ texts: [FixedText]) -> [(texts: Range<Int>, batch: PackedBatch)] {
    var batches: [(texts: Range<Int>, batch: PackedBatch)] = []
    var start = 0
    while start < texts.count {
      var batch = PackedBatch()
      var next = start
      repeat {
        let text = texts[next]
        batch.append(
          text.prompt + text.continuation.dropLast(),
          logitsAt: text.prompt.count - 1..<text.prompt.count - 1 + text.continuation.count)
        next += 1
      } while next < texts.count && batch.tokens.count < passTokens
      batches.append((start..<next, batch))
      start = next
    }
    return batches
  }

  /// The fixed texts as bytes: a line that names format and version, then a line a text, the tokens of
  /// prompt and continuation as numbers, a bar between them. Equal texts give equal bytes.
  package static func encoded(_ texts: [FixedText]) -> [UInt8] {
    func words(_ tokens: [Int32]) -> String { tokens.map(String.init).joined(separator: " ") }
    return Array(
      texts.reduce(into: title + "\n") {
        $0 += "\(words($1.prompt)) | \(words($1.continuation))\n"
      }.utf8)
  }

  private static let title = "#espalier-texts,1"

  /// Reads back what `encoded` made, of tokens below `vocabulary`.
  ///
  /// - Throws: `TextFormatError` at the first line that `encoded` cannot have written.
  package static func texts(
    encoded bytes: [UInt8], vocabulary: Int
  ) throws(TextFormatError) -> [FixedText] {
    var lines = bytes.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false)
      .map { String(decoding: $0, as: UTF8.self) }[...]
    guard lines.popFirst() == title, lines.popLast() == "" else { throw TextFormatError(line: 1) }
    var texts: [FixedText] = []
    for (index, line) in lines.enumerated() {
      let parts = line.split(separator: "|", omittingEmptySubsequences: false).map { part in
        part.split(separator: " ").map { Int32($0) ?? -1 }
      }
      guard parts.count == 2, !parts[0].isEmpty, !parts[1].isEmpty,
        parts.joined().allSatisfy({ $0 >= 0 && Int($0) < vocabulary })
      else { throw TextFormatError(line: index + 2) }
      texts.append(FixedText(prompt: parts[0], continuation: parts[1]))
    }
    return texts
  }
}

/// A line, counted from 1, of a file of texts is none.
package struct TextFormatError: Error, Hashable, CustomStringConvertible {
  package let line: Int

  package var description: String {
    "line \(line) of the texts is damaged; remove the artifact, and the next run makes it again"
  }
}
