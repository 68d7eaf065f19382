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
  /// Set where this is the plan of a share of the grid: runs and stages are then the share's.
  let share: ShardShare?
  /// By stage, whether it is done; empty where none is.
  private let isDone: [Bool]
  private let program: ProgramDescription
  private let counted: Later<(jobs: JobBuilder, summary: PlanSummary)>

  var summary: PlanSummary { counted.value.summary }

  /// The jobs of the stages that have none yet.
  ///
  /// - Parameter isAssigned: by stage, whether it has one; empty where none has.
  var jobs: @Sendable (_ isAssigned: [Bool]) -> JobBuilder {
    { [tree, program, counted, isDone] isAssigned in
      isAssigned.isEmpty && isDone.isEmpty
        ? counted.value.jobs : JobBuilder(tree, isDone: isAssigned, program: program)
    }
  }

  /// - Parameters:
  ///   - reader: `nil` where there is no job table yet.
  ///   - store: where the artifacts are: what is done and has lost one is to be done again. `nil` takes
  ///     the table's word.
  ///   - shard: plans this share of the grid instead of the whole.
  /// - Throws: `CommandFailure` with the faults that show only when the runs are made.
  init(
    _ loaded: LoadedGrid, in reader: JobTableReader?, store: ArtifactStore? = nil,
    shard: Shard? = nil
  ) throws {
    program = loaded.grid.program
    let (whole, warnings) = try Self.expand(loaded)
    for warning in warnings { Terminal.note(warning.description) }
    var plan = whole
    var tree = StageTree(plan.stages, of: loaded.grid.program)
    var recorded = try reader?.runIDs(of: loaded.name) ?? []
    if let shard {
      let partition = ShardPartition(tree, of: loaded.grid.program, into: shard.count)
      plan = partition.plan(of: shard, from: whole)
      tree = StageTree(plan.stages, of: loaded.grid.program)
      share = ShardShare(partition, shard, share: plan, of: whole)
      // The runs of other shares are not orphans.
      if !recorded.isEmpty {
        let own = Set(plan.runs.indices.map { plan.runs.id(at: $0) })
        for index in whole.runs.indices where !own.contains(whole.runs.id(at: index)) {
          recorded.remove(whole.runs.id(at: index))
        }
      }
    } else {
      share = nil
    }
    var states = try reader?.states(of: plan.stages) ?? []
    if let store, !states.isEmpty {
      for stage in try reader?.stagesWithoutArtifacts(in: nil, store) ?? [] {
        if let index = plan.stages.index(of: stage), states[index] == .done {
          states[index] = .open
        }
      }
    }
    isDone = states.contains(.done) ? states.map { $0 == .done } : []
    let standings = try Self.standings(states, of: plan, loaded.name, in: reader)
    // What it will cost is looked for meanwhile.
    counted = Later { [plan, tree, program, recorded, isDone] in
      let jobs = JobBuilder(tree, isDone: isDone, program: program)
      let summary = PlanSummary(
        plan: plan, tree: tree, jobs: jobs.count, recorded: recorded, standings: standings)
      return (jobs, summary)
    }
    self.plan = plan
    self.tree = tree
  }

  private static func standings(
    _ states: [StageState?], of plan: Plan, _ grid: String, in reader: JobTableReader?
  ) throws -> [PlanSummary.Standing?] {
    if states.isEmpty { return [] }
    let isOwn: (Int) -> Bool
    if !states.contains(.done) {
      isOwn = { _ in false }
    } else if try reader?.isPlanned(grid, hash: plan.hash) ?? false {
      isOwn = { _ in true }
    } else {
      let own = try reader?.stages(of: grid) ?? []
      isOwn = { own.contains(plan.stages.key(at: $0)) }
    }
    return states.enumerated().map { index, state in
      switch state {
      case nil: nil
      case .open?: .pending
      case .failed?: .failed
      case .done?: isOwn(index) ? .done : .reused
      }
    }
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
    let missing = plan.stages.indices.filter { isDone.isEmpty || !isDone[$0] }
    return CostModel(of: program, timed: timed + estimated).cost(of: tree, missing: missing)
  }

  /// What stages have cost on this machine.
  static func timings(in reader: JobTableReader?) throws -> [TimedStage] {
    try reader?.timedStages(on: BuiltinProgram.processorName, limit: 2000) ?? []
  }
}
