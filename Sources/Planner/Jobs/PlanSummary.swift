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

    mutating func add(_ other: Counts) {
      new += other.new
      pending += other.pending
      done += other.done
      reused += other.reused
      failed += other.failed
    }

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
  ///   - jobs: how many `JobBuilder` makes of the plan's missing stages.
  ///   - recorded: the runs that the job table has of the grid, in this version or an earlier one;
  ///     `nil` to tell by the stages which runs are the grid's own.
  ///   - standings: by stage, what the job table knows; empty where it knows none.
  /// - Complexity: O(runs + stages).
  package init(
    plan: Plan, tree: StageTree, jobs: Int, recorded: Set<RunID>? = nil, standings: [Standing?]
  ) {
    var bySort = [Counts](repeating: Counts(), count: plan.stages.templates.sorts.count)
    for index in 0..<plan.stages.count {
      bySort[plan.stages.sort(at: index)].add(standings.isEmpty ? nil : standings[index])
    }
    var counts: [String: Counts] = [:]
    for (sort, own) in zip(plan.stages.templates.sorts, bySort) {
      counts[sort.kind, default: Counts()].add(own)
    }
    var runs = Counts()
    var kept = 0
    if standings.isEmpty, recorded?.isEmpty ?? true {
      runs.new = plan.runs.count
    } else {
      for index in 0..<plan.runs.count {
        var own = Self.standing(
          of: plan.runs.stagePlaces(at: index).lazy.map {
            standings.isEmpty ? nil : standings[Int($0)]
          })
        if let recorded {
          let isRecorded = recorded.contains(plan.runs.id(at: index))
          if isRecorded { kept += 1 }
          if own == .done || own == .reused { own = isRecorded ? .done : .reused }
        }
        runs.add(own)
      }
    }
    self.runs = runs
    orphaned = (recorded?.count ?? 0) - kept
    self.jobs = jobs
    cells = Self.cells(of: plan)
    let left = Self.stepsLeft(tree, standings)
    kinds = plan.sharing.filter { $0.stages > 0 }.map {
      Kind(
        kind: $0.kind, stages: counts[$0.kind] ?? Counts(), sharing: $0,
        stepsLeft: left[$0.kind] ?? 0)
    }
  }

  /// A run stands where its stages do: failed if one failed, new if one is new, else the least far.
  private static func standing(of stages: some Sequence<Standing?>) -> Standing? {
    var isNew = false
    var isPending = false
    var isDone = false
    for stage in stages {
      switch stage {
      case .failed: return .failed
      case nil: isNew = true
      case .pending: isPending = true
      case .done: isDone = true
      case .reused: break
      }
    }
    if isNew { return nil }
    if isPending { return .pending }
    return isDone ? .done : .reused
  }

  /// - Complexity: O(axis points) for a whole product of axes, else O(runs).
  private static func cells(of plan: Plan) -> Int {
    // A share of a grid may have no runs, and then no columns either.
    if plan.runs.isEmpty { return 0 }
    let axes = plan.specification.axes
    guard let replicate = axes.firstIndex(where: { $0.name == plan.specification.replicateAxis })
    else { return plan.runs.count }
    // Equal values of a column have equal numbers, whatever block they come from.
    var numbers: [[[Int]]] = []
    for column in axes.indices {
      if column == replicate {
        numbers.append([])
        continue
      }
      var known: [ParameterValue: Int] = [:]
      numbers.append(
        plan.runs.blocks.map { block in
          block.columns[column].values.map { value in
            let number = known[value] ?? known.count
            known[value] = number
            return number
          }
        })
    }
    let columns = axes.indices.filter { $0 != replicate }
    var cells: Set<Int> = []
    var wide: Set<[Int]> = []
    let widths = columns.map { column in 1 + (numbers[column].flatMap(\.self).max() ?? 0) }
    let isNarrow = widths.reduce(1.0) { $0 * Double($1) } < 0x1p62
    var last: Int?
    let runs = plan.runs
    let blocks = runs.blocks
    for index in 0..<runs.count {
      let (block, run) = runs.place(at: index)
      func number(_ column: Int) -> Int {
        numbers[column][block][blocks[block].place(of: run, in: column)]
      }
      if isNarrow {
        var cell = 0
        for (column, width) in zip(columns, widths) { cell = cell * width + number(column) }
        // Neighbours are often of one cell.
        if cell != last { cells.insert(cell) }
        last = cell
      } else {
        wide.insert(columns.map(number))
      }
    }
    return cells.count + wide.count
  }

  private static func stepsLeft(
    _ tree: StageTree, _ standings: [Standing?]
  ) -> [String: Int] {
    let stages = tree.stages
    func isDone(_ index: Int32) -> Bool {
      if standings.isEmpty { return false }
      let standing = standings[Int(index)]
      return standing == .done || standing == .reused
    }
    var left = [Int](repeating: 0, count: stages.templates.sorts.count)
    for lineage in 0..<stages.lineageCount {
      let states = tree.stateIndices(ofLineage: lineage)
      guard let first = states.firstIndex(where: { !isDone($0) }),
        let highest = states.last(where: { !isDone($0) }),
        let last = stages.step(at: Int(highest))
      else { continue }
      let start =
        first > states.startIndex ? stages.step(at: Int(states[first - 1])) ?? 0 : 0
      let sort = stages.sort(at: Int(highest))
      left[sort] = left[sort].addingSaturated(last - start)
    }
    var result: [String: Int] = [:]
    for (sort, steps) in zip(stages.templates.sorts, left) where steps > 0 {
      result[sort.kind] = steps.addingSaturated(result[sort.kind] ?? 0)
    }
    return result
  }
}
