import Keys

/// All puzzles of one kind: those with exactly one solution that a deduction with one assumption
/// finds. So few that they are listed once instead of being drawn and rejected again and again.
struct PuzzleTable: Sendable {
  /// The statements' codes of each puzzle, by split and by group: how many statements it has, and how
  /// many of them join two facts by `and` or `or`. There are the more puzzles the longer they are, and
  /// the groups' weights keep the short ones from being lost among the long.
  private let puzzles: [Split: [(weight: Int, codes: [[Int]])]]

  private static let two = PuzzleTable(.knights2)
  private static let three = PuzzleTable(.knights3)

  /// - Precondition: a kind of the logic domain.
  static func of(_ kind: ProblemKind) -> PuzzleTable {
    kind == .knights2 ? two : three
  }

  /// Who speaks, statement by statement, with the weight of each group of such puzzles.
  private static func speakers(_ people: Int) -> [(weight: Int, orders: [[Int]])] {
    people == 3
      ? [(1, [[0, 1, 2]])]
      : [
        (1, [[0, 1]]), (2, [[0, 0, 1], [0, 1, 0], [0, 1, 1]]),
        (2, [[0, 0, 1, 1], [0, 1, 0, 1], [0, 1, 1, 0]]),
      ]
  }

  /// - Complexity: that of going through all combinations of statements, about 100,000, once.
  private init(_ kind: ProblemKind) {
    let people = kind.people
    let statements = (0..<people).map { Statement.all(by: $0, people: people) }
    let masks = statements.map { $0.map { $0.possible(people: people) } }
    var puzzles: [Split: [(weight: Int, codes: [[Int]])]] = [:]
    for (weight, orders) in Self.speakers(people) {
      var found: [Split: [[[Int]]]] = [:]
      for speakers in orders {
        Self.visit(speakers, masks) { choice in
          let chosen = zip(speakers, choice).map { statements[$0][$1] }
          guard Set(chosen).count == chosen.count else { return }
          let puzzle = Puzzle(people: people, statements: chosen)
          guard Deduction(puzzle) != nil else { return }
          let split = Split(
            hash: Digest(of: kind.identity(puzzle.normalOrder)).prefix64, kind: kind)
          let joined = chosen.count { $0.form == .and || $0.form == .or }
          let none = Array(repeating: [[Int]](), count: puzzle.statements.count + 1)
          found[split, default: none][joined].append(chosen.map(\.code))
        }
      }
      for split in Split.allCases {
        for group in found[split] ?? [] where !group.isEmpty {
          puzzles[split, default: []].append((weight, group))
        }
      }
    }
    self.puzzles = puzzles
  }

  /// Calls `body` with the number of a statement for each speaker, for all combinations that have
  /// exactly one solution.
  private static func visit(_ speakers: [Int], _ masks: [[UInt8]], _ body: ([Int]) -> Void) {
    var choice: [Int] = []
    func go(_ possible: UInt8) {
      if possible == 0 { return }
      guard choice.count < speakers.count else {
        if possible.nonzeroBitCount == 1 { body(choice) }
        return
      }
      let own = masks[speakers[choice.count]]
      for (number, mask) in own.enumerated() {
        choice.append(number)
        go(possible & mask)
        choice.removeLast()
      }
    }
    go(.max)
  }

  /// A puzzle of a split as the operands of a question: names, then statements, whose facts are
  /// exchanged half of the time where that makes no difference.
  func drawOperands(
    people: Int, from split: Split, using generator: inout StreamGenerator
  ) -> [Int] {
    let groups = puzzles[split] ?? []
    var rest = generator.below(groups.reduce(0) { $0 + $1.weight })
    var codes: [[Int]] = []
    for group in groups {
      rest -= group.weight
      if rest < 0 {
        codes = group.codes
        break
      }
    }
    var names = Array(Puzzle.names.indices)
    for place in 0..<people { names.swapAt(place, place + generator.below(names.count - place)) }
    let statements = codes[generator.below(codes.count)].map { code in
      let statement = Statement(code: code)
      return generator.below(2) == 1 ? statement.exchanged.code : code
    }
    return names.prefix(people) + statements
  }
}
