import Grid
import Testing

@testable import BuiltinProgram

@Suite("The built-in program's description")
struct DescriptionTests {
  let description = BuiltinProgram.description

  @Test func isConsistent() {
    #expect(description.inconsistencies == [])
  }

  @Test("every parameter has a sentence, and is used or decides what is relevant")
  func parameters() {
    let used = Set(
      description.stages.flatMap { $0.parameters + ($0.product.stepParameter.map { [$0] } ?? []) })
    for parameter in description.parameters {
      #expect(parameter.about.hasSuffix("."), "\(parameter.name)")
      #expect(
        used.contains(parameter.name) || ["method", "schedule"].contains(parameter.name),
        "\(parameter.name) is unused")
    }
  }

  @Test("the run's seed reaches neither the base model nor the selection nor the evaluation")
  func seed() {
    for rule in description.stages where !["em", "grpo", "sft", "schedule"].contains(rule.kind) {
      #expect(!rule.parameters.contains("seed"), "\(rule.kind)")
    }
    let one = TestGrid()
    let other = TestGrid(["seed": .integer(1), "learning_rate": .number(0.1)])
    #expect(one.prepare == other.prepare)
    #expect(one.select == other.select)
    #expect(one.evaluate(0) == other.evaluate(0))
    #expect(one.em(1).key != other.em(1).key)
  }

  @Test("a greedy evaluation does not depend on the sampling of answers")
  func greedyEvaluation() {
    let one = TestGrid(["evaluation_seed": .integer(3), "evaluation_samples": .integer(5)])
    #expect(one.evaluate(0) == TestGrid().evaluate(0))
    let sampled = TestGrid(["evaluation_temperature": .number(1)])
    let reseeded = TestGrid(["evaluation_temperature": .number(1), "evaluation_seed": .integer(3)])
    #expect(sampled.evaluate(0).key != reseeded.evaluate(0).key)
  }

  @Test("metric names are distinct, and accuracy comes first")
  func metrics() {
    let names = description.metrics.map(\.name)
    #expect(names.first == "accuracy")
    #expect(Set(names).count == names.count)
  }

  @Test("every parameter of a rule is read by the worker, and no other")
  func stageParameters() throws {
    let grid = TestGrid(["evaluation_temperature": .number(1)])
    _ = try StageParameters(grid.prepare).pretraining()
    _ = try StageParameters(grid.select).selection()
    _ = try StageParameters(grid.em(1)).entropyMinimization()
    let reinforced = TestGrid(["method": .string("grpo"), "updates_per_batch": .integer(2)])
    _ = try StageParameters(reinforced.grpo(1)).grpo()
    let tuned = TestGrid(["method": .string("sft")])
    _ = try StageParameters(tuned.sft(1)).supervisedTuning()
    _ = try StageParameters(grid.evaluate(0)).evaluation()
  }
}
