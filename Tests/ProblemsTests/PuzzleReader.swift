@testable import Problems

/// Reads puzzles and their solutions from text, and decides by brute force. Written against the
/// format's description alone: it shares no code with what writes them.
struct PuzzleReader {
  /// Who is a knight, by name.
  typealias World = [String: Bool]

  struct Saying: Hashable {
    let speaker: String
    /// `ann knight`, or two of them with a connective, or `ann same bob`.
    let words: [String]

    func isTrue(in world: World) -> Bool {
      func fact(_ place: Int) -> Bool { world[words[place]] == (words[place + 1] == "knight") }
      if words.count == 2 { return fact(0) }
      if words.count == 3 { return (world[words[0]] == world[words[2]]) == (words[1] == "same") }
      return words[2] == "and" ? fact(0) && fact(3) : fact(0) || fact(3)
    }

    /// Whether it can be heard in the world: knights tell the truth and knaves lie.
    func fits(_ world: World) -> Bool { isTrue(in: world) == world[speaker] }

    /// The text with names exchanged and in an order of its own, for comparing puzzles.
    func text(_ names: [String: String]) -> String {
      func named(_ words: ArraySlice<String>) -> String {
        words.map { names[$0] ?? $0 }.joined(separator: " ")
      }
      let body: String
      switch words.count {
      case 2: body = named(words[...])
      case 3: body = ([named(words[0...0]), named(words[2...2])].sorted() + [words[1]]).joined()
      default: body = ([named(words[0...1]), named(words[3...4])].sorted() + [words[2]]).joined()
      }
      return (names[speaker] ?? speaker) + ":" + body
    }
  }

  struct Malformed: Error {
    let text: String
  }

  let sayings: [Saying]
  /// In the order in which they first speak.
  let people: [String]

  static let names: Set<String> = ["ann", "bob", "cat", "dan", "eve", "fay"]
  private static let kinds: Set<String> = ["knight", "knave"]

  /// Reads `Q opener … suffix`, and what else follows is left alone.
  init(question text: String) throws {
    let body = text.split(separator: " ").map(String.init).dropFirst(2)
    guard let end = body.firstIndex(where: { [".", "?", "=", ":"].contains($0) }) else {
      throw Malformed(text: text)
    }
    sayings = try body[..<end].split(separator: ",").map { phrase in
      let words = Array(phrase)
      guard words.count > 2, words[1] == "says" else { throw Malformed(text: text) }
      let said = Array(words.dropFirst(2))
      let shape = said.map { word in
        Self.names.contains(word) ? "n" : Self.kinds.contains(word) ? "k" : word
      }.joined(separator: " ")
      guard ["n k", "n same n", "n differ n", "n k and n k", "n k or n k"].contains(shape),
        Self.names.contains(words[0]), said != [words[0], "knight"], said != [words[0], "knave"]
      else { throw Malformed(text: text) }
      return Saying(speaker: words[0], words: said)
    }
    var people: [String] = []
    for saying in sayings where !people.contains(saying.speaker) { people.append(saying.speaker) }
    guard
      sayings.allSatisfy({ $0.words.allSatisfy { !Self.names.contains($0) || people.contains($0) } }
      )
    else { throw Malformed(text: text) }
    self.people = people
  }

  /// All assignments of kinds to people.
  static func worlds(_ people: [String]) -> [World] {
    people.reduce([[:]]) { worlds, name in
      worlds.flatMap { world in [true, false].map { world.merging([name: $0]) { $1 } } }
    }
  }

  var solutions: [World] {
    Self.worlds(people).filter { world in sayings.allSatisfy { $0.fits(world) } }
  }

  /// The digits of a world: 1 is a knight, 2 a knave.
  func answer(_ world: World) -> Int {
    people.reduce(0) { 10 * $0 + (world[$1] == true ? 1 : 2) }
  }

  /// The same for puzzles that differ in names and in order only: the least text over all ways to
  /// call the people.
  var shape: String {
    func orders(_ rest: [String]) -> [[String]] {
      rest.isEmpty
        ? [[]] : rest.flatMap { first in orders(rest.filter { $0 != first }).map { [first] + $0 } }
    }
    return orders(people).map { order in
      let names = Dictionary(uniqueKeysWithValues: order.enumerated().map { ($1, "p\($0)") })
      return sayings.map { $0.text(names) }.sorted().joined(separator: ",")
    }.min() ?? ""
  }

  /// What a solution came to.
  struct Verdict: Equatable {
    /// The first step that does not follow, in words; `nil` where all do.
    var fault: String?
    var answer: Int?
    var isMarked = false
  }

  /// Checks each step of a solution by brute force over the worlds in which what was assumed and all
  /// that was derived since holds, and the speaker's statement fits:
  /// - each step names its speaker's kind, which was known,
  /// - a derived fact holds in all of them and was not known,
  /// - `yes` needs that the statement fits in every world in which the known facts hold,
  /// - `no` that there is no such world,
  /// - `so` follows `no` and turns the assumption round,
  /// - the answer states what is known, of everybody; under an assumption after every statement was
  ///   used.
  func check(solution text: String) throws -> Verdict {
    var verdict = Verdict()
    var known: World = [:]
    var assumption: (name: String, isKnight: Bool)?
    var failed = false
    var used: [Saying] = []
    func fault(_ step: [String]) { verdict.fault = verdict.fault ?? step.joined(separator: " ") }
    var words = text.split(separator: " ").map(String.init)
    guard words.first == "W", words.last == "<end>" else { throw Malformed(text: text) }
    words = Array(words.dropFirst().dropLast())
    var steps = words.split(separator: ";").map(Array.init)
    guard var final = steps.popLast(), !steps.isEmpty else { throw Malformed(text: text) }
    for step in steps {
      guard step.count > 2 else { throw Malformed(text: text) }
      if step[0] == "try" || step[0] == "so" {
        guard step.count == 3, Self.kinds.contains(step[2]) else { throw Malformed(text: text) }
        let isKnight = step[2] == "knight"
        if step[0] == "try" {
          if assumption != nil || step[1] != people[0] { fault(step) }
          assumption = (step[1], isKnight)
        } else if !failed || assumption?.name != step[1] || assumption?.isKnight == isKnight {
          fault(step)
        } else {
          assumption = nil
        }
        known = [step[1]: isKnight]
        used = []
        failed = false
        continue
      }
      guard step.count > 3, step[2] == "=>", Self.names.contains(step[0]),
        Self.kinds.contains(step[1])
      else { throw Malformed(text: text) }
      let isSpeakerKnown = known[step[0]] == (step[1] == "knight")
      let possible = Self.worlds(people).filter { world in
        known.allSatisfy { world[$0.key] == $0.value }
      }
      // Any of the speaker's statements that was not used yet may be meant.
      let candidates = sayings.filter { $0.speaker == step[0] && !used.contains($0) }
      let meant: Saying?
      if step[3] == "yes" {
        meant = candidates.first { saying in possible.allSatisfy { saying.fits($0) } }
      } else if step[3] == "no" {
        meant = candidates.first { saying in !possible.contains { saying.fits($0) } }
        failed = true
      } else {
        let facts = stride(from: 3, to: step.count, by: 2).map {
          (step[$0], step[$0 + 1] == "knight")
        }
        meant = candidates.first { saying in
          facts.allSatisfy { fact in
            known[fact.0] == nil
              && possible.filter { saying.fits($0) }.allSatisfy { $0[fact.0] == fact.1 }
          }
        }
        for (name, isKnight) in facts { known[name] = isKnight }
      }
      if !isSpeakerKnown || meant == nil { fault(step) }
      if let meant { used.append(meant) }
    }
    verdict.isMarked = final.first == "#"
    if verdict.isMarked { final.removeFirst() }
    verdict.answer = Int(final.joined())
    if failed || known.count != people.count || verdict.answer != answer(known)
      || assumption != nil && used.count != sayings.count
    {
      fault(final)
    }
    return verdict
  }
}
