import Keys

/// Writes the steps of a solution, each a fact small enough to be learnt, such as
/// `W 7 + 5 => 1 2 ; 4 + 8 + 1 => 1 3 ; # 1 3 2`.
///
/// A step never states a problem of the corpus (its operands lie outside every kind's range), so a
/// held-out problem cannot be met inside the solution of another one.
package struct WorkedSolution {
  /// One false result. What follows it is consistent with it.
  private struct Slip {
    /// Counts down; the step that finds 0 goes wrong.
    var stepsBefore: Int
    /// Selects among the false results that the step admits.
    let choice: Int
  }

  private var tokens: [Int32] = [Vocabulary.work]
  private var slip: Slip?

  private init(slip: Slip?) {
    self.slip = slip
  }

  /// The clean solution of a question, as what follows its prompt: every step right, the answer
  /// marked, the end token last. For supervised training.
  ///
  /// - Complexity: O(number of tokens).
  package static func clean(for question: Question) -> [Int32] {
    var solution = WorkedSolution(slip: nil)
    return solution.written(for: question, marked: true)
  }

  /// A solution as the corpus has it: with a slip in 15 of 100, without the answer's marker in 25 of
  /// 100.
  static func draw(for question: Question, using generator: inout StreamGenerator) -> [Int32] {
    let slips = generator.below(100) < 15
    let slip = Slip(
      stepsBefore: generator.below(stepCount(of: question.kind)), choice: generator.below(60))
    let marked = generator.below(100) >= 25
    var solution = WorkedSolution(slip: slips ? slip : nil)
    return solution.written(for: question, marked: marked)
  }

  private mutating func written(for question: Question, marked: Bool) -> [Int32] {
    let answer = solve(question)
    if marked { tokens.append(Vocabulary.marker) }
    tokens.append(number: answer)
    tokens.append(Vocabulary.end)
    return tokens
  }

  /// The number of results that `solve` writes, not counting the final answer.
  private static func stepCount(of kind: ProblemKind) -> Int {
    switch kind {
    case .add2, .sub2, .knights2: 2
    case .add3, .mod, .knights3: 3
    case .word, .joint: 4
    case .mul: 5
    }
  }

  /// Writes the steps and gives the answer they lead to.
  private mutating func solve(_ question: Question) -> Int {
    let operands = question.operands
    return switch question.kind {
    case .add2: sum(operands[0], operands[1], columns: 2)
    case .add3: sum(operands[0], operands[1], columns: 3)
    case .sub2: difference(operands[0], operands[1])
    case .mul: product(operands[0], operands[1])
    case .mod: remainder(operands[0], operands[1])
    case .word: purchase(operands[0], operands[1], operands[2])
    case .joint:
      variation(
        value: operands[0] * operands[1] * operands[2],
        at: (operands[1], operands[2]), wanted: (operands[3], operands[4]))
    case .knights2, .knights3: deduction(question)
    }
  }

  /// Column by column from the right, with the carry.
  private mutating func sum(_ a: Int, _ b: Int, columns: Int) -> Int {
    var total = 0
    var carry = 0
    var power = 1
    for _ in 0..<columns {
      let (x, y) = (a / power % 10, b / power % 10)
      let column =
        carry == 0
        ? step(Self.add, [x, y], result: x + y, within: 0...19)
        : step(Self.addCarry, [x, y, 1], result: x + y + 1, within: 0...19)
      total += column % 10 * power
      carry = column / 10
      power *= 10
    }
    return total + carry * power
  }

  /// Units, then tens, with the borrow.
  private mutating func difference(_ a: Int, _ b: Int) -> Int {
    let (x, y) = (a % 10, b % 10)
    let borrows = x < y
    let units = borrows ? x + 10 : x
    let low = step(Self.subtract, [units, y], result: units - y, within: 0...9)
    let (s, t) = (a / 10, b / 10)
    let high =
      borrows
      ? step(Self.subtractBorrow, [s, t, 1], result: s - t - 1, within: 0...9)
      : step(Self.subtract, [s, t], result: s - t, within: 0...9)
    return 10 * high + low
  }

  /// Each digit times b from the right, then the carry on top.
  private mutating func product(_ a: Int, _ b: Int) -> Int {
    let units = step(Self.multiply, [a % 10, b], result: a % 10 * b, within: 0...81)
    var total = units % 10
    var carry = units / 10
    var power = 10
    while power <= a {
      let digit = a / power % 10
      let column = step(Self.multiply, [digit, b], result: digit * b, within: 0...81)
      let carried = step(Self.add, [column, carry], result: column + carry, within: 0...99)
      total += carried % 10 * power
      carry = carried / 10
      power *= 10
    }
    return total + carry * power
  }

  /// Long division without its quotient: the remainder of the two leading digits, then of what is
  /// left with the next digit brought down.
  private mutating func remainder(_ a: Int, _ m: Int) -> Int {
    var left = a / 1000
    for digit in [a / 100 % 10, a / 10 % 10, a % 10] {
      let chunk = 10 * left + digit
      left = step(Self.modulo, [chunk, m], result: chunk % m, within: 0...(m - 1))
    }
    return left
  }

  /// All the pens, then their price.
  private mutating func purchase(_ a: Int, _ b: Int, _ c: Int) -> Int {
    let pens = step(Self.add, [a, b], result: a + b, within: 10...99)
    return product(pens, c)
  }

  /// The product at the first point, the constant, the product at the second point, its value.
  private mutating func variation(
    value: Int, at first: (Int, Int), wanted second: (Int, Int)
  ) -> Int {
    // A slip leaves the constant one digit.
    let p = step(
      Self.multiply, [first.0, first.1], result: first.0 * first.1, within: (value / 10 + 1)...99)
    let k = step(Self.divide, [value, p], result: value / p, within: 1...9)
    let q = step(
      Self.multiplyNow, [second.0, second.1], result: second.0 * second.1, within: 1...99)
    return product(q, k)
  }

  /// Assumptions and what follows. A slip turns one of the facts that a step derives into its
  /// opposite; one that would lead nowhere is not made.
  private mutating func deduction(_ question: Question) -> Int {
    let puzzle = question.puzzle
    let clean = Deduction(puzzle)
    let slipped = slip.flatMap { slip in
      var before = slip.stepsBefore
      return Deduction(puzzle) { facts in
        before -= 1
        guard before == -1 else { return facts }
        let place = slip.choice % facts.count
        var stated = facts
        stated[place] = Fact(person: facts[place].person, isKnight: !facts[place].isKnight)
        return stated
      }
    }
    guard let deduction = slipped ?? clean else {
      preconditionFailure("a puzzle that no deduction solves: \(question.identity)")
    }
    deduction.append(for: question, to: &tokens)
    return Question.answer(knights: deduction.knights, people: puzzle.people)
  }

  /// Writes one step and gives the result it states: the right one, or where the slip falls, another
  /// one within `range`. A step whose range admits no other result leaves the slip to the next one.
  private mutating func step(
    _ pattern: TokenPattern, _ operands: [Int], result: Int, within range: ClosedRange<Int>
  ) -> Int {
    var stated = result
    if let current = slip {
      let others = Self.slips.map { result + $0 }.filter(range.contains)
      if current.stepsBefore > 0 {
        slip?.stepsBefore -= 1
      } else if !others.isEmpty {
        stated = others[current.choice % others.count]
        slip = nil
      }
    }
    pattern.append(operands + [stated], to: &tokens)
    return stated
  }

  /// By how much a false result is off.
  private static let slips = [-1, 1, -2, 2, -10, 10]

  private static let add = TokenPattern("% + % => % ;")
  private static let addCarry = TokenPattern("% + % + % => % ;")
  private static let subtract = TokenPattern("% - % => % ;")
  private static let subtractBorrow = TokenPattern("% - % - % => % ;")
  private static let multiply = TokenPattern("% * % => % ;")
  private static let multiplyNow = TokenPattern("now % * % => % ;")
  private static let modulo = TokenPattern("% mod % => % ;")
  private static let divide = TokenPattern("% / % => % ;")
}
