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
  private let jobs: [PlannedJob]
  /// By shard: its jobs with all that they require, in the order of the plan.
  private let members: [[Int]]
  private let isTrunk: [Bool]

  /// - Precondition: `count` is positive.
  /// - Complexity: O(n log n) for n stages.
  package init(_ tree: StageTree, of program: ProgramDescription, into count: Int) {
    precondition(count > 0)
    self.count = count
    jobs = JobBuilder.jobs(of: tree, done: [], program: program)
    var graph = JobGraph(jobs, tree)
    var weight = StageWeight(tree, program)
    let jobWeights = jobs.map { job in
      job.stages.reduce(0) { sum, key in sum + (tree.stage(key).map { weight.of($0) } ?? 0) }
    }
    func weigh(_ part: [Int]) -> Int { part.reduce(0) { $0 + jobWeights[$1] } }
    var parts = graph.parts()
    if parts.count < count { graph.split(&parts, into: count, weigh) }
    parts = graph.sortedByTrunk(parts)
    let partWeights = parts.map(weigh)
    let total = partWeights.reduce(0, +)
    var members = [[Int]](repeating: [], count: count)
    var weights = [Int](repeating: 0, count: count)
    var before = 0
    for (part, weight) in zip(parts, partWeights) {
      // The shard in whose share the middle of the part lies. Whole numbers, to be exact everywhere.
      let middle = Int128(2 * before + weight) * Int128(count)
      let shard = min(count - 1, Int(middle / Int128(max(1, 2 * total))))
      members[shard] += part
      weights[shard] += weight
      before += weight
    }
    self.parts = parts.count
    self.weights = weights
    heaviestPart = partWeights.max() ?? 0
    self.members = members.map { graph.withTrunk($0) }
    isTrunk = graph.isTrunk
  }

  /// Every stage that a shard computes, its trunk included, as long as no other result is there.
  package func stages(of shard: Shard) -> Set<StageKey> {
    Set(members[shard.number - 1].lazy.flatMap { jobs[$0].stages })
  }

  /// The stages of the shard that other shards may make as well.
  package func trunk(of shard: Shard) -> Set<StageKey> {
    Set(members[shard.number - 1].lazy.filter { isTrunk[$0] }.flatMap { jobs[$0].stages })
  }

  /// The part of a plan that is the shard's: the runs all of whose stages it computes. A run that is
  /// measured on the trunk alone, such as step 0, belongs to every shard that makes it.
  ///
  /// - Complexity: O(runs + stages).
  package func plan(of shard: Shard, from plan: Plan) -> Plan {
    let own = stages(of: shard)
    let runs = plan.runs.filter { $0.stages.allSatisfy(own.contains) }
    let stages = plan.stages.filter { own.contains($0.key) }
    return Plan(
      specification: plan.specification, hash: plan.hash, runs: runs, stages: stages,
      sharing: StageSharing.of(runs, stages, kinds: plan.sharing.map(\.kind)))
  }
}

extension StageSharing {
  /// What these runs share, of the stages of these kinds.
  ///
  /// - Complexity: O(runs × stages on a run's way).
  package static func of(
    _ runs: [PlannedRun], _ stages: [Stage], kinds: [String]
  ) -> [StageSharing] {
    var known: [StageKey: Stage] = [:]
    known.reserveCapacity(stages.count)
    var counts: [String: Int] = [:]
    var lengths: [StageKey: (kind: String, steps: Int)] = [:]
    for stage in stages {
      known[stage.key] = stage
      counts[stage.kind, default: 0] += 1
      guard let step = stage.step else { continue }
      lengths[stage.trajectory] = (stage.kind, max(step, lengths[stage.trajectory]?.steps ?? 0))
    }
    var steps: [String: Int] = [:]
    for length in lengths.values { steps[length.kind, default: 0] += length.steps }
    var uses: [String: Int] = [:]
    var alone: [String: Int] = [:]
    for run in runs {
      var seen = Set(run.stages)
      var pending = run.stages
      while let key = pending.popLast() {
        guard let stage = known[key] else { continue }
        uses[stage.kind, default: 0] += 1
        alone[stage.kind, default: 0] += stage.step ?? 0
        for parent in stage.parents where seen.insert(parent).inserted { pending.append(parent) }
      }
    }
    return kinds.map { kind in
      StageSharing(
        kind: kind, stages: counts[kind] ?? 0, uses: uses[kind] ?? 0, steps: steps[kind] ?? 0,
        stepsAlone: alone[kind] ?? 0)
    }
  }
}
