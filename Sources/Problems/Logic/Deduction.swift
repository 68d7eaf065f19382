/// Solves a puzzle as a person would on paper: assume that the first speaker is a knight and follow
/// the statements; if that ends in a contradiction he is a knave, and the statements are followed
/// again.
///
/// A statement can be used once its speaker's kind is known. It then gives the facts that follow from
/// it and from what is known, or agrees with what is known, or contradicts it; while nothing follows
/// yet it waits. Among the statements that can be used the first as written is. Under the assumption
/// every statement is used, so that a case that stands has been checked; after the conclusion, where
/// the puzzle's word that there is a solution suffices, only those that give new facts are.
struct Deduction {
  enum Step: Hashable, Sendable {
    /// Suppose that the first speaker is a knight.
    case assume(Fact)
    /// The assumption failed: he is a knave.
    case conclude(Fact)
    /// What follows from a person's statement.
    case derive(speaker: Fact, facts: [Fact])
    /// A person's statement agrees with what is known.
    case agree(speaker: Fact)
    /// It does not.
    case contradict(speaker: Fact)
  }

  let steps: [Step]
  /// The persons that turn out to be knights, as bits.
  let knights: Int

  /// - Parameter falsify: called for each step that derives facts, with the facts; what it returns is
  ///   stated in their place. For the slips of the corpus.
  /// - Returns: `nil` where following the statements leads nowhere. That is so for puzzles that need
  ///   more than one assumption; `PuzzleTable` has none of them.
  init?(_ puzzle: Puzzle, falsify: ([Fact]) -> [Fact] = { $0 }) {
    var steps: [Step] = []
    for assumed in [true, false] {
      let start = Fact(person: 0, isKnight: assumed)
      steps.append(assumed ? .assume(start) : .conclude(start))
      var known: [Bool?] = Array(repeating: nil, count: puzzle.people)
      known[0] = assumed
      var waiting = puzzle.statements
      var failed = false
      while !failed, assumed ? !waiting.isEmpty : known.contains(nil) {
        guard
          let (index, outcome) = Self.firstUseful(
            of: waiting, known: known, onlyFacts: !assumed)
        else { return nil }
        let person = waiting.remove(at: index).speaker
        let speaker = Fact(person: person, isKnight: known[person] == true)
        switch outcome {
        case .agrees: steps.append(.agree(speaker: speaker))
        case .contradicts:
          steps.append(.contradict(speaker: speaker))
          failed = true
        case .gives(let facts):
          let stated = falsify(facts)
          for fact in stated { known[fact.person] = fact.isKnight }
          steps.append(.derive(speaker: speaker, facts: stated))
        }
      }
      if failed { continue }
      guard !known.contains(nil) else { return nil }
      self.steps = steps
      knights = known.indices.reduce(0) { known[$1] == true ? $0 | 1 << $1 : $0 }
      return
    }
    return nil
  }

  private enum Outcome {
    case gives([Fact])
    case agrees
    case contradicts
  }

  private static func firstUseful(
    of statements: [Statement], known: [Bool?], onlyFacts: Bool
  ) -> (index: Int, outcome: Outcome)? {
    for (index, statement) in statements.enumerated() {
      guard let outcome = outcome(of: statement, known: known) else { continue }
      if case .gives = outcome { return (index, outcome) }
      if !onlyFacts { return (index, outcome) }
    }
    return nil
  }

  /// What a statement says once its speaker's kind is known; `nil` while that is not, or while it
  /// leaves several possibilities.
  private static func outcome(of statement: Statement, known: [Bool?]) -> Outcome? {
    guard let isTrue = known[statement.speaker] else { return nil }
    let open = statement.facts.map(\.person).filter { known[$0] == nil }
    let given = known.indices.reduce(0) { known[$1] == true ? $0 | 1 << $1 : $0 }
    // The kinds of the open persons that fit, as bits by their places in `open`.
    let fitting = (0..<(1 << open.count)).filter { choice in
      let knights = open.indices.reduce(given) {
        choice >> $1 & 1 == 1 ? $0 | 1 << open[$1] : $0
      }
      return statement.holds(where: knights) == isTrue
    }
    if fitting.isEmpty { return .contradicts }
    if fitting.count == 1 << open.count { return .agrees }
    let facts = open.indices.compactMap { place -> Fact? in
      let kinds = Set(fitting.map { $0 >> place & 1 })
      return kinds.count == 1 ? Fact(person: open[place], isKnight: kinds == [1]) : nil
    }
    return facts.isEmpty ? nil : .gives(facts)
  }

  /// Writes the steps, each with the kind of the person whose statement is used:
  /// `try ann knight ; ann knight => bob knave ; bob knave => no ; so ann knave ;`.
  func append(for question: Question, to tokens: inout [Int32]) {
    func append(_ fact: Fact) {
      tokens.append(question.name(fact.person))
      tokens.append(PuzzleWords.kind(fact.isKnight))
    }
    for step in steps {
      switch step {
      case .assume(let fact):
        tokens.append(PuzzleWords.assume)
        append(fact)
      case .conclude(let fact):
        tokens.append(PuzzleWords.conclude)
        append(fact)
      case .derive(let speaker, let facts):
        append(speaker)
        tokens.append(PuzzleWords.follows)
        facts.forEach(append)
      case .agree(let speaker):
        append(speaker)
        tokens += [PuzzleWords.follows, PuzzleWords.agrees]
      case .contradict(let speaker):
        append(speaker)
        tokens += [PuzzleWords.follows, PuzzleWords.contradicts]
      }
      tokens.append(PuzzleWords.stop)
    }
  }
}
