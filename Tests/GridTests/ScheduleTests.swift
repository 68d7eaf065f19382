import Testing

@testable import Grid

@Suite struct ScheduleTests {
  private let methods = ["em", "grpo", "sft"]

  private func mistake(_ text: String) -> Schedule.Mistake? {
    do throws(Schedule.Mistake) {
      _ = try Schedule(text, methods: methods)
      return nil
    } catch {
      return error
    }
  }

  @Test(arguments: [
    ("em", "em"), ("  em  10 then   grpo ", "em 10 then grpo"),
    ("repeat em 5", "repeat em 5"),
    ("sft 20 then repeat em 5 then grpo 5", "sft 20 then repeat em 5 then grpo 5"),
  ])
  func oneTextEach(text: String, canonical: String) throws {
    let schedule = try Schedule(text, methods: methods)
    #expect(schedule.text == canonical)
    #expect(try Schedule(schedule.text) == schedule)
  }

  @Test func mistakes() {
    #expect(mistake("") == .unreadablePhase(""))
    #expect(mistake("em 10 then") == .unreadablePhase(""))
    #expect(mistake("then em") == .unreadablePhase(""))
    #expect(mistake("em 10 then then grpo") == .unreadablePhase(""))
    #expect(mistake("10 em") == .unknownMethod("10"))
    #expect(mistake("em ten then grpo") == .unreadablePhase("em ten"))
    #expect(mistake("em 0 then grpo") == .unreadablePhase("em 0"))
    #expect(mistake("em 010 then grpo") == .unreadablePhase("em 010"))
    #expect(mistake("em 10 grpo") == .unreadablePhase("em 10 grpo"))
    #expect(mistake("ppo 10 then grpo") == .unknownMethod("ppo"))
    #expect(mistake("em then grpo") == .withoutSteps("em"))
    #expect(mistake("repeat em 5 then grpo") == .withoutSteps("grpo"))
    #expect(mistake("em 10 then grpo 20") == .ends("grpo 20"))
    #expect(mistake("repeat em 1 then repeat grpo 1") == .repeatsTwice)
    #expect(mistake("repeat") == .unreadablePhase(""))
  }

  private func parts(_ text: String, _ steps: Int) throws -> [Schedule.Part] {
    let parts = try Schedule(text).parts(of: steps, limit: 100)
    return try #require(parts)
  }

  private func part(_ method: String, _ steps: Int, _ earlier: Int = 0) -> Schedule.Part {
    Schedule.Part(method: method, steps: steps, earlierSteps: earlier)
  }

  @Test func followed() throws {
    #expect(try parts("em 10 then grpo", 0) == [])
    #expect(try parts("em 10 then grpo", 7) == [part("em", 7)])
    #expect(try parts("em 10 then grpo", 10) == [part("em", 10)])
    #expect(try parts("em 10 then grpo", 12) == [part("em", 10), part("grpo", 2)])
    #expect(
      try parts("sft 3 then repeat em 2 then grpo 1", 10) == [
        part("sft", 3), part("em", 2), part("grpo", 1), part("em", 2, 2), part("grpo", 1, 1),
        part("em", 1, 4),
      ])
  }

  /// Every step belongs to the method that it has step by step.
  @Test func everyStepHasItsMethod() throws {
    let schedule = try Schedule("em 2 then repeat sft 1 then em 3 then grpo 2")
    let cycle = ["sft", "em", "em", "em", "grpo", "grpo"]
    var expected = ["em", "em"]
    for steps in 1..<40 {
      if steps > 2 { expected.append(cycle[(steps - 3) % 6]) }
      let parts = try #require(schedule.parts(of: steps, limit: 100))
      #expect(
        parts.flatMap { Array(repeating: $0.method, count: $0.steps) }
          == Array(expected.prefix(steps)))
      for (index, part) in parts.enumerated() {
        #expect(
          part.earlierSteps
            == parts[..<index].filter { $0.method == part.method }.reduce(0) { $0 + $1.steps })
      }
    }
    #expect(schedule.parts(of: 40, limit: 10) == nil)
  }

  @Test func asAParameter() {
    let type = ParameterType.schedule(of: methods)
    guard case .success(.string("em 1 then sft")) = type.accept(.string(" em 1  then sft")) else {
      Issue.record("not accepted")
      return
    }
    guard case .failure(.notASchedule(.unknownMethod("e"))) = type.accept(.string("e")),
      case .failure(.wrongKind) = type.accept(.integer(3))
    else {
      Issue.record("not refused")
      return
    }
    let mentions = ParameterCondition.schedules("em", parameter: "s")
    #expect(mentions.holds(for: ["s": .string("sft 2 then em")]))
    #expect(!mentions.holds(for: ["s": .string("sft 2 then grpo")]))
    #expect(!mentions.holds(for: ["s": .integer(1)]) && !mentions.holds(for: [:]))
    #expect(mentions.names == ["s"])
  }
}
