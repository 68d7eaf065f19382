import Grid
import Planner
import Testing

@testable import BuiltinProgram

/// Entropy minimization and GRPO one after the other, through the planner.
@Suite("Training in two ways, one after the other")
struct ChainTests {
  private static let little = """
    preset: tiny
    parameters:
      pretraining_steps: 30
      batch: 8
      selection_prompts: 4
      selection_samples: 4
      maximum_tokens: 16
      prompts_per_step: 2
      group_size: 4
      grpo_maximum_tokens: 16
      reward: random
      evaluation_problems: 2
      evaluation_tokens: 16

    """

  private func plan(_ text: String) throws -> Plan {
    let reader = GridReader(builtin: BuiltinProgram.description) { _ throws(UnreadableFile) in
      throw UnreadableFile(reason: "no such file")
    }
    return try PlanBuilder.plan(
      reader.read(GridSource(file: "grids/chain.yaml", text: Self.little + text)))
  }

  private func jobs(_ plan: Plan) -> (tree: StageTree, jobs: [PlannedJob]) {
    let tree = StageTree(plan.stages, of: BuiltinProgram.description)
    return (tree, JobBuilder.jobs(of: tree, done: [], program: BuiltinProgram.description))
  }

  private func steps(_ kind: String, _ plan: Plan) -> Int? {
    plan.sharing.first { $0.kind == kind }?.steps
  }

  @Test("EM k in {0, 2, 5, 10} and then GRPO computes 10 EM steps a seed, not 17")
  func sharedSteps() throws {
    let plan = try plan(
      "  method: grpo\naxes: {em_steps: [0, 2, 5, 10], seed: {count: 3}, step: [0, 1, 3]}\n")
    #expect(plan.runs.count == 36)
    #expect(steps("em", plan) == 3 * 10)
    #expect(steps("grpo", plan) == 3 * 4 * 3)
    #expect(plan.sharing.filter { $0.kind == "em" }.count == 1)
    #expect(plan.sharing.first { $0.kind == "em" }?.stepsAlone == 3 * 3 * 17)
    // The states that others go on from are kept, and jobs end there.
    let (tree, jobs) = jobs(plan)
    let forks = plan.stages.filter { tree.forks.contains($0.key) && $0.kind == "em" }
    #expect(forks.count == 9)
    let computed = jobs.reduce(0) { sum, job in
      let states = job.stages.compactMap(tree.stage).filter { $0.kind == "em" }
      return sum + states.reduce(0) { $0 + ($1.step ?? 0) - (tree.stateBelow($1)?.step ?? 0) }
    }
    #expect(computed == 30)
    // Without EM before, nothing selects a prompt.
    let grpo = plan.stages.filter { $0.kind == "grpo" }
    #expect(grpo.allSatisfy { $0.parents.count == 1 })
  }

  @Test("a trajectory is the same one whether it is measured or something else follows")
  func sharedAcrossGrids() throws {
    let before = try plan("  method: grpo\n  em_steps: 2\n  step: 1\n")
    let alone = try plan("  method: em\n  step: 2\n")
    let other = try plan("  method: em\n  grpo_steps: 3\n  step: 2\n")
    let reinforced = try plan("  method: grpo\n  step: 3\n")
    func keys(_ kind: String, _ plan: Plan) -> [StageKey] {
      plan.stages.filter { $0.kind == kind }.map(\.key)
    }
    #expect(keys("em", before) == keys("em", alone))
    #expect(keys("grpo", other) == keys("grpo", reinforced))
    #expect(keys("em", other) != keys("em", alone))
    // Prompts are selected by the base model whatever comes before.
    #expect(keys("select", other) == keys("select", alone))
    #expect(keys("select", reinforced) == [])
    #expect(other.stages.map(\.kind) == ["prepare", "select", "grpo", "em", "evaluate"])
    let selected = try plan("  method: grpo\n  step: 1\n  prompt_source: selected\n")
    #expect(selected.stages.map(\.kind) == ["prepare", "select", "grpo", "evaluate"])
    #expect(selected.stages[2].parents.count == 2)
  }

  @Test("what decides nothing is kept out of keys")
  func irrelevant() throws {
    func stages(_ text: String) throws -> Int { try plan(text).stages.count }
    let one = try stages("  method: grpo\n  step: 1\n")
    let axes = [
      "temperature: [0.3, 0.5]", "learning_rate: [1.0e-3, 2.0e-3]", "prompt: [0, 1]",
      "grpo_prompt: [0, 1]",
      "selection_seed: [0, 1]", "clip_low: [0.1, 0.2]", "clip_high: [0.2, 0.28]",
      "grpo_steps: [0, 3]",
    ]
    for axis in axes {
      let varied = try stages("  method: grpo\n  step: 1\naxes: {\(axis)}\n")
      #expect(varied == one, "\(axis)")
    }
    let relevant = [
      "kl_weight: [0, 0.1]", "prompt_pool: [8, 16]", "grpo_top_p: [0.9, 1]",
      "em_steps: [0, 1]", "updates_per_batch: [1, 2]", "std_normalisation: [true, false]",
    ]
    for axis in relevant {
      let varied = try stages("  method: grpo\n  step: 1\naxes: {\(axis)}\n")
      #expect(varied > one, "\(axis)")
    }
    let twice = "  method: grpo\n  step: 1\n  updates_per_batch: 2\n"
    #expect(try stages(twice + "axes: {clip_high: [0.2, 0.28]}\n") > one)
    let minimised = try stages("  method: em\n  step: 1\n")
    let unused = [
      "grpo_top_p: [0.9, 1]", "prompt_source: [adaptation, selected]", "em_steps: [0, 2]",
    ]
    for axis in unused {
      #expect(try stages("  method: em\n  step: 1\naxes: {\(axis)}\n") == minimised, "\(axis)")
    }
  }

  @Test("the results of a chain are those of its parts computed by separate workers")
  func chainedResults() throws {
    let plan = try plan(
      "  method: grpo\naxes: {em_steps: [0, 1, 3], seed: {count: 2}, step: [0, 2, 3]}\n")
    let (tree, jobs) = jobs(plan)
    let folder = TemporaryStore()
    let shared = Recorder(folder.store)
    var results: [StageKey: StageResult] = [:]
    for (number, job) in jobs.enumerated() {
      let order = JobOrder(
        job: JobID(rawValue: Int64(number + 1)), attempt: .first,
        stages: job.stages.compactMap(tree.stage), context: tree.context(of: job.stages),
        keep: tree.kept(among: job.stages))
      results.merge(shared.run(order), uniquingKeysWith: { $1 })
      #expect(shared.finished)
    }
    #expect(results.count == plan.stages.count)
    for run in plan.runs {
      // Everything that the run needs, in an empty store, and nothing kept on the way.
      let stages = tree.context(of: run.stages) + run.stages.compactMap(tree.stage)
      let alone = Recorder(TemporaryStore().store).run(order(stages))
      for key in run.stages {
        #expect(alone[key]?.metrics == results[key]?.metrics)
        let outcomes = results[key]?.artifacts.filter { $0.kind == "outcomes" }
        #expect(alone[key]?.artifacts == outcomes)
      }
    }
  }
}
