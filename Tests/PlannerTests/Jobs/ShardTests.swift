import Grid
import Testing

@testable import Planner

/// What must hold of the shares of any grid.
@Suite struct ShardTests {
  private let program = Laboratory.description

  private func partition(_ plan: Plan, into count: Int) -> ShardPartition {
    ShardPartition(StageTree(plan.stages, of: program), of: program, into: count)
  }

  private func shards(_ count: Int) -> [Shard] {
    (1...count).compactMap { Shard(number: $0, of: count) }
  }

  private func check(_ plan: Plan, into count: Int, _ text: String) {
    let tree = StageTree(plan.stages, of: program)
    let partition = partition(plan, into: count)
    let shards = shards(count)
    let stages = shards.map(partition.stages)
    let trunk = shards.map(partition.trunk).reduce(into: Set()) { $0.formUnion($1) }
    // All of them together are the plan, and what is not trunk is in exactly one.
    var homes: [StageKey: Int] = [:]
    for own in stages { for key in own { homes[key, default: 0] += 1 } }
    #expect(Set(homes.keys) == Set(plan.stages.map(\.key)), "\(text)")
    #expect(homes.allSatisfy { $0.value == 1 || trunk.contains($0.key) }, "\(text)")
    for own in stages {
      // A share has all that its stages are computed from, the lower states of trajectories included.
      for stage in own.compactMap(tree.stage) {
        #expect(stage.parents.allSatisfy(own.contains), "\(text)")
        if let below = tree.stateBelow(stage) { #expect(own.contains(below.key), "\(text)") }
      }
    }
    // Every run is in a share, and in one only unless it is measured on the trunk alone.
    var runs: [RunID: Int] = [:]
    for shard in shards {
      for run in partition.plan(of: shard, from: plan).runs { runs[run.id, default: 0] += 1 }
    }
    #expect(runs.count == plan.runs.count, "\(text)")
    for run in plan.runs where !run.stages.allSatisfy(trunk.contains) {
      #expect(runs[run.id] == 1, "\(text)")
    }
    // No share is further from an equal one than the heaviest part.
    let total = partition.weights.reduce(0, +)
    for weight in partition.weights {
      #expect(abs(weight * count - total) <= count * partition.heaviestPart, "\(text)")
    }
    // Trajectories stay whole where there are enough of them.
    let trajectories = Set(plan.stages.filter { $0.step != nil }.map(\.trajectory))
    if partition.parts >= count, !trunk.contains(where: { tree.stage($0)?.step != nil }) {
      for trajectory in trajectories {
        let states = tree.states(of: trajectory).map(\.key)
        #expect(
          stages.count { own in states.contains(where: own.contains) } == 1, "\(text)")
      }
    }
  }

  @Test("Every stage but the trunk is in exactly one share, of 40 random grids in 5 ways")
  func randomGrids() throws {
    var random = Generator(state: 8)
    for _ in 0..<40 {
      let text = """
        parameters: {model: tiny, method: \(random.from(["em", "em", "none"]))}
        axes:
          model_seed: {count: \(random.from([1, 1, 2, 3]))}
          temperature: \(random.from(["[0.5]", "[0.5, 1]", "[0.25, 0.5, 1]"]))
          selection: \(random.from(["[variance]", "[variance, random]"]))
          rl_step: \(random.from(["[0]", "[0, 2]", "[1, 3, 4]"]))
          evaluation_temperature: \(random.from(["[0]", "[0, 1]"]))
          seed: {count: \(random.from([1, 2, 5]))}
          step: \(random.from(["[0]", "[0, 1, 3]", "{from: 0, to: 4}"]))
        """
      guard let plan = try? Laboratory.plan(text) else { continue }
      for count in [1, 2, 3, 8, 64] { check(plan, into: count, "\(text)\ninto \(count)") }
    }
  }

  @Test("The same grid gives the same shares, whatever else is planned")
  func determinism() throws {
    let text = """
      parameters: {model: tiny, method: em}
      axes: {model_seed: {count: 2}, temperature: [0.5, 1], seed: {count: 7}, step: {from: 0, to: 3}}
      """
    let first = partition(try Laboratory.plan(text), into: 5)
    let second = partition(try Laboratory.plan(text), into: 5)
    for shard in shards(5) {
      #expect(first.stages(of: shard) == second.stages(of: shard))
    }
    // Pinned, so that machines with different builds of one version agree.
    #expect(first.weights == second.weights)
    #expect(first.parts == 28 && first.weights == [36, 30, 36, 30, 36])
  }

  @Test("Shares follow base models: where there are as many of both, each base is made once")
  func trunkIsNotSpread() throws {
    let plan = try Laboratory.plan(
      """
      parameters: {model: tiny, method: em}
      axes: {temperature: [0.5, 1], model_seed: {count: 4}, seed: {count: 3}, step: {from: 0, to: 3}}
      """)
    let partition = partition(plan, into: 4)
    for shard in shards(4) {
      let kinds = plan.stages.filter { partition.stages(of: shard).contains($0.key) }
      #expect(kinds.count { $0.kind == "prepare" } == 1)
      #expect(kinds.count { $0.kind == "select" } == 1)
      #expect(partition.plan(of: shard, from: plan).runs.count == plan.runs.count / 4)
    }
  }

  @Test("What branches from one trajectory stays with it while there are enough others")
  func branchesStayTogether() throws {
    let plan = try Laboratory.plan(
      """
      parameters: {model: tiny, method: em}
      axes: {step: [0, 2, 4], rl_step: [0, 3], seed: {count: 4}}
      """)
    let four = partition(plan, into: 4)
    // By seed; GRPO from the base itself shares no trajectory with EM.
    #expect(four.parts == 8)
    for shard in shards(4) {
      let tree = StageTree(plan.stages, of: program)
      for stage in four.stages(of: shard).compactMap(tree.stage) where stage.kind == "grpo" {
        for parent in stage.parents { #expect(four.stages(of: shard).contains(parent)) }
      }
    }
    // Of one seed, two machines can still take a share each: the trajectory is made by both.
    let single = try Laboratory.plan(
      """
      parameters: {model: tiny, method: em}
      axes: {step: [2, 4], rl_step: [3]}
      """)
    check(single, into: 2, "one trajectory")
    let halves = partition(single, into: 2)
    #expect(halves.parts == 2)
    #expect(shards(2).map { halves.plan(of: $0, from: single).runs.count } == [1, 1])
  }

  @Test("A shard's plan counts what its runs share, as the walk does for the whole")
  func sharing() throws {
    for text in [
      SummaryTests.grid,
      """
      parameters: {model: tiny, method: em}
      axes: {model_seed: {count: 2}, rl_step: [0, 2], seed: {count: 2}, step: [0, 1, 3]}
      """,
    ] {
      let plan = try Laboratory.plan(text)
      let counted = StageSharing.of(plan.runs, plan.stages, kinds: plan.sharing.map(\.kind))
      for (own, walked) in zip(counted, plan.sharing) {
        #expect(own.kind == walked.kind && own.stages == walked.stages)
        #expect(own.steps == walked.steps && own.stepsAlone == walked.stepsAlone)
        // The walk counts a selection for the runs at step 0 too, which nothing of it leads to.
        #expect(own.kind == "select" ? own.uses < walked.uses : own.uses == walked.uses)
      }
      let whole = partition(plan, into: 1).plan(of: shards(1)[0], from: plan)
      #expect(Array(whole.runs) == Array(plan.runs))
    }
  }

  @Test("More shards than parts leave some empty, and none twice")
  func emptyShares() throws {
    let plan = try Laboratory.plan(
      "parameters: {model: tiny, method: em}\naxes: {seed: {count: 2}, step: [1, 2]}")
    let partition = partition(plan, into: 5)
    #expect(partition.parts == 2)
    let empty = partition.plan(of: shards(5)[0], from: plan)
    let tree = StageTree(empty.stages, of: program)
    #expect(PlanSummary(plan: empty, tree: tree, jobs: 0, standings: []).cells == 0)
    #expect(shards(5).map { partition.stages(of: $0).isEmpty } == [true, false, true, false, true])
    check(plan, into: 5, "two parts")
  }

  /// SplitMix64.
  private struct Generator {
    var state: UInt64

    mutating func next() -> UInt64 {
      state &+= 0x9e37_79b9_7f4a_7c15
      var word = state
      word = (word ^ (word >> 30)) &* 0xbf58_476d_1ce4_e5b9
      word = (word ^ (word >> 27)) &* 0x94d0_49bb_1331_11eb
      return word ^ (word >> 31)
    }

    mutating func from<Value>(_ values: [Value]) -> Value {
      values[Int(next() % UInt64(values.count))]
    }
  }
}
