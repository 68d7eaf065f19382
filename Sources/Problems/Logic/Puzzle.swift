/// A knights-and-knaves puzzle apart from its names: what the persons say, of whom knights tell the
/// truth and knaves lie (R. Smullyan, What Is the Name of This Book?, 1978).
struct Puzzle: Hashable, Sendable {
  static let mostPeople = 3
  /// What people are called; a question holds the places in this list.
  static let names = ["ann", "bob", "cat", "dan", "eve", "fay"]

  let people: Int
  /// In the order in which they are made; everybody makes one or two.
  let statements: [Statement]

  /// The sets of knights, as bits, that fit all statements.
  ///
  /// - Complexity: O(statements · 2^people).
  var solutions: [Int] {
    let possible = statements.reduce(UInt8.max) { $0 & $1.possible(people: people) }
    return (0..<(1 << people)).filter { possible >> UInt8($0) & 1 == 1 }
  }

  /// The statements as codes in normal order: puzzles that differ only in who is called what, in the
  /// order of statements and of the facts in one are one puzzle.
  ///
  /// - Complexity: O(people! · statements).
  var normalOrder: [Int] {
    Self.orders(of: people).map { order in
      statements.map { $0.normal(renumbered: order).code }.sorted()
    }.min { $0.lexicographicallyPrecedes($1) } ?? []
  }

  private static func orders(of people: Int) -> [[Int]] {
    people == 2
      ? [[0, 1], [1, 0]]
      : [[0, 1, 2], [0, 2, 1], [1, 0, 2], [1, 2, 0], [2, 0, 1], [2, 1, 0]]
  }
}

extension Question {
  /// The puzzle of a question of a logic kind: the operands are the names of the persons in the order
  /// in which they first speak, then the statements' codes.
  var puzzle: Puzzle {
    let people = kind.people
    return Puzzle(
      people: people, statements: operands.dropFirst(people).map(Statement.init(code:)))
  }

  /// The kinds of the persons as one number, a digit a person in the order in which they first speak:
  /// 1 is a knight and 2 a knave. (No digit is 0, so none can lead.)
  static func answer(knights: Int, people: Int) -> Int {
    (0..<people).reduce(0) { 10 * $0 + (knights >> $1 & 1 == 1 ? 1 : 2) }
  }

  /// `ann says bob knave , bob says ann same bob`.
  func appendPuzzle(to tokens: inout [Int32]) {
    for (index, statement) in puzzle.statements.enumerated() {
      if index > 0 { tokens.append(PuzzleWords.comma) }
      tokens.append(name(statement.speaker))
      tokens.append(PuzzleWords.says)
      for (place, fact) in statement.facts.enumerated() {
        if place > 0 { tokens.append(PuzzleWords.connective(statement.form)) }
        tokens.append(name(fact.person))
        if statement.form.namesKinds { tokens.append(PuzzleWords.kind(fact.isKnight)) }
      }
    }
  }

  /// The token of a person's name.
  func name(_ person: Int) -> Int32 { PuzzleWords.firstName + Int32(operands[person]) }
}

/// The tokens that puzzles and their solutions are written in.
enum PuzzleWords {
  static let firstName = Vocabulary.required(Puzzle.names[0])
  static let comma = Vocabulary.required(",")
  static let says = Vocabulary.required("says")
  static let assume = Vocabulary.required("try")
  static let conclude = Vocabulary.required("so")
  static let follows = Vocabulary.required("=>")
  static let agrees = Vocabulary.required("yes")
  static let contradicts = Vocabulary.required("no")
  static let stop = Vocabulary.required(";")
  private static let knight = Vocabulary.required("knight")
  private static let knave = Vocabulary.required("knave")
  private static let same = Vocabulary.required("same")
  private static let differ = Vocabulary.required("differ")
  private static let and = Vocabulary.required("and")
  private static let or = Vocabulary.required("or")

  static func kind(_ isKnight: Bool) -> Int32 { isKnight ? knight : knave }

  /// What stands between two facts.
  ///
  /// - Precondition: the form has two.
  static func connective(_ form: Statement.Form) -> Int32 {
    switch form {
    case .same: same
    case .differ: differ
    case .and: and
    case .or: or
    case .literal: preconditionFailure("a literal has one fact")
    }
  }
}
