import Grid
import Planner
import Testing

@testable import BuiltinProgram

@Suite("Base models, corpora and selections")
struct BaseTests {
  private func results(_ grid: TestGrid, _ stages: [Stage]) -> [StageKey: StageResult] {
    let recorder = Recorder(TemporaryStore().store)
    let results = recorder.run(order(stages))
    #expect(recorder.finished, "\(String(describing: recorder.failure))")
    return results
  }

  private func plan(_ text: String) throws -> Plan {
    let reader = GridReader(builtin: BuiltinProgram.description) { _ throws(UnreadableFile) in
      throw UnreadableFile(reason: "no such file")
    }
    return try PlanBuilder.plan(
      reader.read(GridSource(file: "grids/base.yaml", text: "preset: tiny\n" + text)))
  }

  @Test("the keys of what there was before corpora, bases and rules are as they were")
  func keys() throws {
    let grid = TestGrid()
    #expect(
      grid.prepare.parameters.keys.sorted() == ["model", "model_seed", "pretraining_steps"])
    #expect(
      grid.select.parameters.keys.sorted() == [
        "selection_prompts", "selection_samples", "selection_seed", "selection_temperature",
      ])
    #expect(grid.em(1).parameters["prompts"] == nil)
    #expect(grid.grpo(1).parameters["corpus"] == nil)
    #expect(grid.evaluate(0).parameters["evaluation_domain"] == nil)
    #expect(grid.prepare.version == 2 && grid.select.version == 1)
  }

  @Test("tuned bases share the pretrained one, and all that follows starts from them")
  func stages() throws {
    let plan = try plan(
      "parameters: {method: em, step: 1}\n"
        + "axes: {base: [pretrained, grpo, untrained], seed: {count: 2}}\n")
    #expect(plan.stages.filter { $0.kind == "prepare" }.count == 2)
    let tuned = plan.stages.filter { $0.kind == "tune" }
    #expect(tuned.count == 1)
    #expect(tuned[0].parents.count == 1)
    let selections = plan.stages.filter { $0.kind == "select" }
    #expect(selections.count == 3)
    #expect(selections.contains { $0.parents == [tuned[0].key] })
    #expect(plan.stages.filter { $0.kind == "em" && $0.parents[0] == tuned[0].key }.count == 2)
  }

  @Test("a tuned base is the pretrained one after GRPO, cut wherever it was")
  func tuning() throws {
    let grid = TestGrid(["base": .string("grpo"), "base_steps": .integer(3)])
    let folder = TemporaryStore()
    let before = Recorder(folder.store).run(order([grid.prepare]))
    var killed: TemporaryStore?
    let recorder = Recorder(folder.store, checkpointInterval: 1) { event in
      if case .progress(_, _, grid.tune.key, done: 3, _, _, _) = event {
        killed = try? folder.copy()
      }
    }
    let results = recorder.run(order([grid.tune, grid.evaluate(0)], context: [grid.prepare]))
    #expect(recorder.finished)
    #expect(results[grid.tune.key]?.artifacts.map(\.kind) == ["state"])
    #expect(
      results[grid.tune.key]?.artifacts.first?.sha256
        != before[grid.prepare.key]?.artifacts.first?.sha256)
    let left = try #require(killed)
    let again = Recorder(left.store).run(order([grid.tune], context: [grid.prepare]))
    #expect(again[grid.tune.key]?.artifacts == results[grid.tune.key]?.artifacts)
    #expect(again[grid.tune.key]?.metrics == results[grid.tune.key]?.metrics)
  }

  @Test("an untrained base has no loss of pretraining, and can be measured")
  func untrained() {
    let grid = TestGrid(["base": .string("untrained")])
    let results = results(grid, grid.all(steps: 0...1))
    #expect(results[grid.prepare.key]?.metrics["pretraining_loss"] == nil)
    #expect(results[grid.prepare.key]?.metrics["pretraining_tokens"] == 0)
    #expect(results[grid.evaluate(1).key]?.metrics["accuracy"] == 0)
  }

  @Test("a model of both domains is adapted on either and measured on either")
  func domains() {
    let both: ParameterAssignment = ["corpus": .string("both")]
    let grid = TestGrid(both)
    let results = results(grid, grid.all(steps: 0...1))
    #expect(results[grid.evaluate(1).key]?.metrics["accuracy_logic"] != nil)
    #expect(results[grid.evaluate(1).key]?.metrics["accuracy_easy"] != nil)
    let logic = TestGrid(
      both.merging([
        "adaptation_domain": .string("logic"), "evaluation_domain": .string("logic"),
      ]) { $1 })
    #expect(logic.prepare == grid.prepare)
    #expect(logic.select.key != grid.select.key)
    let others = self.results(logic, logic.all(steps: 0...1))
    #expect(others[logic.evaluate(0).key]?.metrics["accuracy_easy"] == nil)
    #expect(others[logic.evaluate(0).key]?.metrics["accuracy_logic"] != nil)
    let alone = TestGrid(["corpus": .string("logic")])
    let last = self.results(alone, alone.all(steps: 0...1))
    #expect(last[alone.evaluate(1).key]?.metrics["accuracy_mixed"] == nil)
    #expect(last[alone.evaluate(1).key]?.metrics["accuracy_logic"] != nil)
  }

  @Test(
    "every rule selects, and entropy minimization takes several prompts",
    arguments: [
      "variance", "lowest_variance", "highest_accuracy", "lowest_accuracy", "random", "history",
    ])
  func rules(rule: String) {
    let grid = TestGrid([
      "selection": .string(rule), "prompts": .integer(2), "selection_checkpoints": .integer(2),
    ])
    #expect((grid.select == TestGrid().select) == (rule == "variance"))
    let results = results(grid, grid.all(steps: 0...1))
    #expect(results[grid.em(1).key]?.metrics["loss"] != nil)
  }

  @Test("a decile has its own prompts, and no more")
  func decile() {
    let grid = TestGrid([
      "selection": .string("decile"), "selection_decile": .integer(5),
      "selection_prompts": .integer(20), "prompts": .integer(3),
    ])
    let recorder = Recorder(TemporaryStore().store)
    recorder.run(order(grid.all(steps: 0...1)))
    #expect(
      recorder.failure?.message.hasPrefix("there is no prompt of rank 2 among 2 candidates") == true
    )
  }
}
