import Grid
import JobTable
import Planner

/// A grid expanded and held against what the job table has.
struct Planning {
  let plan: Plan
  let tree: StageTree
  let summary: PlanSummary
  /// Jobs for what is not done, were nothing of it planned yet.
  let jobs: [PlannedJob]

  /// - Parameter reader: `nil` where there is no job table yet.
  /// - Throws: `CommandFailure` with the faults that show only when the runs are made.
  init(_ loaded: LoadedGrid, in reader: JobTableReader?) throws {
    let (plan, warnings) = try Self.expand(loaded)
    for warning in warnings { Terminal.note(warning.description) }
    let tree = StageTree(plan.stages, of: loaded.grid.program)
    let states = try reader?.stageStates(among: plan.stages.map(\.key)) ?? [:]
    let done = Set(states.filter { $0.value == .done }.keys)
    let jobs = JobBuilder.jobs(of: tree, done: done, program: loaded.grid.program)
    let own = try Self.ownStages(of: plan, grid: loaded.name, in: reader)
    summary = PlanSummary(plan: plan, tree: tree, jobs: jobs) { key in
      switch states[key] {
      case nil: nil
      case .open?: .pending
      case .failed?: .failed
      case .done?: own.contains(key) ? .done : .reused
      }
    }
    self.plan = plan
    self.tree = tree
    self.jobs = jobs
  }

  private static func expand(
    _ loaded: LoadedGrid
  ) throws -> (plan: Plan, warnings: [GridDiagnostic]) {
    do {
      return try PlanBuilder.planWithWarnings(loaded.grid)
    } catch {
      throw CommandFailure(error.description)
    }
  }

  /// The stages on the way to the runs that the grid has in the job table already.
  private static func ownStages(
    of plan: Plan, grid: String, in reader: JobTableReader?
  ) throws -> Set<StageKey> {
    guard let reader, try reader.grid(grid) != nil else { return [] }
    var known: Set<RunID> = []
    try reader.forEachRun(in: grid) { known.insert($0.id) }
    var own: Set<StageKey> = []
    for run in plan.runs where known.contains(run.id) { own.formUnion(run.stages) }
    // Parents come before children, so one pass from the end reaches every ancestor.
    for stage in plan.stages.reversed() where own.contains(stage.key) {
      own.formUnion(stage.parents)
    }
    return own
  }
}
