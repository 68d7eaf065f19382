import Grid
import Testing

@testable import Planner

@Suite struct PilotTests {
  private func pilot(
    _ text: String, done: (Stage) -> Bool = { _ in false }, timed: [TimedStage] = []
  ) throws -> (chosen: [Int], jobs: [PlannedJob], tree: StageTree) {
    let plan = try Laboratory.plan(text)
    let tree = StageTree(plan.stages, of: Laboratory.description)
    let planned = JobBuilder.jobs(
      of: tree, done: Set(plan.stages.filter(done).map(\.key)), program: Laboratory.description)
    var owner: [StageKey: Int] = [:]
    for (number, job) in planned.enumerated() {
      for stage in job.stages { owner[stage] = number }
    }
    let jobs = planned.map { job in
      Pilot.Job(
        stages: job.stages, requires: Set(job.requires.compactMap { owner[$0] }).sorted())
    }
    let chosen = Pilot.jobs(
      among: jobs, of: tree, program: Laboratory.description, timed: timed)
    return (chosen, planned, tree)
  }

  private func kinds(_ chosen: [Int], _ jobs: [PlannedJob], _ tree: StageTree) -> [String: Int] {
    var kinds: [String: Int] = [:]
    for stage in chosen.flatMap({ jobs[$0].stages }) {
      kinds[tree.stage(stage)!.kind, default: 0] += 1
    }
    return kinds
  }

  /// One trajectory with its measurements has enough of every kind; what it waits for comes with it.
  @Test func oneTrajectoryMayBeEnough() throws {
    let (chosen, jobs, tree) = try pilot(
      """
      parameters: {model: tiny, method: em}
      axes: {temperature: [0.5, 1, 2], seed: {count: 8}, step: {from: 0, to: 10}}
      """)
    #expect(chosen.count == 3 && jobs.count > 20)
    #expect(kinds(chosen, jobs, tree) == ["prepare": 1, "select": 1, "em": 10, "evaluate": 11])
  }

  /// A trajectory that is measured once gives one timing, so three of them are needed; the shortest.
  @Test func theLeastThatGivesThreeTimings() throws {
    let (chosen, jobs, tree) = try pilot(
      """
      parameters: {model: tiny, method: em}
      axes: {seed: {count: 8}, step: [100, 5]}
      where: [step <= 100]
      exclude: [{seed: 0, step: 100}, {seed: 5, step: 100}, {seed: 6, step: 100}]
      """)
    let states = chosen.flatMap { jobs[$0].stages }.compactMap { tree.stage($0)!.step }
    #expect(states == [5, 5, 5])
  }

  /// Another model, another switch: not comparable.
  @Test func everyClassIsTimed() throws {
    let (chosen, jobs, tree) = try pilot(
      """
      parameters: {method: em}
      axes: {model: [tiny, small], mask_first: [true, false], seed: {count: 5}, step: [0, 1, 2, 3]}
      """)
    let stages = chosen.flatMap { jobs[$0].stages.map { tree.stage($0)! } }
    #expect(stages.count { $0.kind == "prepare" } == 2)
    #expect(stages.count { $0.kind == "em" } == 12)
  }

  @Test func whatWasTimedNeedsNoPilot() throws {
    let text = """
      parameters: {model: tiny, method: em}
      axes: {seed: {count: 8}, step: {from: 0, to: 4}}
      """
    let plan = try Laboratory.plan(text)
    let tree = StageTree(plan.stages, of: Laboratory.description)
    let timed = plan.stages.compactMap {
      Pilot.timing(of: $0.key, in: tree, pace: 0.5, total: 10)
    }
    #expect(timed.first { $0.kind == "em" }?.seconds == 0.5)
    #expect(timed.first { $0.kind == "evaluate" }?.seconds == 5)
    #expect(try pilot(text, timed: timed).chosen.isEmpty)
    // Of another version they say nothing; done stages need none.
    #expect(try !pilot(text, timed: timed.filter { $0.kind != "em" }).chosen.isEmpty)
    #expect(try pilot(text, done: { _ in true }).chosen.isEmpty)
  }
}
