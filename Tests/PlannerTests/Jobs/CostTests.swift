import Grid
import Keys
import Testing

@testable import Planner

@Suite struct CostTests {
  private func timed(
    _ kind: String, version: Int = 1, _ parameters: ParameterAssignment, steps: Int = 1,
    seconds: Double, bytes: Int = 0
  ) -> TimedStage {
    TimedStage(
      kind: kind, version: version, parameters: parameters, steps: steps, seconds: seconds,
      bytes: bytes)
  }

  /// The whole parameters of every stage of a grid, timed by a rule.
  private func timings(
    of plan: Plan, _ seconds: (Stage, _ steps: Int) -> Double
  ) -> [TimedStage] {
    let tree = StageTree(plan.stages, of: Laboratory.description)
    func whole(_ stage: Stage) -> ParameterAssignment {
      stage.parents.compactMap { tree.stage($0) }.reduce(stage.parameters) { parameters, parent in
        parameters.merging(whole(parent)) { own, _ in own }
      }
    }
    return plan.stages.reversed().map { stage in
      let steps = stage.step.map { $0 - (tree.stateBelow(stage)?.step ?? 0) } ?? 1
      return TimedStage(
        kind: stage.kind, version: stage.version, parameters: whole(stage), steps: steps,
        seconds: seconds(stage, steps), bytes: stage.kind == "prepare" ? 1000 : 0)
    }
  }

  private func cost(
    of text: String, _ timed: [TimedStage], missing: (Stage) -> Bool = { _ in true }
  ) throws -> PlanCost {
    let plan = try Laboratory.plan(text)
    let tree = StageTree(plan.stages, of: Laboratory.description)
    return CostModel(of: Laboratory.description, timed: timed).cost(of: tree) {
      missing(tree.stage($0)!)
    }
  }

  private static let grid = """
    parameters: {model: tiny, method: em}
    axes: {temperature: [0.5, 1], seed: {count: 3}, step: [0, 4, 10]}
    """

  @Test func aKindIsUnknownOnce() throws {
    let one = Laboratory.description
    let two = ProgramDescription(
      name: one.name, parameters: one.parameters, stages: one.stages + [one.stages[0]])
    let plan = try Laboratory.plan(Self.grid)
    let cost = CostModel(of: two, timed: []).cost(of: StageTree(plan.stages, of: two)) { _ in true }
    #expect(cost.unknownKinds == ["prepare", "select", "em", "evaluate"])
  }

  @Test func whatWasTimedExactlyIsPredictedExactly() throws {
    let timed = timings(of: try Laboratory.plan(Self.grid)) { stage, steps in
      switch stage.kind {
      case "prepare": 60
      case "select": 5
      // A step at T = 1 costs twice as much.
      case "em": 0.1 * Double(steps) * (stage.parameters["temperature"] == .number(1) ? 2 : 1)
      default: 0.25
      }
    }
    // Two more seeds, and steps up to 20: 2 × 20 and 3 × 10 steps at each temperature.
    let grown = """
      parameters: {model: tiny, method: em}
      axes: {temperature: [0.5, 1], seed: {count: 5}, step: [0, 4, 10, 20]}
      """
    let known = Set(try Laboratory.plan(Self.grid).stages.map(\.key))
    let cost = try cost(of: grown, timed) { !known.contains($0.key) }
    let steps = 2.0 * 20 + 3 * 10
    let evaluations = 2.0 * (2 * 3 + 3)
    #expect(abs(cost.seconds - (steps * 0.1 + steps * 0.2 + evaluations * 0.25)) < 1e-9)
    #expect(cost.unknownKinds == [] && cost.otherValues == [])
    #expect(abs(try #require(cost.standardError)) < 1e-6)
    #expect(cost.degreesOfFreedom > 0)
  }

  @Test func theNearestTimingsCount() throws {
    let base: ParameterAssignment = ["model": .string("tiny"), "model_seed": .integer(0)]
    let text = """
      parameters: {model: tiny, method: none}
      axes: {evaluation_temperature: [0]}
      """
    func evaluation(_ model: String, _ temperature: Double, _ seconds: Double) -> TimedStage {
      timed(
        "evaluate",
        base.merging(
          ["model": .string(model), "evaluation_temperature": .number(temperature)]) { $1 },
        seconds: seconds)
    }
    let prepare = timed("prepare", base, seconds: 7)
    let same = try cost(
      of: text, [evaluation("small", 0, 9), evaluation("tiny", 0, 1), prepare])
    #expect(same.seconds == 8 && same.otherValues == [])
    // One timing of each kind says nothing of how much they differ.
    #expect(same.standardError == nil)
    #expect(try cost(of: text, [prepare]).unknownKinds == ["evaluate"])
    // Another model is not comparable, another version is another kind of work.
    let other = try cost(of: text, [evaluation("small", 0, 9), prepare])
    #expect(other.unknownKinds == ["evaluate"] && other.seconds == 7)
    let older = try cost(of: text, [timed("prepare", version: 2, base, seconds: 7)])
    #expect(older.unknownKinds == ["prepare", "evaluate"] && older.seconds == 0)
  }

  @Test func anIntervalCoversWhatComes() throws {
    // 200 worlds in which a stage takes 1 s, give or take: of 8 timings 20 more are predicted.
    let base: ParameterAssignment = ["model": .string("tiny"), "model_seed": .integer(0)]
    let text = """
      parameters: {model: tiny, method: none}
      axes: {model_seed: {count: 20}}
      where: evaluation_seed == 0
      """
    var random = RandomStream(seed: 5, purpose: RandomPurpose("cost")).generator(0)
    var covered = 0
    for _ in 0..<200 {
      func seconds() -> Double { 0.5 + random.unit() }
      let known = (0..<8).map { _ in timed("prepare", base, seconds: seconds()) }
      let cost = try cost(of: text, known) { $0.kind == "prepare" }
      let truth = (0..<20).reduce(0.0) { sum, _ in sum + seconds() }
      // The 97.5th percentile of Student's t with 7 degrees of freedom.
      #expect(cost.degreesOfFreedom == 7)
      if abs(truth - cost.seconds) <= 2.365 * cost.standardError! { covered += 1 }
    }
    #expect((180...198).contains(covered), "\(covered) of 200")
  }

  @Test func memoryAndDiskAreTheProgramsOwnWords() throws {
    let description = ProgramDescription(
      name: "laboratory", parameters: Laboratory.description.parameters,
      stages: Laboratory.description.stages,
      footprint: JobFootprint(
        memory: { kind, parameters in
          kind == "em" && parameters["model"] == .string("tiny") ? 5_000 : 1_000
        },
        disk: { kind, _ in kind == "em" ? 300 : 10 }))
    let plan = try Laboratory.plan(Self.grid)
    let tree = StageTree(plan.stages, of: description)
    let cost = CostModel(of: description, timed: []).cost(of: tree) { _ in true }
    #expect(cost.memory == 5_000)
    // A base and a selection; the last states of 6 trajectories; 13 evaluations.
    #expect(cost.disk == 10 + 10 + 6 * 300 + 13 * 10)
    #expect(
      CostModel(of: Laboratory.description, timed: []).cost(of: tree) { _ in true }.disk == nil)
  }

  @Test func runsThatAreOrphaned() throws {
    let plan = try Laboratory.plan(Self.grid)
    let tree = StageTree(plan.stages, of: Laboratory.description)
    let before = try Laboratory.plan(
      Self.grid.replacing("count: 3", with: "count: 4").replacing("[0.5, 1]", with: "[0.5]"))
    let summary = PlanSummary(
      plan: plan, tree: tree, jobs: 0, recorded: Set(before.runs.map(\.id)),
      standings: plan.stages.map { _ in .done })
    // 3 steps of seed 3; the runs at T = 1 are not the grid's yet, though all of them is done.
    #expect(summary.orphaned == 3)
    #expect(summary.runs == PlanSummary.Counts(done: 9, reused: 9))
  }
}
