import Grid
import JobTable
import Planner
import Report

/// What a plan says, for people and as JSON.
struct PlanText {
  let grid: String
  let summary: PlanSummary
  let cost: CostEstimate
  /// What one job may use; of a program of the user's.
  let resources: Resources
  /// The command that times what is missing; shown where something was never timed.
  let pilot: String
  /// Set for the plan of a share of the grid.
  let share: ShardShare?

  var text: String {
    var lines = [
      "\(grid): \(Self.count(summary.runs.total, "run")) in \(Self.count(summary.cells, "cell"))"
    ]
    lines += (share?.lines ?? []).map { "  " + $0 }
    lines.append("  " + Self.diff(summary))
    for kind in summary.kinds {
      let sharing = kind.sharing
      var line =
        "  \(kind.kind): \(Self.count(kind.stages.total, "stage")) (\(Self.diff(kind.stages)))"
      if sharing.stepsAlone > 0 {
        line += ", \(Self.count(sharing.steps, "step")) (\(kind.stepsLeft) to do)"
      }
      lines.append(line)
    }
    if let saving { lines.append("  " + saving) }
    if summary.jobs == 0 {
      lines.append("  nothing to compute")
    } else {
      lines.append("  \(Self.count(summary.jobs, "job")) to do: \(cost.text)")
      if !cost.isComplete, share == nil {
        lines.append("  to tell, run a few of them first: \(pilot)")
      }
      lines += needs.map { "  " + $0 }
    }
    return lines.joined(separator: "\n")
  }

  /// What runs save by sharing what they have in common, against each computing its own.
  private var saving: String? {
    let stages = summary.kinds.reduce(0) { $0 + $1.sharing.stages }
    let uses = summary.kinds.reduce(0) { $0 + $1.sharing.uses }
    let steps = summary.kinds.reduce(0) { $0.addingSaturated($1.sharing.steps) }
    let alone = summary.kinds.reduce(0) { $0.addingSaturated($1.sharing.stepsAlone) }
    guard uses > stages || alone > steps else { return nil }
    let training = alone > 0 ? " and \(steps) steps instead of \(alone)" : ""
    return "shared: \(stages) stages instead of \(uses)\(training), were each run on its own"
  }

  private var needs: [String] {
    var needs: [String] = []
    if let memory = cost.cost.memory {
      needs.append(
        "memory: at most about \(ByteText.short(memory)) for each of the jobs that run at once")
    } else if let memory = resources.memory {
      needs.append("memory: up to \(ByteText.short(memory)) for each of the jobs that run at once")
    }
    if let disk = cost.cost.disk, disk > 0 {
      needs.append("disk: up to \(ByteText.short(disk)) of artifacts")
    }
    return needs
  }

  var json: OrderedJSON {
    .object([
      .init("grid", .string(grid)),
      .init("shard", share.map(\.json) ?? .null),
      .init("runs", Self.json(summary.runs)),
      .init("orphaned", .integer(summary.orphaned)),
      .init("cells", .integer(summary.cells)),
      .init("jobs", .integer(summary.jobs)),
      .init(
        "stages",
        .array(
          summary.kinds.map { kind in
            .object([
              .init("kind", .string(kind.kind)),
              .init("stages", Self.json(kind.stages)),
              .init("uses", .integer(kind.sharing.uses)),
              .init("steps", .integer(kind.sharing.steps)),
              .init("steps_alone", .integer(kind.sharing.stepsAlone)),
              .init("steps_left", .integer(kind.stepsLeft)),
            ])
          })),
      .init(
        "cost",
        .object([
          .init("seconds", cost.knownSeconds.map { .number($0) } ?? .null),
          .init("seconds_low", cost.interval.map { .number($0.lowerBound) } ?? .null),
          .init("seconds_high", cost.interval.map { .number($0.upperBound) } ?? .null),
          .init("unknown_kinds", .array(cost.cost.unknownKinds.map { .string($0) })),
          .init("timed_at_other_values_of", .array(cost.cost.otherValues.map { .string($0) })),
          .init(
            "memory_bytes", (cost.cost.memory ?? resources.memory).map { .integer($0) } ?? .null),
          .init("disk_bytes", cost.cost.disk.map { .integer($0) } ?? .null),
        ])),
    ])
  }

  /// `240 new, 13200 done, 12 orphaned`: what is zero is left out.
  static func diff(_ summary: PlanSummary) -> String {
    let orphaned =
      "\(summary.orphaned) orphaned (of an earlier version of the grid, kept aside)"
    return diff(summary.runs) + (summary.orphaned > 0 ? ", " + orphaned : "")
  }

  /// The same of stages.
  static func diff(_ counts: PlanSummary.Counts) -> String {
    let parts = [
      (counts.new, "new"), (counts.reused, "reused"), (counts.done, "done"),
      (counts.pending, "planned before, not done"), (counts.failed, "failed"),
    ].filter { $0.0 > 0 }.map { "\($0.0) \($0.1)" }
    return parts.isEmpty ? "none" : parts.joined(separator: ", ")
  }

  private static func json(_ counts: PlanSummary.Counts) -> OrderedJSON {
    .object([
      .init("total", .integer(counts.total)), .init("new", .integer(counts.new)),
      .init("reused", .integer(counts.reused)), .init("done", .integer(counts.done)),
      .init("pending", .integer(counts.pending)), .init("failed", .integer(counts.failed)),
    ])
  }

  private static func count(_ number: Int, _ noun: String) -> String {
    "\(number) \(noun)\(number == 1 ? "" : "s")"
  }
}
