import Grid
import Testing

@testable import Planner

/// Rules of schedules in a description of their own.
@Suite struct ScheduleTests {
  private static func description(
    methods: [String] = ["em", "grpo"], scheduled: [String] = ["seed", "rate"],
    parents: [StageRule.Parent] = [.state, .kind("select")]
  ) -> ProgramDescription {
    ProgramDescription(
      name: "laboratory",
      parameters: [
        ParameterDescription(
          name: "rate", type: .number(minimum: 0, maximum: 1), defaultValue: .number(0.5),
          about: "",
          relevantWhen: .schedules("em", parameter: "schedule")),
        ParameterDescription(
          name: "seed", type: .integer(minimum: 0, maximum: nil), defaultValue: .integer(0),
          about: ""),
        ParameterDescription(
          name: "schedule", type: .schedule(of: methods), defaultValue: .string("em"), about: ""),
        ParameterDescription(
          name: "step", type: .integer(minimum: 0, maximum: nil), defaultValue: .integer(0),
          about: ""),
      ],
      presets: [:],
      stages: [
        StageRule(kind: "prepare", version: 1, parents: [], parameters: [], product: .state),
        StageRule(kind: "select", version: 1, parents: [.state], parameters: [], product: .side),
        StageRule(
          kind: "em", version: 2, when: .isAbove(9, parameter: "seed"),
          parents: [.state, .kind("select")], parameters: ["rate", "seed"],
          product: .trajectory(stepParameter: "step")),
        StageRule(
          kind: "grpo", version: 3, when: .isAbove(9, parameter: "seed"), parents: [.state],
          parameters: ["seed"], product: .trajectory(stepParameter: "step")),
        StageRule(
          kind: "schedule", version: 1, parents: parents, parameters: scheduled,
          product: .schedule(parameter: "schedule", stepParameter: "step")),
        StageRule(
          kind: "evaluate", version: 1, parents: [.state], parameters: [], product: .measurement),
      ],
      metrics: [MetricDescription(name: "accuracy", about: "")])
  }

  private func read(_ text: String) throws(GridFaults) -> ReadGrid {
    try GridReader(builtin: Self.description()) { _ throws(UnreadableFile) in
      throw UnreadableFile(reason: "no such file")
    }.read(GridSource(file: "g.yaml", text: text))
  }

  @Test func descriptions() {
    #expect(Self.description().inconsistencies == [])
    #expect(
      Self.description(methods: ["em", "sft"]).inconsistencies == [
        .phaseWithoutRule(kind: "schedule", method: "sft")
      ])
    #expect(
      Self.description(scheduled: ["seed"]).inconsistencies == [
        .phaseDecidedByMore(kind: "schedule", method: "em")
      ])
    #expect(
      Self.description(parents: [.state]).inconsistencies == [
        .phaseDecidedByMore(kind: "schedule", method: "em")
      ])
  }

  /// Phase by phase, with `Stage` alone.
  @Test func stagesAgreeWithANaiveWalk() throws {
    let plan = try PlanBuilder.plan(
      read(
        """
        axes:
          schedule: [em, em 2 then grpo, repeat grpo 1 then em 2, em 3 then repeat grpo 2]
          rate: [0.1, 0.2]
          step: {from: 0, to: 6}
          seed: {count: 2}
        """))
    let prepare = Stage(kind: "prepare", version: 1, parameters: [:], parents: [])
    let select = Stage(kind: "select", version: 1, parameters: [:], parents: [prepare.key])
    var all: Set<StageKey> = [prepare.key, select.key]
    for run in plan.runs {
      let values = Dictionary(
        uniqueKeysWithValues: zip(plan.specification.axes.map(\.name), run.axisValues))
      let text = try #require(values["schedule"]?.string)
      let steps = try #require(values["step"]?.integer)
      let parts = try Schedule(text).parts(of: steps, limit: 99)
      var state = prepare
      for part in try #require(parts) {
        var parameters: ParameterAssignment = ["seed": values["seed"]!]
        if part.method == "em" { parameters["rate"] = values["rate"] }
        if part.earlierSteps > 0 { parameters["earlier_steps"] = .integer(part.earlierSteps) }
        state = Stage(
          kind: part.method, version: part.method == "em" ? 2 : 3, parameters: parameters,
          parents: [state.key] + (part.method == "em" ? [select.key] : []), step: part.steps)
        all.insert(state.key)
      }
      let evaluate = Stage(
        kind: "evaluate", version: 1, parameters: [:], parents: [state.key])
      all.insert(evaluate.key)
      #expect(
        run.stages == (state == prepare ? [evaluate.key] : [state.key, evaluate.key]))
    }
    #expect(Set(plan.stages.map(\.key)) == all && plan.stages.count == all.count)
    var seen: Set<StageKey> = []
    for stage in plan.stages {
      #expect(stage.parents.allSatisfy(seen.contains))
      seen.insert(stage.key)
    }
    #expect(plan.sharing.map(\.kind) == ["prepare", "select", "em", "grpo", "evaluate"])
  }

  /// As many phases as there may be, through everything that follows parents.
  @Test func longChains() throws {
    let plan = try PlanBuilder.plan(
      read("parameters: {schedule: repeat em 1 then grpo 1, step: 1000}\n"))
    let tree = StageTree(plan.stages, of: Self.description())
    let jobs = JobBuilder.jobs(of: tree, done: [], program: Self.description())
    #expect(jobs.count == 1002)
    #expect(tree.context(of: jobs.last!.stages).count == 1001)
    let error = #expect(throws: GridFaults.self) {
      try PlanBuilder.plan(read("parameters: {schedule: repeat em 1 then grpo 1, step: 1001}\n"))
    }
    #expect(
      error?.description
        == "g.yaml:1:1: the schedule “repeat em 1 then grpo 1” changes its method more than 1,000 "
        + "times in 1,001 steps; make its phases longer, or ask for fewer steps")
  }
}
