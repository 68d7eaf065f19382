import Grid
import Keys
import Testing

@Suite struct StageKeyTests {
  /// The text that the design names, written out here on its own.
  private func key(_ text: String) -> StageKey { StageKey(Digest(of: text)) }

  @Test func aKeyIsTheDigestOfItsText() {
    let prepare = Stage(
      kind: "prepare", version: 2,
      parameters: ["model": .string("small"), "model_seed": .integer(1)], parents: [])
    #expect(
      prepare.key
        == key(
          #"{"kind":"prepare","parameters":{"model":"small","model_seed":1},"parents":[],"version":2}"#
        ))
    #expect(prepare.trajectory == prepare.key)
    let state = Stage(
      kind: "em", version: 1, parameters: ["temperature": .number(0.5)],
      parents: [prepare.key, key("x")], step: 3)
    let parents = #"["\#(prepare.key.hex)","\#(key("x").hex)"]"#
    #expect(
      state.key
        == key(
          #"{"kind":"em","parameters":{"temperature":0.5},"parents":\#(parents),"step":3,"version":1}"#
        ))
    #expect(
      state.trajectory
        == key(
          #"{"kind":"em","parameters":{"temperature":0.5},"parents":\#(parents),"version":1}"#))
  }

  @Test func aTemplateMakesTheSameStages() {
    let parameters: ParameterAssignment = ["a": .integer(1), "b": .string("\"ü\n")]
    let template = StageTemplate(kind: "k", version: 4, parameters: parameters)
    let parent = key("p")
    for step in [nil, 0, 7, 10, 1_234_567_890, Int.max] {
      let stage = template.trajectory(parents: [parent]).stage(step: step)
      #expect(
        stage
          == Stage(kind: "k", version: 4, parameters: parameters, parents: [parent], step: step))
    }
  }

  @Test func everythingThatDecidesIsInTheKey() {
    let base = Stage(kind: "k", version: 1, parameters: ["a": .integer(1)], parents: [key("p")])
    let others = [
      Stage(kind: "l", version: 1, parameters: ["a": .integer(1)], parents: [key("p")]),
      Stage(kind: "k", version: 2, parameters: ["a": .integer(1)], parents: [key("p")]),
      Stage(kind: "k", version: 1, parameters: ["a": .integer(2)], parents: [key("p")]),
      Stage(kind: "k", version: 1, parameters: ["b": .integer(1)], parents: [key("p")]),
      Stage(kind: "k", version: 1, parameters: ["a": .string("1")], parents: [key("p")]),
      Stage(kind: "k", version: 1, parameters: ["a": .integer(1)], parents: [key("q")]),
      Stage(kind: "k", version: 1, parameters: ["a": .integer(1)], parents: []),
      Stage(kind: "k", version: 1, parameters: ["a": .integer(1)], parents: [key("p")], step: 0),
    ]
    #expect(Set(others.map(\.key)).count == others.count)
    #expect(!others.contains { $0.key == base.key })
    let same = Stage(kind: "k", version: 1, parameters: ["a": .number(1)], parents: [key("p")])
    #expect(same.key == base.key)
  }

  @Test func runIDsAreTheFirstTwelveDigits() {
    let parameters: ParameterAssignment = ["seed": .integer(3), "lr": .number(0.001)]
    let digest = Digest(of: #"{"lr":0.001,"seed":3}"#)
    #expect(RunID(parameters: parameters.canonical).text == String(digest.hex.prefix(12)))
    #expect(RunID(digest: digest).text == String(digest.hex.prefix(12)))
  }
}
