import LanguageModel
import Problems
import Testing

@testable import PostTraining

@Suite("Selection of prompts")
struct PromptSelectionTests {
  private func candidate(_ index: Int, right: Int) -> PromptSelection.Candidate {
    PromptSelection.Candidate(index: index, prompt: [], answer: 0, right: right, samples: 8)
  }

  @Test("largest variance first, lower index first among equals")
  func order() {
    let candidates = [0, 8, 3, 4, 5, 3].enumerated().map { candidate($0, right: $1) }
    let ranked = PromptSelection.ranked(candidates.reversed())
    #expect(ranked.map(\.index) == [3, 2, 4, 5, 0, 1])
    #expect(ranked[0].variance == 0.25)
    #expect(ranked[1].variance == 3 * 5 / 64.0)
    #expect(ranked[5].variance == 0)
  }

  @Test("candidates do not depend on how many there are, nor on who is done with them")
  func prefix() throws {
    let model = Transformer(smallConfiguration(), seed: 1)
    var selection = PromptSelection()
    selection.samples = 4
    selection.maximumTokens = 8
    selection.candidates = 11
    var done: [Int] = []
    var halfWay: [PromptSelection.Candidate] = []
    let more = try selection.ranked(by: model) {
      done.append($0.count)
      if $0.count == 8 { halfWay = $0 }
    }
    #expect(done == [8, 11])
    #expect(try selection.ranked(by: model, after: halfWay) == more)
    selection.candidates = 3
    let fewer = try selection.ranked(by: model)
    #expect(fewer.count == 3)
    for candidate in fewer { #expect(more.contains(candidate)) }
    #expect(Set(more.map(\.index)) == Set(0..<11))
  }

  @Test("more candidates than the split has are refused")
  func tooMany() {
    var selection = PromptSelection()
    selection.candidates = ProblemSet.longestAdaptation + 1
    #expect(throws: ProblemSetError.self) {
      try selection.ranked(by: Transformer(smallConfiguration(), seed: 1))
    }
  }
}
