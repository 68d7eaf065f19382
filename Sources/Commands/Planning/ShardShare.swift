import Grid
import Planner
import Report

/// What a share of a grid is, for people and as JSON.
struct ShardShare {
  let shard: Shard
  /// Runs of the share, and of the whole grid.
  let runs: Int
  let totalRuns: Int
  /// Pieces of the whole grid that share no trajectory.
  let parts: Int
  /// The share's part of the work that no other share does, from 0 to 1.
  let work: Double
  /// How many stages of each kind other shards may make as well.
  let trunk: [(kind: String, stages: Int)]

  init(_ partition: ShardPartition, _ shard: Shard, share: Plan, of plan: Plan) {
    self.shard = shard
    runs = share.runs.count
    totalRuns = plan.runs.count
    parts = partition.parts
    let total = partition.weights.reduce(0.0) { $0 + Double($1) }
    work = total > 0 ? Double(partition.weights[shard.number - 1]) / total : 0
    var counts: [String: Int] = [:]
    for stage in partition.trunk(of: shard).compactMap(share.stages.index) {
      let sort = share.stages.templates.sorts[share.stages.sort(at: stage)]
      counts[sort.kind, default: 0] += 1
    }
    trunk = plan.sharing.compactMap { kind in counts[kind.kind].map { (kind.kind, $0) } }
  }

  /// `shard 3/8: 44 of 132 runs, 12.5% of the work`.
  var title: String {
    let share = (work * 1000).rounded() / 10
    return "shard \(shard): \(runs) of \(CountText.of(totalRuns, "run")), \(share)% of the work"
  }

  var lines: [String] {
    var lines = [title]
    if runs == 0 {
      lines = [
        "shard \(shard) has no runs: the grid falls into \(CountText.of(parts, "part")) that "
          + "share\(parts == 1 ? "s" : "") no trajectory, fewer than there are shards"
      ]
    }
    if shard.count > 1, !trunk.isEmpty {
      lines.append(
        "made in each shard that needs it, unless merged in before: "
          + trunk.map { "\($0.stages) × \($0.kind)" }.joined(separator: ", "))
    }
    return lines
  }

  var json: OrderedJSON {
    .object([
      .init("shard", .string(shard.description)),
      .init("runs", .integer(runs)),
      .init("runs_of_grid", .integer(totalRuns)),
      .init("parts_of_grid", .integer(parts)),
      .init("share_of_work", .number(work)),
      .init(
        "made_in_several_shards",
        .array(
          trunk.map {
            .object([.init("kind", .string($0.kind)), .init("stages", .integer($0.stages))])
          })),
    ])
  }
}
