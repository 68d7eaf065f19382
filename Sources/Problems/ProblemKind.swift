import Keys

/// What a problem asks for. The operand ranges of arithmetic are wide enough that each held-out
/// split has at least 300 distinct problems of every kind, and such that no step inside a worked solution
/// states a problem of any kind (see `WorkedSolution`).
package enum ProblemKind: String, CaseIterable, Hashable, Sendable {
  /// Two numbers of two digits: a + b.
  case add2
  /// Two numbers of three digits: a + b.
  case add3
  /// Two numbers of two digits whose difference has two digits: a − b.
  case sub2
  /// Three digits times one: a · b with a in 100–599, b in 2–9.
  case mul
  /// Four digits modulo one: a mod m with m in 3–6 and a in 1000 ..< 1000 m, so that each round of
  /// long division has one digit of the quotient.
  case mod
  /// Has a pens, buys b more, each costs c coins, the total: (a + b) · c with a in 10–59, b and c
  /// in 2–9.
  case word
  /// Joint variation, y = k·x·z: given y at (a, b), find y at (c, d). Operands k, a, b, c, d with k
  /// in 2–4, the others in 2–9, {a, b} ≠ {c, d}.
  case joint
  /// Knights and knaves: two people who make two to four statements.
  case knights2
  /// Knights and knaves: three people who make one statement each.
  case knights3

  static let arithmetic: [ProblemKind] = [.add2, .add3, .sub2, .mul, .mod, .word, .joint]
  static let logic: [ProblemKind] = [.knights2, .knights3]

  /// How many people a puzzle has; 0 for other kinds.
  var people: Int {
    switch self {
    case .knights2: 2
    case .knights3: 3
    case .add2, .add3, .sub2, .mul, .mod, .word, .joint: 0
    }
  }

  /// The share of the kind among the problems of its domain, in hundredths; they add up to 100.
  package var percent: Int {
    switch self {
    case .add2: 22
    case .add3: 6
    case .sub2, .mul: 18
    case .mod, .word, .joint: 12
    case .knights2: 50
    case .knights3: 50
    }
  }

  /// One sentence for listings.
  package var about: String {
    switch self {
    case .add2: "adds two numbers of two digits"
    case .add3: "adds two numbers of three digits"
    case .sub2: "subtracts two numbers of two digits"
    case .mul: "multiplies a number of three digits by one digit"
    case .mod: "finds a remainder by long division"
    case .word: "solves a word problem in two steps, (a + b) · c"
    case .joint: "solves a joint variation, y = k·x·z, for a second point"
    case .knights2: "finds who of two people is a knight from what they say"
    case .knights3: "finds who of three people is a knight from what they say"
    }
  }

  /// A kind of a domain, drawn by weight.
  static func draw(
    _ domain: Domain, using generator: inout StreamGenerator
  ) -> ProblemKind {
    let kinds = domain.kinds
    var rest = generator.below(kinds.reduce(0) { $0 + $1.weight })
    for (kind, weight) in kinds {
      rest -= weight
      if rest < 0 { return kind }
    }
    preconditionFailure("a domain without kinds")
  }

  /// The text that identifies a question of this kind: the kind and the operands in normal order.
  func identity(_ normalOrder: [Int]) -> String {
    normalOrder.reduce(into: rawValue) { $0 += "/\($1)" }
  }

  /// Operands drawn uniformly from the kind's range, in the order in which they are written.
  ///
  /// - Precondition: a kind of arithmetic. Puzzles are drawn from `PuzzleTable`.
  func drawOperands(using generator: inout StreamGenerator) -> [Int] {
    func number(_ range: ClosedRange<Int>) -> Int {
      range.lowerBound + generator.below(range.count)
    }
    while true {
      let operands: [Int] =
        switch self {
        case .add2: [number(10...99), number(10...99)]
        case .add3: [number(100...999), number(100...999)]
        case .sub2: [number(20...99), number(10...89)]
        case .mul: [number(100...599), number(2...9)]
        case .mod: [number(1000...5999), number(3...6)]
        case .word: [number(10...59), number(2...9), number(2...9)]
        case .joint:
          [number(2...4), number(2...9), number(2...9), number(2...9), number(2...9)]
        case .knights2, .knights3: preconditionFailure("\(self) is not drawn by numbers")
        }
      if admits(operands) { return operands }
    }
  }

  /// Whether operands within their single ranges belong together.
  private func admits(_ operands: [Int]) -> Bool {
    switch self {
    case .add2, .add3, .mul, .word, .knights2, .knights3: true
    case .sub2: operands[0] - operands[1] >= 10
    case .mod: operands[0] < 1000 * operands[1]
    case .joint:
      min(operands[1], operands[2]) != min(operands[3], operands[4])
        || max(operands[1], operands[2]) != max(operands[3], operands[4])
    }
  }
}
