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
    let ranked = PromptSelection().ranked(candidates.reversed())
    #expect(ranked.map(\.index) == [3, 2, 4, 5, 0, 1])
    #expect(ranked[0].variance == 0.25)
    #expect(ranked[1].variance == 3 * 5 / 64.0)
    #expect(ranked[5].variance == 0)
  }

  @Test("candidates of one kind are of that kind, the same for every rule")
  func oneKind() throws {
    var selection = PromptSelection()
    selection.candidates = 12
    selection.kind = .joint
    let problems = try selection.problems()
    #expect(problems.allSatisfy { $0.kind == .joint })
    selection.rule = .random
    #expect(try selection.problems() == problems)
    selection.kind = nil
    #expect(Set(try selection.problems().map(\.kind)).count > 3)
  }

  @Test("each rule has its order, and equals stay as they were drawn")
  func rules() {
    var candidates = [0, 8, 3, 4, 5, 3].enumerated().map { candidate($0, right: $1) }
    let histories = [[0, 0, 0], [0, 8, 8], [3, 3, 3], [0, 4, 4], [5, 1, 5], [1, 2, 3]]
    for index in candidates.indices { candidates[index].history = histories[index] }
    func order(_ rule: PromptSelection.Rule, decile: Int = 5) -> [Int] {
      var selection = PromptSelection()
      selection.rule = rule
      selection.decile = decile
      return selection.ranked(candidates.reversed()).map(\.index)
    }
    #expect(order(.variance) == [3, 2, 4, 5, 0, 1])
    #expect(order(.lowestVariance) == [0, 1, 2, 4, 5, 3])
    #expect(order(.highestAccuracy) == [1, 4, 3, 2, 5, 0])
    #expect(order(.lowestAccuracy) == [0, 2, 5, 3, 4, 1])
    #expect(order(.random) == [0, 1, 2, 3, 4, 5])
    // Standard deviations 3.8, 1.9, 1.9, 0.8 and twice 0.
    #expect(order(.history) == [1, 3, 4, 5, 0, 2])
    #expect((1...10).flatMap { order(.decile, decile: $0) } == [0, 2, 5, 3, 4, 1])
    #expect(order(.decile, decile: 2) == [0])
    #expect(order(.decile, decile: 10) == [1])
  }

  @Test(
    "a history is that of the pretraining's states, and goes on after a kill to the same counts")
  func history() throws {
    var selection = PromptSelection()
    selection.rule = .history
    selection.samples = 2
    selection.candidates = 5
    selection.maximumTokens = 8
    selection.checkpoints = 3
    let settings = PretrainingSettings(configuration: smallConfiguration(), seed: 4, steps: 7)
    let whole = try SelectionHistory(selection, of: settings)
    var states: [[UInt8]] = []
    while !whole.isComplete {
      states.append(try whole.serialized())
      try whole.advance()
    }
    // Seven steps, and an answer after 2, 4 and 7 of them.
    #expect(states.count == 10)
    #expect(whole.step == 7)
    let training = Pretraining(settings)
    var expected: [[Int]] = []
    for step in 1...7 {
      try training.advance()
      if [2, 4, 7].contains(step) {
        expected.append(try selection.tried(by: training.model).map(\.right))
      }
    }
    let candidates = whole.candidates
    #expect(candidates.map(\.index) == Array(0..<5))
    #expect(candidates.map(\.right) == expected[2])
    #expect(candidates.map(\.history) == (0..<5).map { index in expected.map { $0[index] } })
    for state in states {
      let other = try SelectionHistory(selection, of: settings, serialized: state)
      while !other.isComplete { try other.advance() }
      #expect(other.candidates == candidates)
    }
    #expect(throws: (any Error).self) {
      try SelectionHistory(selection, of: settings, serialized: [1, 2, 3])
    }
  }

  @Test("candidates are of the domain that is asked for")
  func domain() throws {
    var selection = PromptSelection()
    selection.domain = .logic
    #expect(try selection.problems().allSatisfy { $0.question.kind.rawValue.hasPrefix("knights") })
    selection.domain = .both
    let kinds = try selection.problems().map(\.question.kind.rawValue)
    #expect(Set(kinds).isSuperset(of: ["add2", "joint", "knights2", "knights3"]))
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
    let more = try selection.tried(by: model) {
      done.append($0.count)
      if $0.count == 8 { halfWay = $0 }
    }
    #expect(done == [8, 11])
    #expect(try selection.tried(by: model, after: halfWay) == more)
    selection.candidates = 3
    let fewer = try selection.tried(by: model)
    #expect(fewer.count == 3)
    for candidate in fewer { #expect(more.contains(candidate)) }
    #expect(Set(more.map(\.index)) == Set(0..<11))
  }

  @Test("more candidates than the split has are refused")
  func tooMany() {
    var selection = PromptSelection()
    selection.candidates = ProblemSet.longestAdaptation + 1
    #expect(throws: ProblemSetError.self) {
      try selection.tried(by: Transformer(smallConfiguration(), seed: 1))
    }
  }
}
