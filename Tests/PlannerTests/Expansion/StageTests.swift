import Grid
import Testing

@testable import Planner

@Suite struct StageTests {
  @Test func theLaboratoryIsConsistent() {
    #expect(Laboratory.description.inconsistencies == [])
  }

  /// The stages of every run, made one by one without tables or templates.
  private func naiveStages(of plan: Plan, _ program: ProgramDescription) -> [[StageKey]] {
    plan.runs.map { run in
      var values: ParameterAssignment = [:]
      for parameter in program.parameters { values[parameter.name] = parameter.defaultValue }
      values.merge(plan.specification.fixed) { $1 }
      for (axis, label) in zip(plan.specification.axes, run.axisValues) {
        let point = axis.points.first { $0.label == label }!
        values.merge(point.assignment) { $1 }
      }
      var resolved = values
      for parameter in program.parameters {
        if case .numberOrTied(_, _, let word, let to) = parameter.type,
          values[parameter.name] == .string(word)
        {
          resolved[parameter.name] = values[to]
        }
      }
      var state: Stage?
      var byKind: [String: Stage] = [:]
      var own: [StageKey] = []
      var last: (key: StageKey, place: Int)?
      for rule in program.stages {
        if let when = rule.when, !when.holds(for: resolved) { continue }
        if let name = rule.measurement, !plan.specification.measurements.contains(name) { continue }
        var parameters = rule.constants
        for name in rule.parameters {
          let relevant = program.parameter(named: name)?.relevantWhen?.holds(for: resolved) ?? true
          if relevant { parameters[name] = resolved[name] }
        }
        let parents = rule.parents.compactMap { parent in
          switch parent {
          case .state: state
          case .kind(let kind, let when):
            when?.holds(for: resolved) ?? true ? byKind[kind] : nil
          }
        }
        let step = rule.product.stepParameter.flatMap { values[$0]?.integer }
        if case .trajectory = rule.product, step == 0 { continue }
        let stage = Stage(
          kind: rule.kind, version: rule.version, parameters: parameters,
          parents: parents.map(\.key), step: step)
        byKind[rule.kind] = stage
        switch rule.product {
        case .state:
          state = stage
          last = nil
        case .trajectory:
          state = stage
          last = (stage.key, own.count)
        case .measurement, .process: own.append(stage.key)
        case .side, .schedule: break
        }
      }
      if let last { own.insert(last.key, at: last.place) }
      return own
    }
  }

  @Test(arguments: [
    "axes:\n  method: [none, em]\n  temperature: [0.3, 1]\n  step: [0, 3, 1]\n  seed: {count: 2}\n",
    """
    axes:
      loss_temperature: [tied, 0.5, 1]
      temperature: [0.5, 1]
      evaluation_temperature: [0, 0.7]
      evaluation_seed: [0, 1]
      rl_step: [0, 2]
      step: {count: 3}
      method: [em, none]
    """,
    """
    axes:
      setting:
        - {label: a, method: em, temperature: 0.2, step: 4}
        - {label: b, loss_temperature: 0.5, step: 4}
        - {label: c, method: em, model_seed: 3, step: 2, rl_step: 1}
      selection: [variance, random]
      seed: {count: 3}
    """,
  ])
  func stagesAgreeWithANaiveWalk(axes: String) throws {
    let plan = try Laboratory.plan("parameters: {model: small}\n" + axes)
    #expect(plan.runs.map(\.stages) == naiveStages(of: plan, Laboratory.description))
    checkOrder(plan)
  }

  /// Each stage once, parents before children, keys as `Stage` itself makes them.
  private func checkOrder(_ plan: Plan) {
    var seen: Set<StageKey> = []
    for stage in plan.stages {
      #expect(stage.parents.allSatisfy(seen.contains))
      #expect(seen.insert(stage.key).inserted)
      let twin = Stage(
        kind: stage.kind, version: stage.version, parameters: stage.parameters,
        parents: stage.parents, step: stage.step)
      #expect(twin == stage)
    }
    #expect(plan.runs.allSatisfy { $0.stages.allSatisfy(seen.contains) })
  }

  @Test func aStepAxisIsOneTrajectoryASeed() throws {
    let plan = try Laboratory.plan(
      """
      parameters: {model: tiny, method: em}
      axes: {seed: {count: 4}, step: {from: 0, to: 10}}
      """)
    #expect(plan.runs.count == 44)
    #expect(plan.stages(of: "prepare").count == 1)
    #expect(plan.stages(of: "select").count == 1)
    #expect(plan.stages(of: "em").count == 40)
    #expect(Set(plan.stages(of: "em").map(\.trajectory)).count == 4)
    // Greedy evaluation of the base is one for all seeds.
    #expect(plan.stages(of: "evaluate").count == 41)
    let bases = plan.runs.filter { $0.axisValues[1] == .integer(0) }
    #expect(bases.count == 4)
    #expect(Set(bases.map(\.stages)).count == 1)
    #expect(bases[0].stages.count == 1)
    #expect(plan.runs[10].stages.count == 2)
    let sharing = Dictionary(uniqueKeysWithValues: plan.sharing.map { ($0.kind, $0) })
    #expect(
      sharing["em"] == StageSharing(kind: "em", stages: 40, uses: 40, steps: 40, stepsAlone: 220))
    #expect(
      sharing["prepare"]
        == StageSharing(kind: "prepare", stages: 1, uses: 44, steps: 0, stepsAlone: 0))
    #expect(
      sharing["evaluate"]
        == StageSharing(kind: "evaluate", stages: 41, uses: 44, steps: 0, stepsAlone: 0))
  }

  @Test func onlyMeasuredStatesAreStages() throws {
    let plan = try Laboratory.plan(
      "parameters: {model: tiny, method: em}\naxes: {step: [10, 3]}\n")
    #expect(plan.stages(of: "em").map(\.step) == [10, 3])
    #expect(Set(plan.stages(of: "em").map(\.trajectory)).count == 1)
    #expect(plan.sharing.first { $0.kind == "em" }?.steps == 10)
  }

  @Test func irrelevantParametersAreShared() throws {
    let plan = try Laboratory.plan(
      "parameters: {model: tiny}\naxes: {evaluation_seed: {count: 3}, temperature: [0.1, 0.2]}\n")
    #expect(plan.runs.count == 6)
    #expect(Set(plan.runs.map(\.id)).count == 6)
    #expect(plan.stages.map(\.kind) == ["prepare", "evaluate"])
    #expect(plan.stages[1].parameters.keys.sorted() == ["evaluation_temperature"])
    let sampled = try Laboratory.plan(
      "parameters: {model: tiny, evaluation_temperature: 1}\naxes: {evaluation_seed: {count: 3}}\n")
    #expect(sampled.stages(of: "evaluate").count == 3)
  }

  @Test func aTieIsTheOtherValue() throws {
    let plan = try Laboratory.plan(
      """
      parameters: {model: tiny, method: em, step: 1}
      axes: {loss_temperature: [tied, 0.5], temperature: [0.5, 1]}
      """)
    // Tied to 0.5 and 0.5 itself are one trajectory.
    #expect(plan.runs.count == 4)
    #expect(plan.stages(of: "em").count == 3)
    #expect(plan.runs[0].stages == plan.runs[2].stages)
    #expect(
      plan.stages(of: "em").map { $0.parameters["loss_temperature"] }
        == [.number(0.5), .number(1), .number(0.5)])
  }

  @Test func stagesAreSharedAcrossGrids() throws {
    let one = try Laboratory.plan(
      "parameters: {model: tiny, method: em}\naxes: {seed: {count: 2}, step: {count: 5}}\n")
    let other = try Laboratory.plan(
      """
      parameters: {model: tiny}
      axes:
        setting: [{label: base}, {method: em, step: 4, seed: 1}]
        evaluation_temperature: [0, 1]
      """)
    let shared = Set(one.stages.map(\.key)).intersection(other.stages.map(\.key))
    let kinds = other.stages.filter { shared.contains($0.key) }.map(\.kind)
    #expect(kinds.sorted() == ["em", "evaluate", "evaluate", "prepare", "select"])
  }
}
