import Foundation
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

  private static func text(of specification: GridSpecification) -> String {
    var text: [UInt8] = []
    specification.writeCanonical(to: &text) { _ in }
    return String(decoding: text, as: UTF8.self)
  }

  @Test func everyPartOfASpecificationCounts() {
    func claim(_ change: (inout Claim) -> Void = { _ in }) -> Claim {
      var claim = Claim(
        id: "c", test: .pairedDifference, metric: "m", across: [], expectation: .above(0))
      change(&claim)
      return claim
    }
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
      ("statistic", { $0.report.statistic = .median }),
      ("best", { $0.report.best = .lowest }),
      ("claims", { $0.claims = [claim()] }),
      ("id of a claim", { $0.claims = [claim { $0.id = "d" }] }),
      ("says", { $0.claims = [claim { $0.says = "words" }] }),
      ("test", { $0.claims = [claim { $0.test = .medianDifference }] }),
      ("metric of a claim", { $0.claims = [claim { $0.metric = "k" }] }),
      ("with", { $0.claims = [claim { $0.partner = "k" }] }),
      ("of", { $0.claims = [claim { $0.of = [["x": .integer(2)]] }] }),
      ("against", { $0.claims = [claim { $0.against = ["x": .integer(1)] }] }),
      ("over", { $0.claims = [claim { $0.over = "x" }] }),
      ("across", { $0.claims = [claim { $0.across = ["x"] }] }),
      ("expectation", { $0.claims = [claim { $0.expectation = .below(0) }] }),
    ]
    var texts = [Self.text(of: Self.specification)]
    for (name, change) in changes {
      var changed = Self.specification
      change(&changed)
      #expect(!texts.contains(Self.text(of: changed)), "\(name) does not count")
      texts.append(Self.text(of: changed))
    }
  }

  @Test func specificationsAreReadBack() throws {
    var specification = Self.specification
    specification.claims = [
      Claim(
        id: "c", says: "s", test: .order, metric: "m", of: [["x": .integer(1)], [:]],
        across: ["seed"], expectation: .within(center: 0, margin: 0.5))
    ]
    specification.report.statistic = .q25
    let data = try JSONEncoder().encode(specification)
    #expect(try JSONDecoder().decode(GridSpecification.self, from: data) == specification)
  }

  /// As job tables of earlier versions hold them.
  @Test func specificationsWithoutClaimsAreRead() throws {
    let data = try JSONEncoder().encode(Self.specification)
    var text = String(decoding: data, as: UTF8.self)
    text.replace(#""claims":[],"#, with: "")
    text.replace(#","claims":[]"#, with: "")
    #expect(!text.contains("claims"))
    #expect(
      try JSONDecoder().decode(GridSpecification.self, from: Data(text.utf8)) == Self.specification)
  }

  @Test func laterSelectionsInheritWhereTheyCan() {
    let claim = Claim(
      id: "c", test: .pairedDifference, metric: "m",
      of: [["method": .string("em"), "step": .integer(10)]], against: ["method": .string("none")],
      across: ["seed"], expectation: .above(0))
    #expect(
      claim.selections { _ in true }
        == [claim.of[0], ["method": .string("none"), "step": .integer(10)]])
    #expect(claim.selections { $0["step"] == nil } == [claim.of[0], ["method": .string("none")]])
  }

  @Test func wordsForPeopleDoNotDecideAPlan() {
    func description(about: String, default value: Int = 1, version: Int = 1) -> ProgramDescription
    {
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
