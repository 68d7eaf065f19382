import Grid
import Keys
import Testing

@testable import Planner

@Suite struct ExpansionTests {
  static let grid = """
    parameters: {model: tiny, method: em}
    axes:
      temperature: {from: 0.1, to: 0.3, by: 0.1}
      seed: {count: 2}
      step: {from: 0, to: 2}
    """

  @Test func theFirstAxisIsTheSlowest() throws {
    let plan = try Laboratory.plan(Self.grid)
    #expect(plan.runs.count == 18)
    #expect(plan.runs.map(\.index) == Array(0..<18))
    #expect(
      plan.column("temperature")
        == ["0.1", "0.2", "0.3"].flatMap { Array(repeating: $0, count: 6) })
    #expect(
      plan.column("seed")
        == Array(repeating: ["0", "0", "0", "1", "1", "1"], count: 3).flatMap { $0 })
    #expect(plan.column("step") == Array(repeating: ["0", "1", "2"], count: 6).flatMap { $0 })
  }

  @Test func aRunHasAllItsParameters() throws {
    let plan = try Laboratory.plan(Self.grid)
    #expect(
      plan.runs[0].parameters
        == #"{"evaluation_seed":0,"evaluation_temperature":0,"learning_rate":0.0005,"loss_temperature":"tied","mask_first":false,"method":"em","model":"tiny","model_seed":0,"note":"","rl_step":0,"seed":0,"selection":"variance","step":0,"temperature":0.1}"#
    )
    for run in plan.runs {
      #expect(run.id.text == String(Digest(of: run.parameters).hex.prefix(12)))
    }
    #expect(Set(plan.runs.map(\.id)).count == plan.runs.count)
  }

  @Test func growingAnAxisKeepsIdsAndStages() throws {
    let small = try Laboratory.plan(Self.grid)
    let large = try Laboratory.plan(
      """
      parameters: {method: em, model: tiny}
      axes:
        step: [4, 2, 0, 1, 3]
        seed: {from: 0, to: 5}
        temperature: [0.2, 0.1, 0.3, 0.7]
      """)
    let known = Dictionary(uniqueKeysWithValues: large.runs.map { ($0.id, $0.stages) })
    for run in small.runs { #expect(known[run.id] == run.stages) }
    #expect(Set(small.stages.map(\.key)).isSubset(of: large.stages.map(\.key)))
  }

  @Test func howAValueIsWrittenDoesNotMatter() throws {
    let plans = try [
      "{from: 1, to: 2, by: 0.5}", "[1, 1.5, 2.0]", "[1.0, 1.50, 2]", "[1e0, 15e-1, 2.]",
    ].map { axis in
      try Laboratory.plan("parameters: {model: tiny}\naxes:\n  temperature: \(axis)\n").runs.map(
        \.id)
    }
    #expect(Set(plans).count == 1)
  }

  @Test func exclusionsAndConditions() throws {
    let plan = try Laboratory.plan(
      Self.grid + """

        where:
          - temperature < 0.3
          - step != 1
        exclude:
          - {temperature: 0.1, seed: 1}
          - {step: 2, seed: 0}
        """)
    // A naive twin: the plain grid, filtered run by run.
    let plain = try Laboratory.plan(Self.grid)
    let kept = plain.runs.filter { run in
      let (temperature, seed, step) = (run.axisValues[0], run.axisValues[1], run.axisValues[2])
      return temperature.double! < 0.3 && step.integer != 1
        && !(temperature.double == 0.1 && seed.integer == 1)
        && !(step.integer == 2 && seed.integer == 0)
    }
    #expect(plan.runs.map(\.id) == kept.map(\.id))
    #expect(plan.runs.map(\.index) == Array(kept.indices))
  }

  /// Random axes and selections against a twin that filters the whole product run by run.
  @Test(arguments: 0..<40)
  func selectionsAgreeWithANaiveTwin(seed: Int) throws {
    var random = RandomStream(seed: UInt64(seed), purpose: RandomPurpose("selections")).generator(0)
    let names = ["seed", "step", "rl_step", "model_seed", "evaluation_seed"].shuffled(
      using: &random)
    let axes = names.prefix(2 + random.below(4)).map { ($0, 1 + random.below(4)) }
    var text = "parameters: {model: tiny}\naxes:\n"
    for (name, count) in axes { text += "  \(name): {count: \(count)}\n" }
    var conditions: [(String, String, Int)] = []
    var excludes: [[String: Int]] = []
    for _ in 0..<random.below(3) {
      conditions.append(
        (names[random.below(5)], ["<=", "!=", ">"][random.below(3)], random.below(3)))
    }
    for _ in 0..<random.below(4) {
      var exclude: [String: Int] = [:]
      for _ in 0...random.below(3) { exclude[names[random.below(5)]] = random.below(4) }
      excludes.append(exclude)
    }
    if !conditions.isEmpty {
      text += "where:\n" + conditions.map { "  - \($0) \($1) \($2)\n" }.joined()
    }
    if !excludes.isEmpty {
      text += "exclude:\n"
      for exclude in excludes {
        text += "  - {\(exclude.map { "\($0): \($1)" }.sorted().joined(separator: ", "))}\n"
      }
    }

    var expected: [[Int]] = [[]]
    for (_, count) in axes { expected = expected.flatMap { run in (0..<count).map { run + [$0] } } }
    expected = expected.filter { run in
      func value(_ name: String) -> Int {
        axes.firstIndex { $0.0 == name }.map { run[$0] } ?? 0
      }
      return conditions.allSatisfy { name, comparison, bound in
        switch comparison {
        case "<=": value(name) <= bound
        case "!=": value(name) != bound
        default: value(name) > bound
        }
      } && !excludes.contains { $0.allSatisfy { value($0) == $1 } }
    }
    if expected.isEmpty {
      #expect(throws: GridFaults.self, "\(text)") { try Laboratory.plan(text) }
    } else {
      let plan = try Laboratory.plan(text)
      #expect(plan.runs.map { $0.axisValues.map { $0.integer! } } == expected, "\(text)")
    }
  }

  @Test func presetsLieBelowExplicitValuesAndAboveDefaults() throws {
    func learningRate(_ text: String) throws -> [String] {
      try Laboratory.plan(text).stages(of: "em").map {
        "\($0.parameters["learning_rate"]!) \($0.parameters["mask_first"]!)"
      }
    }
    let axes = "axes: {step: [1]}\n"
    #expect(try learningRate("parameters: {model: tiny, method: em}\n" + axes) == ["0.0005 false"])
    #expect(
      try learningRate("preset: paper-code\nparameters: {model: tiny, method: em}\n" + axes)
        == ["2e-05 true"])
    #expect(
      try learningRate(
        "parameters: {preset: paper-code, model: tiny, method: em, learning_rate: 0.1}\n" + axes)
        == ["0.1 true"])
    #expect(
      try learningRate(
        "preset: paper-code\nparameters: {model: tiny, method: em}\n"
          + "axes: {step: [1], learning_rate: [0.2, 0.3]}\n") == ["0.2 true", "0.3 true"])
  }

  @Test func presetsInAnAxis() throws {
    let plan = try Laboratory.plan(
      """
      parameters: {model: tiny, method: em, temperature: 0.9}
      axes:
        settings:
          - {preset: paper-code, label: code}
          - {label: ours, mask_first: true}
          - {preset: paper-code, learning_rate: 0.1}
        step: [1]
      """)
    #expect(plan.column("settings") == ["code", "ours", "paper-code learning_rate=0.1"])
    let stages = plan.stages(of: "em").map(\.parameters)
    #expect(stages.map { $0["temperature"] } == Array(repeating: .number(0.9), count: 3))
    #expect(stages.map { $0["learning_rate"] } == [.number(2e-5), .number(5e-4), .number(0.1)])
    #expect(stages.map { $0["mask_first"] } == [.boolean(true), .boolean(true), .boolean(true)])
  }

  @Test func zipsHaveLabels() throws {
    let plan = try Laboratory.plan(
      """
      parameters: {model: tiny}
      axes:
        setting:
          - {label: one, seed: 1, step: 2}
          - {seed: 2, note: x}
          - {label: 3, seed: 3}
        evaluation_seed: [0, 1]
      exclude:
        - {setting: one, evaluation_seed: 1}
      where: setting != 3
      """)
    #expect(plan.column("setting") == ["one", "seed=2 note=x", "seed=2 note=x"])
    #expect(plan.column("evaluation_seed") == ["0", "0", "1"])
  }

  @Test func theReplicateAxis() throws {
    func axis(_ text: String) throws -> String? {
      try Laboratory.read(text).specification.replicateAxis
    }
    let head = "parameters: {model: tiny}\n"
    #expect(try axis(head + "axes: {seed: {count: 2}, step: [0]}\n") == "seed")
    #expect(try axis(head + "axes: {step: [0]}\n") == nil)
    #expect(try axis(head + "axes: {seed: {count: 2}, step: [0]}\nreplicate: step\n") == "step")
  }

  @Test func aGridWithoutAxesIsOneRun() throws {
    let plan = try Laboratory.plan("parameters: {model: tiny}\n")
    #expect(plan.runs.count == 1)
    #expect(plan.stages.map(\.kind) == ["prepare", "evaluate"])
  }

  @Test func theNameIsTheFilesUnlessGiven() throws {
    func name(_ file: String, _ head: String = "") throws -> String {
      try Laboratory.read(head + "parameters: {model: tiny}\n", file: file).specification.name
    }
    #expect(try name("grids/paper/full-13440.yaml") == "full-13440")
    #expect(try name("x.y.yml") == "x.y")
    #expect(try name("grid") == "grid")
    #expect(try name("a.yaml", "name: b c\n") == "b c")
  }

  @Test func theHashFollowsTheMeaning() throws {
    func hash(_ text: String) throws -> Digest { try Laboratory.read(text).hash }
    let base = try hash("parameters: {model: tiny}\naxes:\n  step: [0, 1]\n")
    #expect(try hash("# a comment\nparameters:\n  model: tiny\naxes: {step: {count: 2}}\n") == base)
    #expect(try hash("parameters: {model: tiny}\naxes:\n  step: [1, 0]\n") != base)
    #expect(try hash("parameters: {model: small}\naxes:\n  step: [0, 1]\n") != base)
    #expect(
      try hash("parameters: {model: tiny}\naxes:\n  step: [0, 1]\nreport: {rows: step}\n") != base)
  }
}
