import Grid

/// What would be computed, what is there already, and what sharing saves: the figures that `plan`
/// prints.
package struct PlanSummary: Hashable, Sendable {
  /// What the job table knows of a stage; nothing makes it new.
  package enum Standing: Hashable, Sendable {
    /// Done for this grid.
    case done
    /// Done, but not for this grid so far.
    case reused
    /// Its job failed for good.
    case failed
    /// Planned before, not done yet.
    case pending
  }

  package struct Counts: Hashable, Sendable {
    package var new = 0
    package var pending = 0
    package var done = 0
    package var reused = 0
    package var failed = 0

    package var total: Int { new + pending + done + reused + failed }

    mutating func add(_ standing: Standing?) {
      switch standing {
      case nil: new += 1
      case .pending: pending += 1
      case .done: done += 1
      case .reused: reused += 1
      case .failed: failed += 1
      }
    }
  }

  /// The stages of one kind.
  package struct Kind: Hashable, Sendable {
    package let kind: String
    package let stages: Counts
    package let sharing: StageSharing
    /// Steps that the missing states need, each trajectory from its highest state that is done below
    /// the first missing one. Fewer than will be computed where that state was not kept.
    package let stepsLeft: Int
  }

  package let runs: Counts
  /// Runs that an earlier version of the grid had and that it no longer asks for.
  package let orphaned: Int
  package let cells: Int
  /// Jobs still to be done.
  package let jobs: Int
  /// In the order of the walk; kinds without stages are left out.
  package let kinds: [Kind]

  /// - Parameters:
  ///   - jobs: those that `JobBuilder` makes of the plan's missing stages.
  ///   - recorded: the runs that the job table has of the grid, in this version or an earlier one;
  ///     `nil` to tell by the stages which runs are the grid's own.
  ///   - standing: what the job table knows.
  /// - Complexity: O(runs + stages).
  package init(
    plan: Plan, tree: StageTree, jobs: [PlannedJob], recorded: Set<RunID>? = nil,
    standing: (StageKey) -> Standing?
  ) {
    var counts: [String: Counts] = [:]
    var standings: [StageKey: Standing] = [:]
    for stage in plan.stages {
      let known = standing(stage.key)
      if let known { standings[stage.key] = known }
      counts[stage.kind, default: Counts()].add(known)
    }
    var runs = Counts()
    var kept = 0
    for run in plan.runs {
      var own = Self.standing(of: run.stages.map { standings[$0] })
      if let recorded {
        let isRecorded = recorded.contains(run.id)
        if isRecorded { kept += 1 }
        if own == .done || own == .reused { own = isRecorded ? .done : .reused }
      }
      runs.add(own)
    }
    self.runs = runs
    orphaned = (recorded?.count ?? 0) - kept
    self.jobs = jobs.count
    cells = Self.cells(of: plan)
    let left = Self.stepsLeft(tree, standings)
    kinds = plan.sharing.filter { $0.stages > 0 }.map {
      Kind(
        kind: $0.kind, stages: counts[$0.kind] ?? Counts(), sharing: $0,
        stepsLeft: left[$0.kind] ?? 0)
    }
  }

  /// A run stands where its stages do: failed if one failed, new if one is new, else the least far.
  private static func standing(of stages: [Standing?]) -> Standing? {
    if stages.contains(.failed) { return .failed }
    if stages.contains(nil) { return nil }
    if stages.contains(.pending) { return .pending }
    return stages.contains(.done) ? .done : .reused
  }

  private static func cells(of plan: Plan) -> Int {
    let axes = plan.specification.axes
    guard let replicate = axes.firstIndex(where: { $0.name == plan.specification.replicateAxis })
    else { return plan.runs.count }
    var cells: Set<[ParameterValue]> = []
    for run in plan.runs {
      var values = run.axisValues
      values.remove(at: replicate)
      cells.insert(values)
    }
    return cells.count
  }

  private static func stepsLeft(
    _ tree: StageTree, _ standings: [StageKey: Standing]
  ) -> [String: Int] {
    func isDone(_ stage: Stage) -> Bool {
      standings[stage.key] == .done || standings[stage.key] == .reused
    }
    var left: [String: Int] = [:]
    var seen: Set<StageKey> = []
    for stage in tree.stages where stage.step != nil && seen.insert(stage.trajectory).inserted {
      let states = tree.states(of: stage.trajectory)
      guard let first = states.firstIndex(where: { !isDone($0) }),
        let last = states.last(where: { !isDone($0) })?.step
      else { continue }
      let start = first > 0 ? states[first - 1].step ?? 0 : 0
      left[stage.kind, default: 0] += last - start
    }
    return left
  }
}
