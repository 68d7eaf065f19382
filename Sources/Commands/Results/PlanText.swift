import Grid
import JobTable
import Planner
import Report

/// What a plan says, for people and as JSON.
struct PlanText {
  let grid: String
  let summary: PlanSummary
  /// Expected seconds of work on one core, with a 95% interval; `nil` while a kind of stage that is
  /// missing was never timed.
  let cost: CostEstimate?

  var text: String {
    let runs = summary.runs
    var lines = [
      "\(grid): \(Self.count(runs.total, "run")) in \(Self.count(summary.cells, "cell"))"
    ]
    lines.append("  " + Self.diff(runs))
    for kind in summary.kinds {
      let sharing = kind.sharing
      var line =
        "  \(kind.kind): \(Self.count(kind.stages.total, "stage")) (\(Self.diff(kind.stages)))"
      if sharing.uses > sharing.stages {
        line += "; alone, the runs would need \(sharing.uses)"
      }
      lines.append(line)
      if sharing.stepsAlone > 0 {
        lines.append(
          "    \(sharing.steps) steps instead of \(sharing.stepsAlone), \(kind.stepsLeft) of them to do"
        )
      }
    }
    if summary.jobs == 0 {
      lines.append("  nothing to compute")
    } else {
      lines.append("  \(Self.count(summary.jobs, "job")) to do")
      lines.append("  " + costText)
    }
    return lines.joined(separator: "\n")
  }

  private var costText: String {
    guard let cost else {
      return "time unknown: a kind of stage that is missing was never timed in these results"
    }
    return "about \(DurationText.short(cost.seconds)) of one core's time "
      + "(95%: \(DurationText.short(cost.low)) to \(DurationText.short(cost.high)))"
  }

  var json: OrderedJSON {
    .object([
      .init("grid", .string(grid)),
      .init("runs", Self.json(summary.runs)),
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
      .init("seconds", cost.map { .number($0.seconds) } ?? .null),
      .init("seconds_low", cost.map { .number($0.low) } ?? .null),
      .init("seconds_high", cost.map { .number($0.high) } ?? .null),
    ])
  }

  /// `240 new, 13,200 reused`: what is zero is left out.
  static func diff(_ counts: PlanSummary.Counts) -> String {
    let parts = [
      (counts.new, "new"), (counts.reused, "reused from other grids"), (counts.done, "done"),
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
