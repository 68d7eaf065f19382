import Grid
import Testing

@testable import Planner

@Suite struct IncludeTests {
  @Test func theIncludingFileLiesOnTop() throws {
    let grid = try Laboratory.read(
      """
      include: shared/base.yaml
      parameters: {temperature: 0.9}
      axes:
        model: [tiny, small]
        seed: {count: 1}
      report: {metrics: [entropy]}
      """,
      file: "grids/top.yaml",
      files: [
        "grids/shared/base.yaml": """
        name: base
        about: what they share
        include: ../deep.yaml
        parameters: {model: medium, method: em}
        axes:
          temperature: [0.1]
          seed: {count: 3}
          step: [0, 1]
        report: {metric: accuracy, rows: [step]}
        """,
        "grids/deep.yaml": "parameters: {learning_rate: 0.25}\nwhere: step < 5\n",
      ])
    let specification = grid.specification
    #expect(specification.name == "base")
    #expect(specification.about == "what they share")
    #expect(
      specification.fixed == [
        "method": .string("em"), "temperature": .number(0.9), "learning_rate": .number(0.25),
      ])
    #expect(specification.axes.map(\.name) == ["seed", "step", "model"])
    #expect(specification.axes[0].points.count == 1)
    #expect(specification.report == ReportSpecification(metrics: ["entropy"], rows: ["step"]))
    #expect(specification.conditions.count == 1)
  }

  @Test func severalFilesLieOverEachOtherInOrder() throws {
    let grid = try Laboratory.read(
      "include: [a.yaml, ./b.yaml]\nparameters: {model: tiny}\n", file: "g.yaml",
      files: [
        "a.yaml": "parameters: {seed: 1, step: 1}\n", "b.yaml": "parameters: {seed: 2}\n",
      ])
    #expect(grid.specification.fixed["seed"] == .integer(2))
    #expect(grid.specification.fixed["step"] == .integer(1))
  }

  @Test func programsAreLaidOverEachOther() throws {
    let grid = try Laboratory.read(
      """
      include: base.yaml
      program: {shell: "run {x}", resources: {time: 5, growth: {time: 2}}}
      """,
      file: "g.yaml",
      files: [
        "base.yaml": """
        program: {command: [a], retries: 3, resources: {memory: 1, cpus: 2, growth: {memory: 3}}}
        axes: {x: [1]}
        """
      ])
    #expect(
      grid.specification.program
        == ProgramSpecification(
          work: .external(ExternalProgram(invocation: .shell("run {x}"))),
          resources: Resources(
            cpus: 2, memory: 1, time: 5, memoryGrowth: 3, timeGrowth: 2),
          retries: 3))
  }

  @Test(arguments: [
    ("b.yaml", "a.yaml", "b.yaml"), ("b.yaml", "x/a.yaml", "x/b.yaml"),
    ("../b.yaml", "x/y/a.yaml", "x/b.yaml"), ("../../b.yaml", "x/a.yaml", "../b.yaml"),
    ("/c/./b.yaml", "x/a.yaml", "/c/b.yaml"), ("b.yaml", "/x/a.yaml", "/x/b.yaml"),
    ("y//b.yaml", "a.yaml", "y/b.yaml"),
  ])
  func pathsAreTakenFromTheFolder(name: String, file: String, path: String) {
    #expect(IncludeResolver.resolve(name, from: file) == path)
  }
}
