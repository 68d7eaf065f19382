import Grid
import JobTable
import Report

/// What a merge did.
struct MergeReport {
  /// One grid that was taken in.
  struct Grid {
    enum Standing: String {
      /// It was not in this folder before.
      case new
      /// It was, as the same grid.
      case same
      /// It was, as another version: this folder's stays, and gets what it has in common with the other.
      case other
    }

    let name: String
    let standing: Standing
    /// As they are after the merge.
    var runs: GridCounts.Runs
  }

  let from: String
  let into: String
  var grids: [Grid] = []
  /// Results that were taken, and those that were here already.
  var results = 0
  var known = 0
  var attempts = 0
  var failures = 0
  var logs = 0
  var artifacts = 0
  /// Results that were not taken since an artifact of theirs is missing or damaged there.
  var withoutArtifacts = 0
  /// Whether some of the logs there are known to be damaged or gone.
  var logsAreDamaged = false
  /// Results of stages that no grid of this folder needs.
  var unneeded = 0

  /// - Parameter run: the command that completes a grid.
  func text(run: (String) -> String) -> String {
    let counts = [
      CountText.of(results, "result"), CountText.of(attempts, "attempt"),
      CountText.of(failures, "failure"), CountText.of(logs, "log"),
      CountText.of(artifacts, "artifact"),
    ]
    var lines = ["\(from) → \(into)"]
    lines.append(
      "  taken in: \(counts.joined(separator: ", ")); \(CountText.of(known, "result")) "
        + "\(known == 1 ? "was" : "were") here already")
    if withoutArtifacts > 0 {
      lines.append(
        "  left out: \(CountText.of(withoutArtifacts, "result")) with a missing or damaged artifact in "
          + "\(from); `\(CommandLineText.program) run` computes them again")
    }
    if logsAreDamaged {
      lines.append("  some of the logs in \(from) are damaged or gone; the others were taken")
    }
    if unneeded > 0 {
      lines.append(
        "  left out: \(CountText.of(unneeded, "result")) that no run of these grids needs here")
    }
    for grid in grids {
      let runs = grid.runs
      let open = runs.pending + runs.running
      let name = DisplayText.printable(grid.name)
      var line = "  \(name): \(CountText.of(runs.total, "run")), \(runs.done) done"
      if runs.failed > 0 { line += ", \(runs.failed) failed" }
      if open > 0 { line += ", \(open) to do: \(run(grid.name))" }
      lines.append(line)
      if grid.standing == .other {
        lines.append(
          "    \(from) has another version of this grid; the one here stays, and has what both share"
        )
      }
    }
    return lines.joined(separator: "\n")
  }

  var json: OrderedJSON {
    .object([
      .init("from", .string(from)), .init("into", .string(into)),
      .init("results", .integer(results)), .init("results_known", .integer(known)),
      .init("results_without_artifacts", .integer(withoutArtifacts)),
      .init("results_unneeded", .integer(unneeded)),
      .init("attempts", .integer(attempts)), .init("failures", .integer(failures)),
      .init("logs", .integer(logs)), .init("logs_damaged", .boolean(logsAreDamaged)),
      .init("artifacts", .integer(artifacts)),
      .init(
        "grids",
        .array(
          grids.map { grid in
            .object([
              .init("grid", .string(grid.name)),
              .init("standing", .string(grid.standing.rawValue)),
              .init("runs", .integer(grid.runs.total)),
              .init("done", .integer(grid.runs.done)),
              .init("failed", .integer(grid.runs.failed)),
              .init("pending", .integer(grid.runs.pending + grid.runs.running)),
            ])
          })),
    ])
  }
}
