import Grid
import Keys
import Testing

/// What decides a plan is in the canonical text; what does not is not.
@Suite struct CanonicalTests {
  private static let specification = GridSpecification(
    name: "n", program: ProgramSpecification(work: .builtin), fixed: ["a": .integer(1)],
    axes: [
      Axis(name: "x", points: [Axis.Point(label: .integer(1), assignment: ["x": .integer(1)])])
    ])

  @Test func everyPartOfASpecificationCounts() {
    let changes: [(String, (inout GridSpecification) -> Void)] = [
      ("name", { $0.name = "m" }),
      ("about", { $0.about = "about" }),
      ("work", { $0.program.work = .external(ExternalProgram(invocation: .command(["x"]))) }),
      ("retries", { $0.program.retries = 1 }),
      ("cpus", { $0.program.resources.cpus = 2 }),
      ("memory", { $0.program.resources.memory = 1 }),
      ("gpus", { $0.program.resources.gpus = 1 }),
      ("time", { $0.program.resources.time = 1 }),
      ("fixed", { $0.fixed = [:] }),
      ("axes", { $0.axes[0] = Axis(name: "y", points: $0.axes[0].points) }),
      ("points", { $0.axes[0] = Axis(name: "x", points: []) }),
      ("variants", { $0.variants = [$0.axes] }),
      (
        "conditions",
        { $0.conditions = [RunCondition(name: "x", comparison: .less, value: .integer(1))] }
      ),
      ("replicate", { $0.replicateAxis = "x" }),
      ("exclude", { $0.exclude = [["x": .integer(1)]] }),
      ("metrics", { $0.report.metrics = ["m"] }),
      ("rows", { $0.report.rows = ["x"] }),
      ("columns", { $0.report.columns = ["x"] }),
      ("baseline", { $0.report.baseline = ["x": .integer(1)] }),
    ]
    var texts = [Self.specification.canonical.text]
    for (name, change) in changes {
      var changed = Self.specification
      change(&changed)
      #expect(!texts.contains(changed.canonical.text), "\(name) does not count")
      texts.append(changed.canonical.text)
    }
  }

  @Test func wordsForPeopleDoNotDecideAPlan() {
    func description(about: String, default value: Int = 1, version: Int = 1) -> ProgramDescription {
      ProgramDescription(
        name: "p",
        parameters: [
          ParameterDescription(
            name: "a", type: .integer(minimum: 0, maximum: nil), defaultValue: .integer(value),
            about: about)
        ],
        stages: [
          StageRule(
            kind: "k", version: version, parents: [], parameters: ["a"], product: .measurement)
        ],
        metrics: [MetricDescription(name: "m", about: about)])
    }
    let text = description(about: "one").canonical.text
    #expect(description(about: "two").canonical.text == text)
    #expect(description(about: "one", default: 2).canonical.text != text)
    #expect(description(about: "one", version: 2).canonical.text != text)
  }

  @Test func theCommandDecidesAnExternalStage() {
    let plain = ExternalProgram(invocation: .command(["a", "b c"]))
    let others = [
      ExternalProgram(invocation: .command(["a b", "c"])),
      ExternalProgram(invocation: .shell("a b c")),
      ExternalProgram(invocation: .command(["a", "b c"]), prefix: "step"),
      ExternalProgram(invocation: .command(["a", "b c"]), environment: ["X": "1"]),
      ExternalProgram(invocation: .command(["a", "b c"]), environment: ["X": "2"]),
    ]
    let texts = ([plain] + others).map(\.decidingParameters.canonical.text)
    #expect(Set(texts).count == texts.count)
    #expect(plain.decidingParameters.keys.allSatisfy { !CommandTemplate.isName($0) })
  }
}

@Suite struct ConsistencyTests {
  @Test func mistakesOfADescriptionAreFound() {
    let description = ProgramDescription(
      name: "p",
      parameters: [
        ParameterDescription(
          name: "a", type: .integer(minimum: 0, maximum: 3), defaultValue: .integer(4), about: ""),
        ParameterDescription(name: "a", type: .string, defaultValue: nil, about: ""),
        ParameterDescription(
          name: "t", type: .numberOrTied(minimum: nil, maximum: nil, word: "w", to: "gone"),
          defaultValue: nil, about: "", relevantWhen: .isAbove(0, parameter: "absent")),
        ParameterDescription(name: "s", type: .string, defaultValue: nil, about: ""),
      ],
      presets: ["one": ["b": .integer(1), "s": .integer(1)]],
      stages: [
        StageRule(
          kind: "k", version: 1, parents: [.kind("later")], parameters: ["c", "s"],
          product: .trajectory(stepParameter: "s")),
        StageRule(kind: "k", version: 1, parents: [], parameters: [], product: .side),
      ])
    #expect(
      description.inconsistencies == [
        .defaultOutOfType(parameter: "a"), .parameterTwice("a"),
        .tiedToNothing(parameter: "t", to: "gone"),
        .conditionOnNothing(parameter: "absent", where: "t"),
        .presetOfNothing(preset: "one", parameter: "b"),
        .presetOutOfType(preset: "one", parameter: "s"),
        .ruleOnNothing(kind: "k", parameter: "c"),
        .parentComesLater(kind: "k", parent: "later"), .ruleNamesItsStep(kind: "k"),
        .stepIsNoInteger(kind: "k"), .kindTwice("k"),
      ])
  }
}
