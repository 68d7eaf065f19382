/// What one person of a puzzle says. Persons are numbered from 0 in the order in which they first
/// speak.
struct Statement: Hashable, Sendable {
  enum Form: Int, CaseIterable, Hashable, Sendable {
    /// The person is of the kind.
    case literal
    /// Both persons are of one kind.
    case same
    /// They are of different kinds.
    case differ
    /// Both facts hold.
    case and
    /// At least one of the facts holds.
    case or

    /// Whether the kinds of the persons are named.
    var namesKinds: Bool { self != .same && self != .differ }
  }

  let speaker: Int
  let form: Form
  /// One fact for a literal, else two about different persons. Where the form names no kinds, each
  /// says knight.
  let facts: [Fact]

  init(speaker: Int, form: Form, facts: [Fact]) {
    self.speaker = speaker
    self.form = form
    self.facts = facts
  }

  /// Whether what is said holds where exactly the persons in `knights`, a set of bits, are knights.
  func holds(where knights: Int) -> Bool {
    let held = facts.map { $0.holds(where: knights) }
    return switch form {
    case .literal: held[0]
    case .same: held[0] == held[1]
    case .differ: held[0] != held[1]
    case .and: held[0] && held[1]
    case .or: held[0] || held[1]
    }
  }

  /// The sets of knights, as bits, of which the statement can be heard: its speaker is a knight where
  /// it holds, and a knave where it does not.
  func possible(people: Int) -> UInt8 {
    (0..<(1 << people)).reduce(0) { mask, knights in
      let isKnight = knights >> speaker & 1 == 1
      return holds(where: knights) == isKnight ? mask | 1 << UInt8(knights) : mask
    }
  }

  /// With the two facts in order, as far as that makes no difference, and persons renumbered.
  func normal(renumbered number: [Int]) -> Statement {
    let facts = facts.map { Fact(person: number[$0.person], isKnight: $0.isKnight) }
    return Statement(
      speaker: number[speaker], form: form, facts: facts.sorted { $0.person < $1.person })
  }

  /// With its two facts exchanged, which says the same.
  var exchanged: Statement {
    Statement(speaker: speaker, form: form, facts: facts.reversed())
  }

  // MARK: As a number

  /// The statement as one operand of a question.
  var code: Int {
    let second = facts.count > 1 ? facts[1].code : 0
    return ((speaker * Form.allCases.count + form.rawValue) * Fact.codes + facts[0].code)
      * Fact.codes + second
  }

  /// The inverse of `code`.
  init(code: Int) {
    let forms = Form.allCases
    let form = forms[code / (Fact.codes * Fact.codes) % forms.count]
    let first = Fact(code: code / Fact.codes % Fact.codes)
    self.init(
      speaker: code / (Fact.codes * Fact.codes * forms.count), form: form,
      facts: form == .literal ? [first] : [first, Fact(code: code % Fact.codes)])
  }

  /// Everything that a speaker may say among `people`, each once: nothing about himself alone, and the
  /// facts in the order of the persons.
  static func all(by speaker: Int, people: Int) -> [Statement] {
    var result: [Statement] = []
    func add(_ form: Form, _ facts: [Fact]) {
      result.append(Statement(speaker: speaker, form: form, facts: facts))
    }
    for person in 0..<people where person != speaker {
      for isKnight in [true, false] { add(.literal, [Fact(person: person, isKnight: isKnight)]) }
    }
    for first in 0..<people {
      for second in (first + 1)..<max(people, first + 1) {
        func facts(_ one: Bool, _ other: Bool) -> [Fact] {
          [Fact(person: first, isKnight: one), Fact(person: second, isKnight: other)]
        }
        add(.same, facts(true, true))
        add(.differ, facts(true, true))
        for one in [true, false] {
          for other in [true, false] {
            add(.and, facts(one, other))
            add(.or, facts(one, other))
          }
        }
      }
    }
    return result
  }
}

/// That a person is a knight, who tells the truth, or a knave, who lies.
struct Fact: Hashable, Sendable {
  let person: Int
  let isKnight: Bool

  func holds(where knights: Int) -> Bool { (knights >> person & 1 == 1) == isKnight }

  static let codes = 2 * Puzzle.mostPeople
  var code: Int { 2 * person + (isKnight ? 1 : 0) }

  init(person: Int, isKnight: Bool) {
    self.person = person
    self.isKnight = isKnight
  }

  init(code: Int) {
    self.init(person: code / 2, isKnight: code % 2 == 1)
  }
}
