import Grid
import Testing

@testable import Planner

@Suite struct OverrideTests {
  static let grid = """
    program: builtin
    parameters: {model: tiny, method: em, seed: 7}
    axes:
      temperature: [0.1, 0.2]
      step: {from: 0, to: 12}
    report: {rows: [step]}
    """

  private func specification(_ overrides: String...) throws -> GridSpecification {
    try Laboratory.read(Self.grid, overrides: overrides).specification
  }

  private func labels(_ specification: GridSpecification, _ axis: String) -> [String]? {
    specification.axes.first { $0.name == axis }?.points.map(\.label.description)
  }

  @Test func aParameterIsFixedAndNoLongerAnAxis() throws {
    let changed = try specification("temperature=0.5")
    #expect(changed.fixed["temperature"] == .number(0.5))
    #expect(changed.axes.map(\.name) == ["step"])
    #expect(try specification("seed = 3").fixed["seed"] == .integer(3))
    #expect(try specification("model=small").fixed["model"] == .string("small"))
  }

  @Test func aListOrMappingMakesAnAxis() throws {
    let changed = try specification("seed=[4, 5]", "temperature={from: 0.2, to: 0.6, by: 0.2}")
    #expect(changed.fixed["seed"] == nil)
    #expect(labels(changed, "seed") == ["4", "5"])
    #expect(labels(changed, "temperature") == ["0.2", "0.4", "0.6"])
    #expect(changed.axes.map(\.name) == ["temperature", "step", "seed"])
  }

  @Test func pathsGoThroughTheFile() throws {
    #expect(labels(try specification("axes.seed.count=2"), "seed") == ["0", "1"])
    #expect(try specification("axes.seed.count=2").fixed["seed"] == nil)
    #expect(labels(try specification("axes.step.to=2"), "step") == ["0", "1", "2"])
    // Another form replaces the one that is there.
    #expect(labels(try specification("axes.step.count=2"), "step") == ["0", "1"])
    #expect(
      labels(try specification("axes.temperature.from=1", "axes.temperature.to=2"), "temperature")
        == ["1", "2"])
    #expect(try specification("program.retries=4").program.retries == 4)
    #expect(try specification("program.resources.time=1h").program.resources.time == 3600)
    #expect(try specification("report.metric=entropy").report.metrics == ["entropy"])
    #expect(try specification("parameters.seed=1").fixed["seed"] == .integer(1))
  }

  @Test func keysAtTheTop() throws {
    #expect(try specification("name=other").name == "other")
    #expect(try specification("about='a: b'").about == "a: b")
    #expect(try specification("replicate=step").replicateAxis == "step")
    #expect(try specification("preset=hot").fixed["temperature"] == nil)
    #expect(
      try specification("temperature=1", "preset=paper-code").fixed["mask_first"] == .boolean(true))
    #expect(try specification("where=step < 3").conditions.count == 1)
  }

  @Test func aLaterOneComesBeforeAnEarlierOne() throws {
    #expect(try specification("seed=1", "seed=2").fixed["seed"] == .integer(2))
    #expect(labels(try specification("seed=1", "axes.seed.count=3"), "seed") == ["0", "1", "2"])
  }

  @Test func variantsAreOverriddenToo() throws {
    let specification = try Laboratory.read(
      Self.grid
        + "\nvariants:\n  - axes: {learning_rate: [0.1, 0.2]}\n  - parameters: {method: none}\n",
      overrides: ["learning_rate=0.5"]
    ).specification
    #expect(specification.fixed["learning_rate"] == .number(0.5))
    #expect(specification.axes.map(\.name) == ["method", "temperature", "step"])
  }

  @Test func aTopLevelWordMayBeAParameter() throws {
    let grid = try Laboratory.read(
      "program: {command: [a, \"{name}\"]}\naxes: {name: [x, y]}\n", overrides: ["name=z"])
    #expect(grid.specification.name == "test")
    #expect(grid.specification.fixed == ["name": .string("z")])
  }
}
