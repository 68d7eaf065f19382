import Grid
import Planner
import Testing

@testable import BuiltinProgram

/// Schedules of methods, through the planner and the worker.
@Suite("Schedules")
struct ScheduleTests {
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
      sft_batch: 4
      sft_pool: 16
      evaluation_problems: 2
      evaluation_tokens: 16

    """

  private func plan(_ text: String) throws -> Plan {
    let reader = GridReader(builtin: BuiltinProgram.description) { _ throws(UnreadableFile) in
      throw UnreadableFile(reason: "no such file")
    }
    return try PlanBuilder.plan(
      reader.read(GridSource(file: "grids/schedule.yaml", text: Self.little + text)))
  }

  private func faults(_ text: String) -> [String] {
    do {
      _ = try plan(text)
      return []
    } catch {
      return "\(error)".split(separator: "\n").map(String.init)
    }
  }

  private func steps(_ kind: String, _ plan: Plan) -> Int? {
    plan.sharing.first { $0.kind == kind }?.steps
  }

  private func keys(_ plan: Plan) -> Set<StageKey> { Set(plan.stages.map(\.key)) }

  @Test("a schedule's stages are those of the methods and of the steps before them")
  func sameStages() throws {
    let scheduled = "  method: schedule\n"
    #expect(
      try keys(plan(scheduled + "  schedule: em\n  step: 3\n"))
        == keys(plan("  method: em\n  step: 3\n")))
    #expect(
      try keys(plan(scheduled + "  schedule: sft\n  step: 3\n"))
        == keys(plan("  method: sft\n  step: 3\n")))
    #expect(
      try keys(plan(scheduled + "  schedule: em 2 then grpo\n  step: 5\n"))
        == keys(plan("  method: grpo\n  em_steps: 2\n  step: 3\n")))
    #expect(
      try keys(plan(scheduled + "  schedule: grpo 2 then em\n  step: 5\n"))
        == keys(plan("  method: em\n  grpo_steps: 2\n  step: 3\n")))
    // Without EM nothing selects a prompt, unless GRPO asks for it.
    #expect(
      try plan(scheduled + "  schedule: sft 1 then grpo\n  step: 2\n").stages.map(\.kind)
        == ["prepare", "sft", "grpo", "evaluate"])
    #expect(
      try plan(scheduled + "  schedule: grpo\n  step: 2\n  prompt_source: selected\n")
        .stages.map(\.kind) == ["prepare", "select", "grpo", "evaluate"])
  }

  @Test("EM k in {0, 2, 5, 10} and then GRPO computes 10 EM steps a seed, not 17")
  func sharedSteps() throws {
    let plan = try plan(
      """
        method: schedule
      axes:
        schedule: [grpo, em 2 then grpo, em 5 then grpo, em 10 then grpo]
        seed: {count: 3}
        step: {from: 0, to: 12}
      """)
    #expect(steps("em", plan) == 3 * 10)
    #expect(steps("grpo", plan) == 3 * (12 + 10 + 7 + 2))
    #expect(
      plan.sharing.map(\.kind) == ["prepare", "tune", "select", "em", "grpo", "sft", "evaluate"])
    let tree = StageTree(plan.stages, of: BuiltinProgram.description)
    let jobs = JobBuilder.jobs(of: tree, done: [], program: BuiltinProgram.description)
    let computed = jobs.reduce(0) { sum, job in
      let states = job.stages.compactMap(tree.stage).filter { $0.kind == "em" }
      return sum + states.reduce(0) { $0 + ($1.step ?? 0) - (tree.stateBelow($1)?.step ?? 0) }
    }
    #expect(computed == 30)
  }

  @Test("alternating phases go on with the random numbers of their method")
  func alternating() throws {
    let plan = try plan(
      "  method: schedule\n  schedule: repeat em 2 then grpo 1\naxes: {step: {from: 0, to: 7}}\n")
    let states = plan.stages.filter { $0.step != nil }
    func told(_ kind: String) -> [[Int?]] {
      states.filter { $0.kind == kind }.map {
        [$0.parameters[Schedule.earlierStepsName]?.integer, $0.step]
      }
    }
    #expect(told("em") == [[nil, 1], [nil, 2], [2, 1], [2, 2], [4, 1]])
    #expect(told("grpo") == [[nil, 1], [1, 1]])
    #expect(plan.runs.allSatisfy { $0.stages.count == ($0.index == 0 ? 1 : 2) })
    #expect(plan.sharing.first { $0.kind == "em" }?.stepsAlone == 1 + 2 + 2 + 3 + 4 + 4 + 5)
  }

  @Test("faults of a schedule, with the remedy")
  func faultsOfSchedules() {
    func message(_ schedule: String) -> String {
      faults("  method: schedule\n  schedule: \(schedule)\n  step: 3\n").first ?? ""
    }
    #expect(message("em 10 then grop").contains("“grop” is no method; did you mean “grpo”?"))
    #expect(
      message("em then grpo").contains(
        "it does not say how many steps of em there are; write “em 10” for ten of them"))
    #expect(message("em 10 then grpo 20").contains("it does not say what follows “grpo 20”"))
    #expect(
      faults("  method: schedule\n  schedule: repeat em 1 then grpo 1\n  step: 5000\n").first?
        .contains(
          "the schedule “repeat em 1 then grpo 1” changes its method more than 1,000 times in "
            + "5,000 steps; make its phases longer, or ask for fewer steps") == true)
  }

  @Test("the results of schedules are those of their parts computed by separate workers")
  func results() throws {
    let plan = try plan(
      """
        method: schedule
        adaptation: entropy_rate
      axes:
        schedule: [sft 1 then repeat em 2 then grpo 1, em 2 then sft]
        step: [0, 2, 3, 6]
      """)
    let tree = StageTree(plan.stages, of: BuiltinProgram.description)
    let jobs = JobBuilder.jobs(of: tree, done: [], program: BuiltinProgram.description)
    let folder = TemporaryStore()
    var results: [StageKey: StageResult] = [:]
    for (number, job) in jobs.enumerated() {
      let order = JobOrder(
        job: JobID(rawValue: Int64(number + 1)), attempt: .first,
        stages: job.stages.compactMap(tree.stage), context: tree.context(of: job.stages),
        keep: tree.kept(among: job.stages))
      let recorder = Recorder(folder.store)
      results.merge(recorder.run(order), uniquingKeysWith: { $1 })
      #expect(recorder.finished)
    }
    #expect(results.count == plan.stages.count)
    for run in plan.runs {
      let stages = tree.context(of: run.stages) + run.stages.compactMap(tree.stage)
      let alone = Recorder(TemporaryStore().store).run(order(stages))
      for key in run.stages { #expect(alone[key]?.metrics == results[key]?.metrics) }
    }
  }
}
