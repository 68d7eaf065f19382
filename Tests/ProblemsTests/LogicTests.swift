import Keys
import Testing

@testable import Problems

@Suite("Knights and knaves")
struct LogicTests {
  private static func generator(_ step: Int) -> StreamGenerator {
    RandomStream(seed: 2, purpose: RandomPurpose("logic tests")).generator(step)
  }

  /// Questions of a split as they are asked.
  private static func problems(_ count: Int, _ split: Split) -> [Problem] {
    var generator = generator(0)
    return (0..<count).map { _ in Problem.draw(from: split, .logic, using: &generator) }
  }

  @Test(
    "puzzles have one solution, found by brute force, which the clean steps prove",
    arguments: Split.allCases)
  func solutions(split: Split) throws {
    for problem in Self.problems(1000, split) {
      let text = Vocabulary.decode(problem.prompt)
      let puzzle = try PuzzleReader(question: text)
      #expect(puzzle.people.count == problem.kind.people, "\(text)")
      let solutions = puzzle.solutions
      #expect(solutions.count == 1, "\(text)")
      #expect(solutions.map(puzzle.answer) == [problem.answer], "\(text)")
      #expect(problem.question.split == split)
      let solution = Vocabulary.decode(problem.workedSolution)
      let verdict = try puzzle.check(solution: solution)
      #expect(
        verdict == .init(fault: nil, answer: problem.answer, isMarked: true), "\(text) \(solution)")
      let grade = Grade(continuation: problem.workedSolution, expected: problem.answer)
      #expect(grade.correct && grade.formatted && grade.terminated)
      #expect(problem.prompt.count <= Corpus.longestPrompt)
    }
  }

  @Test("the checker of these tests finds a changed step")
  func checker() throws {
    let open = try PuzzleReader(question: "Q find ann says bob knave , bob says ann knave . A")
    #expect(open.solutions.count == 2)
    let other = try PuzzleReader(
      question: "Q find ann says bob knave , bob says ann same bob . A")
    #expect(other.solutions == [["ann": true, "bob": false]])
    let right = "W try ann knight ; ann knight => bob knave ; bob knave => yes ; # 1 2 <end>"
    #expect(try other.check(solution: right) == .init(fault: nil, answer: 12, isMarked: true))
    for wrong in [
      "W try ann knight ; ann knight => bob knight ; bob knight => yes ; # 1 1 <end>",
      "W try ann knight ; ann knight => bob knave ; # 1 2 <end>",
      "W try ann knight ; ann knight => bob knave ; bob knave => no ; so ann knave ; ann knave => bob knight ; # 2 1 <end>",
      "W try ann knight ; ann knight => bob knave ; bob knave => yes ; # 2 1 <end>",
      "W try ann knight ; so ann knave ; ann knave => bob knight ; # 2 1 <end>",
      "W try ann knight ; bob knight => yes ; ann knight => bob knave ; # 1 2 <end>",
    ] {
      #expect(try other.check(solution: wrong).fault != nil, "\(wrong)")
    }
  }

  @Test("a split has few puzzles of a length, but enough for its benchmark")
  func counts() throws {
    var shapes: [Split: [ProblemKind: Set<String>]] = [:]
    var identities: [ProblemKind: [String: String]] = [:]
    for split in Split.allCases {
      var generator = Self.generator(1)
      for _ in 0..<30_000 {
        let question = Question.draw(
          generator.below(2) == 0 ? .knights2 : .knights3, from: split, using: &generator)
        shapes[split, default: [:]][question.kind, default: []].insert(question.identity)
        // One in a hundred is compared with the shape that the tests read.
        if generator.below(100) == 0 {
          let problem = Problem(question: question, wording: Wording(number: 0))
          let shape = try PuzzleReader(question: Vocabulary.decode(problem.prompt)).shape
          let known = identities[question.kind, default: [:]].updateValue(
            question.identity, forKey: shape)
          #expect(known == nil || known == question.identity)
        }
      }
    }
    for (kind, identities) in identities {
      #expect(Set(identities.values).count == identities.count, "\(kind)")
    }
    for kind in ProblemKind.logic {
      let sets = Split.allCases.map { shapes[$0]?[kind] ?? [] }
      #expect(sets.reduce(0) { $0 + $1.count } == sets.reduce(Set()) { $0.union($1) }.count)
      // All shapes that one assumption solves, counted by an independent program; draws may miss some.
      let count = sets.reduce(0) { $0 + $1.count }
      #expect((kind == .knights2 ? 746...751 : 1607...1612).contains(count), "\(kind): \(count)")
      for (split, set) in zip(Split.allCases, sets) {
        // A third of the longest benchmark has two people.
        let needed = split == .adaptation ? 64 : kind == .knights2 ? 85 : 171
        #expect(set.count >= needed, "\(kind) \(split)")
      }
    }
  }

  @Test(
    "no puzzle of the stream is held out, in whatever names; shares, slips and lengths are as meant"
  )
  func stream() throws {
    var heldOut: Set<String> = []
    func shape(_ text: String) throws -> String { try PuzzleReader(question: text).shape }
    for split in [Split.development, .benchmark] {
      let set = try ProblemSet.benchmark(.logic, split: split, count: 256)
      for problem in set.problems {
        #expect(heldOut.insert(try shape(Vocabulary.decode(problem.prompt))).inserted)
      }
    }
    let adaptation = try ProblemSet.adaptation(count: 1024, seed: 0, of: .logic)
    #expect(Set(adaptation.problems.map(\.prompt)).count == 1024)
    for problem in adaptation.problems {
      heldOut.insert(try shape(Vocabulary.decode(problem.prompt)))
    }
    var worked = 0.0
    var (slips, unmarked, direct, directRight, rambling) = (0.0, 0.0, 0.0, 0.0, 0.0)
    var (logic, documents) = (0.0, 0.0)
    var longest = 0
    for step in 0..<100 {
      for index in 0..<48 {
        let tokens = Corpus(seed: 3, domain: .both).document(step: step, index: index)
        longest = max(longest, tokens.count)
        documents += 1
        guard tokens.contains(PuzzleWords.says) else {
          // Arithmetic keeps to its own tokens and rules.
          _ = try DocumentReader.read(tokens)
          continue
        }
        logic += 1
        let parts = Vocabulary.decode(tokens).split(separator: " A ", maxSplits: 1)
        let puzzle = try PuzzleReader(question: String(parts[0]))
        #expect(!heldOut.contains(puzzle.shape), "\(parts[0])")
        let continuation = String(parts[1])
        switch continuation.prefix(1) {
        case "W":
          worked += 1
          let verdict = try puzzle.check(solution: continuation)
          if !verdict.isMarked { unmarked += 1 }
          if verdict.fault != nil { slips += 1 }
          #expect(verdict.fault != nil || verdict.answer == puzzle.solutions.map(puzzle.answer)[0])
        case "#":
          direct += 1
          let answer = Grade(continuation: tokens.drop { $0 != Vocabulary.answer }, expected: 0)
            .answer
          let given = try #require(answer)
          #expect(Set("\(given)").isSubset(of: ["1", "2"]))
          #expect("\(given)".count == puzzle.people.count)
          if given == puzzle.answer(puzzle.solutions[0]) { directRight += 1 }
        default:
          rambling += 1
          #expect(!heldOut.contains(try shape(continuation)))
        }
      }
    }
    #expect(longest <= Corpus.longestDocument)
    func expect(_ value: Double, _ wanted: Double, _ tolerance: Double) {
      #expect(abs(value - wanted) <= tolerance, "\(value) instead of \(wanted)")
    }
    expect(logic / documents, Double(Domain.percentOfLogic) / 100, 0.03)
    expect(worked / logic, 0.44, 0.05)
    expect(direct / logic, 0.31, 0.05)
    expect(rambling / logic, 0.26, 0.05)
    // Some slips fall on a step that the deduction does not have, or lead nowhere.
    expect(slips / worked, 0.11, 0.04)
    expect(unmarked / worked, 0.25, 0.05)
    expect(directRight / direct, 0.35, 0.06)
  }

  @Test("the domains' sets are disjoint, and arithmetic's are what they were")
  func sets() throws {
    let both = try ProblemSet.benchmarks(split: .benchmark, count: 64, of: .both)
    #expect(both.map(\.name) == ["mixed", "words", "hard", "easy", "logic"])
    #expect(Array(both.prefix(4)) == (try ProblemSet.benchmarks(split: .benchmark, count: 64)))
    #expect(Set(both.flatMap { $0.problems.map(\.question.identity) }).count == 5 * 64)
    let logic = try ProblemSet.benchmarks(split: .benchmark, count: 64, of: .logic)
    #expect(logic == [both[4]])
    let kinds = logic[0].problems.map(\.kind)
    #expect(abs(kinds.count { $0 == .knights3 } - 43) <= 1)
    #expect(throws: ProblemSetError.count(257, limit: 256, set: "logic")) {
      try ProblemSet.benchmark(.logic, split: .benchmark, count: 257)
    }
    let all = try ProblemSet.benchmarks(split: .benchmark, count: 256, of: .both)
    #expect(all.map(\.problems.count) == [256, 256, 256, 256, 256])
    let mixed = try ProblemSet.adaptation(count: 200, seed: 1, of: .both)
    #expect(mixed.problems.count { $0.kind.people > 0 } == 2 * Domain.percentOfLogic)
  }

  @Test("statements and their codes")
  func codes() {
    for people in 2...3 {
      for speaker in 0..<people {
        let all = Statement.all(by: speaker, people: people)
        #expect(all.count == (people == 2 ? 12 : 34))
        #expect(Set(all.map(\.code)).count == all.count)
        for statement in all {
          #expect(Statement(code: statement.code) == statement)
          #expect(Statement(code: statement.exchanged.code) == statement.exchanged)
          #expect(
            statement.exchanged.possible(people: people) == statement.possible(people: people))
        }
      }
    }
  }

  @Test("how puzzles are asked and solved")
  func texts() {
    func question(_ names: [Int], _ statements: [Statement]) -> Question {
      Question(
        kind: names.count == 2 ? .knights2 : .knights3, operands: names + statements.map(\.code))
    }
    func knight(_ person: Int) -> Fact { Fact(person: person, isKnight: true) }
    func knave(_ person: Int) -> Fact { Fact(person: person, isKnight: false) }
    func texts(_ question: Question) -> [String] {
      let problem = Problem(question: question, wording: Wording(number: 5))
      return [problem.prompt, problem.workedSolution].map { Vocabulary.decode($0) }
    }
    let two = question(
      [0, 1],
      [
        Statement(speaker: 0, form: .literal, facts: [knight(1)]),
        Statement(speaker: 1, form: .differ, facts: [knight(0), knight(1)]),
      ])
    #expect(
      texts(two) == [
        "Q find ann says bob knight , bob says ann differ bob ? A",
        "W try ann knight ; ann knight => bob knight ; bob knight => no ; so ann knave ; "
          + "ann knave => bob knave ; "
          + "# 2 2 <end>",
      ])
    let three = question(
      [4, 3, 5],
      [
        Statement(speaker: 0, form: .and, facts: [knave(1), knight(2)]),
        Statement(speaker: 1, form: .literal, facts: [knave(0)]),
        Statement(speaker: 2, form: .same, facts: [knight(0), knight(2)]),
      ])
    #expect(
      texts(three) == [
        "Q find eve says dan knave and fay knight , dan says eve knave , fay says eve same fay ? A",
        "W try eve knight ; eve knight => dan knave fay knight ; dan knave => yes ; fay knight => yes ; # 1 2 1 <end>",
      ])
  }
}
