import Grid

/// A plan dealt out to several machines that know nothing of each other.
///
/// The jobs of the whole plan, done or not, fall into *parts* that share no trajectory. What several
/// parts start from (a base model, the prompts that it selects, and what is measured of them) is the
/// *trunk*: every shard makes what it needs of it, and each other stage belongs to exactly one shard.
/// Parts that stand on the same trunk lie side by side, and the line of parts is cut into shares of
/// about the same weight, so that little of the trunk is made twice. Nothing but the plan and the
/// number of shards decides, so that all machines cut alike.
package struct ShardPartition: Sendable {
  /// Shards.
  package let count: Int
  /// Pieces that share no trajectory. Where there are fewer than shards, some shards have nothing.
  package let parts: Int
  /// The weight of each shard without its trunk, from the first: steps of trajectories and
  /// measurements, each as heavy as its model.
  package let weights: [Int]
  /// The weight of the heaviest part: what keeps shards from being equal.
  package let heaviestPart: Int
  private let list: StageList
  /// The stages of each job, as places in the list.
  private let jobs: [[Int32]]
  /// By shard: its jobs with all that they require, in the order of the plan.
  private let members: [[Int]]
  private let isTrunk: [Bool]

  /// - Precondition: `count` is positive.
  /// - Complexity: O(n log n) for n stages.
  package init(_ tree: StageTree, of program: ProgramDescription, into count: Int) {
    precondition(count > 0)
    self.count = count
    list = tree.stages
    var placed: [PlacedJob] = []
    JobBuilder(tree, isDone: [], program: program).forEachJob { placed.append($0) }
    var graph = JobGraph(placed, tree)
    var weight = StageWeight(tree, program)
    // Steps may be as large as a number can be; their sums are not.
    let jobWeights = placed.map { job in
      job.stages.reduce(Int128(0)) { $0 + Int128(weight.ofStage(at: Int($1))) }
    }
    func weigh(_ part: [Int]) -> Int128 { part.reduce(0) { $0 + jobWeights[$1] } }
    var parts = graph.parts()
    if parts.count < count { graph.split(&parts, into: count, weigh) }
    parts = graph.sortedByTrunk(parts)
    let partWeights = parts.map(weigh)
    let total = partWeights.reduce(0, +)
    var members = [[Int]](repeating: [], count: count)
    var weights = [Int128](repeating: 0, count: count)
    var before = Int128(0)
    for (part, weight) in zip(parts, partWeights) {
      // The shard in whose share the middle of the part lies. Whole numbers, to be exact everywhere.
      let middle = (2 * before + weight) * Int128(count)
      let shard = min(count - 1, Int(middle / max(1, 2 * total)))
      members[shard] += part
      weights[shard] += weight
      before += weight
    }
    self.parts = parts.count
    self.weights = weights.map { Int(clamping: $0) }
    heaviestPart = Int(clamping: partWeights.max() ?? 0)
    self.members = members.map { graph.withTrunk($0) }
    jobs = placed.map(\.stages)
    isTrunk = graph.isTrunk
  }

  /// Every stage that a shard computes, its trunk included, as long as no other result is there.
  package func stages(of shard: Shard) -> Set<StageKey> {
    Set(members[shard.number - 1].lazy.flatMap { jobs[$0] }.map { list.key(at: Int($0)) })
  }

  /// The stages of the shard that other shards may make as well.
  package func trunk(of shard: Shard) -> Set<StageKey> {
    let trunk = members[shard.number - 1].lazy.filter { isTrunk[$0] }
    return Set(trunk.flatMap { jobs[$0] }.map { list.key(at: Int($0)) })
  }

  /// The part of a plan that is the shard's: the runs all of whose stages it computes. A run that is
  /// measured on the trunk alone, such as step 0, belongs to every shard that makes it.
  ///
  /// - Complexity: O(runs + stages).
  package func plan(of shard: Shard, from plan: Plan) -> Plan {
    var isOwn = [Bool](repeating: false, count: plan.stages.count)
    for job in members[shard.number - 1] {
      for stage in jobs[job] { isOwn[Int(stage)] = true }
    }
    let stages = StageList(plan.stages.indices.lazy.filter { isOwn[$0] }.map { plan.stages[$0] })
    let runs = plan.runs.indices.filter { index in
      plan.runs.stagePlaces(at: index).allSatisfy { $0 >= 0 && isOwn[Int($0)] }
    }.map { plan.runs[$0] }
    return Plan(
      specification: plan.specification, hash: plan.hash, runs: RunList(runs, stages: stages),
      stages: stages, sharing: StageSharing.of(runs, stages, kinds: plan.sharing.map(\.kind)))
  }
}

/// What is counted of one kind.
private struct SharingCounts {
  var stages = 0
  var uses = 0
  var steps = 0
  var alone = 0
}

extension StageSharing {
  /// What these runs share, of the stages of these kinds.
  ///
  /// - Complexity: O(runs × stages on a run's way).
  package static func of(
    _ runs: some Sequence<PlannedRun>, _ stages: StageList, kinds: [String]
  ) -> [StageSharing] {
    var counts: [String: SharingCounts] = [:]
    var lengths: [Int: (kind: String, steps: Int)] = [:]
    for index in stages.indices {
      let kind = stages.templates.sorts[stages.sort(at: index)].kind
      counts[kind, default: SharingCounts()].stages += 1
      guard let step = stages.step(at: index), let lineage = stages.lineage(at: index) else {
        continue
      }
      lengths[lineage] = (kind, max(step, lengths[lineage]?.steps ?? 0))
    }
    for length in lengths.values {
      let steps = counts[length.kind, default: SharingCounts()].steps
      counts[length.kind, default: SharingCounts()].steps = steps.addingSaturated(length.steps)
    }
    for run in runs {
      var pending = run.stages.compactMap(stages.index)
      var seen = Set(pending)
      while let index = pending.popLast() {
        let kind = stages.templates.sorts[stages.sort(at: index)].kind
        var own = counts[kind] ?? SharingCounts()
        own.uses += 1
        own.alone = own.alone.addingSaturated(stages.step(at: index) ?? 0)
        counts[kind] = own
        for position in 0..<stages.parentCount(at: index) {
          if let parent = stages.parent(position, at: index), seen.insert(parent).inserted {
            pending.append(parent)
          }
        }
      }
    }
    return kinds.map { kind in
      let own = counts[kind] ?? SharingCounts()
      return StageSharing(
        kind: kind, stages: own.stages, uses: own.uses, steps: own.steps, stepsAlone: own.alone)
    }
  }
}
