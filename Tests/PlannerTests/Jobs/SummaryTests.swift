import Grid
import Testing

@testable import Planner

@Suite struct SummaryTests {
  private func summary(
    _ plan: Plan, _ standing: (StageKey) -> PlanSummary.Standing?
  ) -> PlanSummary {
    let tree = StageTree(plan.stages, of: Laboratory.description)
    let done = plan.stages.map(\.key).filter { [.done, .reused].contains(standing($0)) }
    let jobs = JobBuilder.jobs(of: tree, done: Set(done), program: Laboratory.description)
    return PlanSummary(
      plan: plan, tree: tree, jobs: jobs.count, standings: plan.stages.map { standing($0.key) })
  }

  private func kind(_ kind: String, _ summary: PlanSummary) -> PlanSummary.Kind? {
    summary.kinds.first { $0.kind == kind }
  }

  static let grid = """
    parameters: {model: tiny, method: em}
    axes: {temperature: [0.5, 1], seed: {count: 3}, step: {from: 0, to: 10}}
    """

  @Test func aNewGrid() throws {
    let summary = summary(try Laboratory.plan(Self.grid)) { _ in nil }
    #expect(summary.runs == PlanSummary.Counts(new: 66))
    #expect(summary.cells == 22)
    #expect(summary.jobs == 8)
    #expect(summary.kinds.map(\.kind) == ["prepare", "select", "em", "evaluate"])
    #expect(kind("em", summary)?.stages == PlanSummary.Counts(new: 60))
    #expect(kind("em", summary)?.stepsLeft == 60)
    #expect(kind("em", summary)?.sharing.stepsAlone == 330)
    #expect(kind("evaluate", summary)?.stages.total == 61)
  }

  @Test func whatIsThere() throws {
    let plan = try Laboratory.plan(Self.grid)
    let tree = StageTree(plan.stages, of: Laboratory.description)
    // The base and seed 0 are done here, seed 1 up to step 4 elsewhere, seed 2 failed at its last state.
    let summary = summary(plan) { key in
      let stage = tree.stage(key)!
      let state = stage.kind == "evaluate" ? tree.stage(stage.parents[0])! : stage
      switch (state.parameters["seed"], state.step ?? 0) {
      case (nil, _): return .done
      case (.integer(0), _): return .done
      case (.integer(1), 0...4): return .reused
      case (.integer(2), 10): return .failed
      case (.integer(2), _): return .pending
      default: return nil
      }
    }
    #expect(
      summary.runs == PlanSummary.Counts(new: 12, pending: 18, done: 26, reused: 8, failed: 2))
    #expect(
      kind("em", summary)?.stages
        == PlanSummary.Counts(new: 12, pending: 18, done: 20, reused: 8, failed: 2))
    // Seed 1 goes on from step 4, seed 2 begins anew, at two temperatures.
    #expect(kind("em", summary)?.stepsLeft == 2 * (6 + 10))
    #expect(summary.jobs == 4)
  }
}
