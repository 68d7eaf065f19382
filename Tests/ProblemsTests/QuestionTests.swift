import Keys
import Testing

@testable import Problems

@Suite struct QuestionTests {
  private static func generator(_ step: Int) -> StreamGenerator {
    RandomStream(seed: 1, purpose: RandomPurpose("question tests")).generator(step)
  }

  @Test func everySplitHasManyProblemsOfEveryKind() {
    for kind in ProblemKind.arithmetic where kind != .add3 {
      var counts: [Split: Int] = [:]
      var dealt: [String: Int] = [:]
      var seen: Set<[Int]> = []
      for operands in Self.operands(of: kind) {
        let question = Question(kind: kind, operands: operands)
        guard seen.insert(question.normalOrder).inserted else { continue }
        counts[question.split, default: 0] += 1
        dealt["\(question.split) \(Benchmark.holding(question))", default: 0] += 1
      }
      for split in Split.allCases {
        let count = counts[split, default: 0]
        #expect(count >= 300, "\(kind) has \(count) problems in \(split)")
      }
      // Each benchmark can be drawn at its full length, with a fifth to spare.
      for benchmark in Benchmark.allCases {
        let kinds = benchmark.kinds
        guard let weight = kinds.first(where: { $0.kind == kind })?.weight else { continue }
        let share = Double(weight) / Double(kinds.reduce(0) { $0 + $1.weight })
        let needed = share * Double(ProblemSet.longestBenchmark)
        for split in [Split.development, .benchmark] {
          let count = dealt["\(split) \(benchmark)", default: 0]
          #expect(Double(count) >= 1.2 * needed, "\(kind) in \(benchmark), \(split): \(count)")
        }
      }
    }
  }

  /// All operands of a kind, from the description of its ranges.
  private static func operands(of kind: ProblemKind) -> [[Int]] {
    func pairs(_ first: ClosedRange<Int>, _ second: ClosedRange<Int>) -> [[Int]] {
      first.flatMap { a in second.map { [a, $0] } }
    }
    return switch kind {
    case .add2: pairs(10...99, 10...99)
    case .add3: pairs(100...999, 100...999)
    case .sub2: pairs(10...99, 10...99).filter { $0[0] - $0[1] >= 10 }
    case .mul: pairs(100...599, 2...9)
    case .mod: pairs(1000...9999, 3...6).filter { $0[0] / 1000 < $0[1] }
    case .word: pairs(10...59, 2...9).flatMap { ab in (2...9).map { ab + [$0] } }
    case .knights2, .knights3: []
    case .joint:
      pairs(2...9, 2...9).flatMap { first in
        pairs(2...9, 2...9).filter { $0.sorted() != first.sorted() }.flatMap { second in
          (2...4).map { [$0] + first + second }
        }
      }
    }
  }

  /// Operands are drawn from exactly the described range, all of it.
  @Test func drawsTheWholeRange() {
    for kind in ProblemKind.arithmetic where kind != .add3 && kind != .joint {
      let range = Set(Self.operands(of: kind))
      var generator = Self.generator(2)
      var drawn: Set<[Int]> = []
      for _ in 0..<(range.count * 8) { drawn.insert(kind.drawOperands(using: &generator)) }
      #expect(drawn.isSubset(of: range))
      // A uniform draw misses e^-8 = 0.03% of the range.
      #expect(Double(drawn.count) > 0.99 * Double(range.count), "\(kind)")
    }
  }

  @Test func exchangedOperandsAreOneQuestion() {
    let pairs: [(ProblemKind, [Int], [Int])] = [
      (.add2, [85, 47], [47, 85]), (.add3, [847, 454], [454, 847]),
      (.joint, [3, 9, 4, 7, 2], [3, 4, 9, 2, 7]),
    ]
    for (kind, one, other) in pairs {
      let (a, b) = (Question(kind: kind, operands: one), Question(kind: kind, operands: other))
      #expect(a.identity == b.identity)
      #expect(a.split == b.split)
      #expect(a.answer == b.answer)
    }
    #expect(Question(kind: .add2, operands: [85, 47]).identity == "add2/47/85")
    // The two points of a joint variation are not exchangeable.
    let there = Question(kind: .joint, operands: [2, 3, 4, 5, 6])
    let back = Question(kind: .joint, operands: [2, 5, 6, 3, 4])
    #expect(there.identity != back.identity)
  }

  @Test(
    "of 100 questions 70 are pretrained on and 10 are in each other split; of puzzles 60, 10, 15, 15"
  )
  func splits() {
    func counts(_ kind: ProblemKind) -> [Split: Int] {
      (0..<100 as Range<UInt64>).reduce(into: [:]) {
        $0[Split(hash: $1, kind: kind), default: 0] += 1
      }
    }
    for kind in ProblemKind.arithmetic {
      #expect(counts(kind) == [.corpus: 70, .adaptation: 10, .development: 10, .benchmark: 10])
    }
    for kind in ProblemKind.logic {
      #expect(counts(kind) == [.corpus: 60, .adaptation: 10, .development: 15, .benchmark: 15])
    }
  }

  /// Prompt, answer and clean solution of drawn problems, read back independently.
  @Test func cleanSolutionsAreRight() throws {
    var generator = Self.generator(0)
    for split in Split.allCases {
      for _ in 0..<1500 {
        let problem = Problem.draw(from: split, using: &generator)
        #expect(problem.question.split == split)
        let document = try DocumentReader.read(problem.prompt + problem.workedSolution)
        #expect(document.question.identity == problem.question.identity)
        #expect(document.question.operands == problem.operands)
        #expect(document.question.answer == problem.answer)
        #expect(document.opener == problem.wording.opener)
        #expect(document.suffix == problem.wording.suffix)
        guard case .worked(let steps, problem.answer, marked: true) = document.continuation else {
          Issue.record("not a right answer: \(Vocabulary.decode(problem.workedSolution))")
          continue
        }
        #expect(steps.allSatisfy { $0.isTrue })
        let grade = Grade(continuation: problem.workedSolution, expected: problem.answer)
        #expect(grade.correct && grade.formatted && grade.terminated)
      }
    }
  }

  @Test(arguments: [
    (ProblemKind.add2, [47, 85], "W 7 + 5 => 1 2 ; 4 + 8 + 1 => 1 3 ; # 1 3 2 <end>"),
    (.add3, [555, 444], "W 5 + 4 => 9 ; 5 + 4 => 9 ; 5 + 4 => 9 ; # 9 9 9 <end>"),
    (.sub2, [92, 38], "W 1 2 - 8 => 4 ; 9 - 3 - 1 => 5 ; # 5 4 <end>"),
    (.sub2, [92, 31], "W 2 - 1 => 1 ; 9 - 3 => 6 ; # 6 1 <end>"),
    (
      .mul, [235, 9],
      "W 5 * 9 => 4 5 ; 3 * 9 => 2 7 ; 2 7 + 4 => 3 1 ; 2 * 9 => 1 8 ; 1 8 + 3 => 2 1 ; "
        + "# 2 1 1 5 <end>"
    ),
    (
      .mod, [2112, 6],
      "W 2 1 mod 6 => 3 ; 3 1 mod 6 => 1 ; 1 2 mod 6 => 0 ; # 0 <end>"
    ),
    (.mod, [2101, 5], "W 2 1 mod 5 => 1 ; 1 0 mod 5 => 0 ; 1 mod 5 => 1 ; # 1 <end>"),
    (
      .word, [34, 7, 3],
      "W 3 4 + 7 => 4 1 ; 1 * 3 => 3 ; 4 * 3 => 1 2 ; 1 2 + 0 => 1 2 ; # 1 2 3 <end>"
    ),
    (
      .joint, [4, 3, 8, 4, 5],
      "W 3 * 8 => 2 4 ; 9 6 / 2 4 => 4 ; now 4 * 5 => 2 0 ; 0 * 4 => 0 ; 2 * 4 => 8 ; "
        + "8 + 0 => 8 ; # 8 0 <end>"
    ),
    (
      .joint, [2, 3, 8, 3, 3],
      "W 3 * 8 => 2 4 ; 4 8 / 2 4 => 2 ; now 3 * 3 => 9 ; 9 * 2 => 1 8 ; # 1 8 <end>"
    ),
  ])
  func writesTheStepsOfEachKind(kind: ProblemKind, operands: [Int], text: String) {
    let question = Question(kind: kind, operands: operands)
    #expect(Vocabulary.decode(WorkedSolution.clean(for: question)) == text)
  }

  @Test(arguments: [
    (ProblemKind.mod, [1705, 6], "Q what 1 7 0 5 mod 6 ? A"),
    (.word, [34, 7, 3], "Q what has 3 4 pens , buys 7 , each 3 coins , total ? A"),
    (
      .joint, [4, 3, 8, 4, 5],
      "Q what y joint x z , y is 9 6 if x 3 z 8 , now 4 and 5 ? A"
    ),
  ])
  func asksQuestionsInWords(kind: ProblemKind, operands: [Int], text: String) {
    let problem = Problem(
      question: Question(kind: kind, operands: operands), wording: Wording(number: 2 * 4 + 1))
    #expect(Vocabulary.decode(problem.prompt) == text)
  }
}
