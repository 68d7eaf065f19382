import Artifacts
import BuiltinProgram
import Execution
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
  private let done: Set<StageKey>

  /// - Parameters:
  ///   - reader: `nil` where there is no job table yet.
  ///   - store: where the artifacts are: what is done and has lost one is to be done again. `nil` takes
  ///     the table's word.
  /// - Throws: `CommandFailure` with the faults that show only when the runs are made.
  init(_ loaded: LoadedGrid, in reader: JobTableReader?, store: ArtifactStore? = nil) throws {
    let (plan, warnings) = try Self.expand(loaded)
    for warning in warnings { Terminal.note(warning.description) }
    let tree = StageTree(plan.stages, of: loaded.grid.program)
    var states = try reader?.stageStates(among: plan.stages.map(\.key)) ?? [:]
    if let store {
      for stage in try reader?.stagesWithoutArtifacts(in: nil, store) ?? []
      where states[stage] == .done {
        states[stage] = .open
      }
    }
    let done = Set(states.filter { $0.value == .done }.keys)
    let jobs = JobBuilder.jobs(of: tree, done: done, program: loaded.grid.program)
    let own = try reader?.stages(of: loaded.name) ?? []
    summary = PlanSummary(
      plan: plan, tree: tree, jobs: jobs, recorded: try reader?.runIDs(of: loaded.name) ?? []
    ) { key in
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
    self.done = done
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

  /// What the missing stages will cost, from what stages on this machine have cost so far.
  ///
  /// - Parameter estimated: what stages will cost that were begun and not completed.
  func cost(
    of program: ProgramDescription, in reader: JobTableReader?, estimated: [TimedStage] = []
  ) throws -> PlanCost {
    let timed = try Self.timings(in: reader)
    return CostModel(of: program, timed: timed + estimated).cost(of: tree) { !done.contains($0) }
  }

  /// What stages have cost on this machine.
  static func timings(in reader: JobTableReader?) throws -> [TimedStage] {
    try reader?.timedStages(on: BuiltinProgram.processorName, limit: 2000) ?? []
  }
}
