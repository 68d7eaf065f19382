/// Which methods train a model one after the other, and for how many steps each:
/// `em 10 then grpo`, or `sft 20 then repeat em 5 then grpo 5`.
///
/// Phases stand between the word `then`: a method and its number of steps. The last one has no number
/// and goes on for as long as there are steps; or the word `repeat` stands before a phase, all have
/// numbers, and those from there on come again and again. So every number of steps has a meaning.
package struct Schedule: Hashable, Sendable {
  /// One method for some steps.
  package struct Phase: Hashable, Sendable {
    package let method: String
    /// `nil` for the last phase of a schedule that does not repeat: all the steps that are left.
    package let steps: Int?
  }

  package let phases: [Phase]
  /// The first of the phases that come again and again.
  package let firstRepeated: Int?

  /// Why a text is no schedule.
  package enum Mistake: Hashable, Sendable, Error {
    /// Something that is no method and number of steps, such as `ten em` or nothing at all.
    case unreadablePhase(String)
    case unknownMethod(String)
    /// A phase that others follow, or that comes again, has no number of steps.
    case withoutSteps(String)
    /// The last phase has a number of steps and nothing comes again.
    case ends(String)
    case repeatsTwice
  }

  /// - Parameter methods: those that a phase may have; `nil` admits any word.
  package init(_ text: String, methods: [String]? = nil) throws(Mistake) {
    var phases: [Phase] = []
    var firstRepeated: Int?
    var words = text.split(separator: " ").map(String.init)[...]
    while true {
      let part = words.prefix { $0 != "then" }
      words = words.dropFirst(part.count)
      var body = part
      if body.first == "repeat" {
        if firstRepeated != nil { throw .repeatsTwice }
        firstRepeated = phases.count
        body = body.dropFirst()
      }
      phases.append(try Self.phase(body, methods))
      if words.isEmpty { break }
      words = words.dropFirst()
    }
    for (index, phase) in phases.enumerated() {
      let isLast = index == phases.count - 1 && firstRepeated == nil
      if !isLast, phase.steps == nil { throw .withoutSteps(phase.method) }
      if isLast, let steps = phase.steps { throw .ends("\(phase.method) \(steps)") }
    }
    self.phases = phases
    self.firstRepeated = firstRepeated
  }

  private static func phase(
    _ words: ArraySlice<String>, _ methods: [String]?
  ) throws(Mistake) -> Phase {
    guard let method = words.first, words.count <= 2 else {
      throw .unreadablePhase(words.joined(separator: " "))
    }
    if let methods, !methods.contains(method) { throw .unknownMethod(method) }
    guard words.count == 2, let last = words.last else { return Phase(method: method, steps: nil) }
    guard let steps = Int(last), steps >= 1, String(steps) == last else {
      throw .unreadablePhase(words.joined(separator: " "))
    }
    return Phase(method: method, steps: steps)
  }

  /// The one text that stands for the schedule.
  package var text: String {
    phases.enumerated().map { index, phase in
      (index == firstRepeated ? "repeat " : "") + phase.method
        + (phase.steps.map { " \($0)" } ?? "")
    }.joined(separator: " then ")
  }

  // MARK: Going along it

  /// What a phase contributes to some number of steps.
  package struct Part: Hashable, Sendable {
    package let method: String
    /// At least 1; all of the phase's but for the last part.
    package let steps: Int
    /// Steps of the same method in the parts before.
    package let earlierSteps: Int
  }

  /// The name under which a stage's parameters say `earlierSteps`, where they are not 0: the random
  /// numbers and the prompts of a method go on from phase to phase.
  package static let earlierStepsName = "earlier_steps"

  /// What the first `steps` steps consist of, in order.
  ///
  /// - Parameter limit: the most parts.
  /// - Returns: `nil` if there are more.
  /// - Complexity: O(number of parts).
  package func parts(of steps: Int, limit: Int) -> [Part]? {
    var parts: [Part] = []
    var earlier: [String: Int] = [:]
    var left = steps
    var index = 0
    while left > 0 {
      if parts.count == limit { return nil }
      let phase = phases[index]
      let own = min(left, phase.steps ?? left)
      parts.append(
        Part(method: phase.method, steps: own, earlierSteps: earlier[phase.method] ?? 0))
      earlier[phase.method, default: 0] += own
      left -= own
      index += 1
      if index == phases.count { index = firstRepeated ?? index - 1 }
    }
    return parts
  }
}
