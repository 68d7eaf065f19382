import Grid
import Testing

@testable import Planner

@Suite struct VariantTests {
  private func rows(_ plan: Plan) -> [String] {
    plan.runs.map { $0.axisValues.map(\.description).joined(separator: " ") }
  }

  @Test func aVariantLiesOverTheFile() throws {
    let plan = try Laboratory.plan(
      """
      parameters: {model: tiny}
      axes:
        seed: {count: 2}
        step: [0, 5]
      variants:
        - parameters: {method: em}
          axes: {temperature: [0.3, 1]}
        - parameters: {method: none, step: 0}
      """)
    #expect(plan.specification.axes.map(\.name) == ["method", "temperature", "seed", "step"])
    #expect(
      rows(plan) == [
        "em 0.3 0 0", "em 0.3 0 5", "em 0.3 1 0", "em 0.3 1 5",
        "em 1 0 0", "em 1 0 5", "em 1 1 0", "em 1 1 5",
        "none 0.5 0 0", "none 0.5 1 0",
      ])
    // Columns know every value that runs have.
    let labels = plan.specification.axes.map { $0.points.map(\.label.description) }
    #expect(labels == [["em", "none"], ["0.3", "1", "0.5"], ["0", "1"], ["0", "5"]])
    #expect(plan.runs.map(\.index) == Array(0..<10))
  }

  @Test func overlappingVariantsHaveARunOnce() throws {
    let plan = try Laboratory.plan(
      """
      parameters: {model: tiny, method: em, step: 1}
      variants:
        - axes: {temperature: [0.1, 0.5]}
        - axes: {learning_rate: [5.0e-4, 1.0e-3]}
      """)
    #expect(rows(plan) == ["0.1 0.0005", "0.5 0.0005", "0.5 0.001"])
    #expect(Set(plan.runs.map(\.id)).count == 3)
  }

  @Test func whatOneVariantFixesIsAColumn() throws {
    let plan = try Laboratory.plan(
      """
      parameters: {model: tiny, method: em, step: 1}
      variants:
        - preset: paper-code
        - parameters: {temperature: 0.9}
      """)
    #expect(
      plan.specification.axes.map(\.name)
        == ["learning_rate", "loss_temperature", "mask_first", "temperature"])
    #expect(rows(plan) == ["2e-05 0.5 true 0.5", "0.0005 tied false 0.9"])
    #expect(plan.specification.fixed["model"] == .string("tiny"))
  }

  @Test func anAxisOfSeveralParametersIsEmptyElsewhere() throws {
    let plan = try Laboratory.plan(
      """
      parameters: {model: tiny}
      variants:
        - axes: {setting: [{label: a, seed: 1}, {label: b, seed: 2}]}
        - axes: {seed: [3]}
      """)
    #expect(plan.specification.axes.map(\.name) == ["setting", "seed"])
    #expect(rows(plan) == ["a 1", "b 2", " 3"])
    #expect(plan.specification.axes[1].points.map(\.label) == [1, 2, 3].map { .integer($0) })
  }

  @Test func pointsComeBeforeThePresetOfTheirVariant() throws {
    let plan = try Laboratory.plan(
      """
      parameters: {model: tiny, method: em}
      variants:
        - preset: paper-code
          axes: {setting: [{label: a, mask_first: false}, {label: b}]}
        - axes: {mask_first: [false]}
      """)
    #expect(
      plan.specification.axes.map(\.name)
        == ["learning_rate", "loss_temperature", "temperature", "setting", "mask_first"])
    #expect(
      rows(plan)
        == ["2e-05 0.5 0.5 a false", "2e-05 0.5 0.5 b true", "0.0005 tied 0.5  false"])
    #expect(
      plan.runs.map { $0.parameters.contains(#""mask_first":true"#) } == [false, true, false])
  }

  @Test func selectionsReachIntoVariants() throws {
    let plan = try Laboratory.plan(
      """
      parameters: {model: tiny}
      axes: {seed: {count: 2}}
      variants:
        - parameters: {method: em}
          axes: {step: [1, 2]}
        - parameters: {method: none}
      where: step < 2
      exclude: [{method: none, seed: 1}]
      report: {baseline: {method: none}}
      """)
    #expect(rows(plan) == ["em 1 0", "em 1 1", "none 0 0"])
  }

  @Test func anExternalProgramHasVariants() throws {
    let plan = try Laboratory.plan(
      """
      program: {command: [run, "{a}", "{b}"]}
      axes: {seed: [0, 1]}
      variants:
        - parameters: {a: 1}
          axes: {b: [1, 2]}
        - parameters: {a: 2, b: 7}
      """)
    #expect(plan.specification.axes.map(\.name) == ["a", "b", "seed"])
    #expect(rows(plan) == ["1 1 0", "1 1 1", "1 2 0", "1 2 1", "2 7 0", "2 7 1"])
  }
}
