import Foundation
import Grid
import PostTraining
import Problems

/// The artifact of a selection: the candidates, best first, as JSON with their prompts as text.
struct RankedPrompts: Codable {
  private struct Entry: Codable {
    let index: Int
    let prompt: String
    let answer: Int
    let right: Int
    let samples: Int
  }

  private let candidates: [Entry]

  init(_ candidates: [PromptSelection.Candidate]) {
    self.candidates = candidates.map {
      Entry(
        index: $0.index, prompt: Vocabulary.decode($0.prompt), answer: $0.answer, right: $0.right,
        samples: $0.samples)
    }
  }

  init(serialized bytes: [UInt8]) throws {
    self = try JSONDecoder().decode(RankedPrompts.self, from: Data(bytes))
  }

  func serialized() throws -> [UInt8] {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
    return Array(try encoder.encode(self))
  }

  /// The prompt with the given rank.
  func prompt(rank: Int) throws -> GradedPrompt {
    guard candidates.indices.contains(rank) else {
      throw Failure(
        reason: .error,
        message: "there is no prompt of rank \(rank) among \(candidates.count) candidates; choose "
          + "a prompt below selection_prompts")
    }
    return GradedPrompt(
      tokens: try Vocabulary.tokenizer.encode(candidates[rank].prompt),
      answer: candidates[rank].answer)
  }

  /// The prompts of some ranks.
  func prompts(ranks: Range<Int>) throws -> [GradedPrompt] {
    try ranks.map { try prompt(rank: $0) }
  }
}
