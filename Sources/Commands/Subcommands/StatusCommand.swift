import ArgumentParser
import Foundation
import Grid
import JobTable
import Report

struct StatusCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "status",
    abstract: "Show how far grids have come, and what failed.",
    discussion: "Works during a run and changes nothing.")

  @Argument(
    help: ArgumentHelp("The grid file; without it, every grid of the results.", valueName: "grid"))
  var grid: String?

  @OptionGroup var results: ResultsOption

  @Option(help: "table or json.")
  var output = OutputMode.table

  func run() throws {
    let reader: JobTableReader
    let records: [GridRecord]
    if let grid {
      let known = try KnownGrid(grid, results: results)
      reader = known.reader
      records = [known.record]
    } else {
      reader = try KnownGrid.reader(results)
      records = try reader.grids()
    }
    let statuses = try records.map { try GridStatus($0, in: reader) }
    switch output {
    case .table: Terminal.print(statuses.map { $0.text(file: grid) }.joined(separator: "\n\n"))
    case .json: Terminal.write(OrderedJSON.array(statuses.map(\.json)).text, to: 1)
    case .quiet: break
    }
  }
}

/// How far one grid has come.
struct GridStatus {
  let record: GridRecord
  let counts: GridCounts
  let clusters: [FailureCluster]
  let jobsAskingAgain: Int

  init(_ record: GridRecord, in reader: JobTableReader) throws {
    self.record = record
    counts = try reader.counts(for: record.name)
    clusters = try reader.failureClusters(in: record.name)
    jobsAskingAgain = try reader.jobsAskingAgain(in: record.name)
  }

  func text(file: String?) -> String {
    let runs = counts.runs
    var lines = [
      "\(record.name): \(runs.total) runs, \(runs.done) done, \(runs.failed) failed, "
        + "\(runs.running) running, \(runs.pending) to do"
    ]
    for stage in counts.stages {
      let failed = stage.failed > 0 ? ", \(stage.failed) failed" : ""
      lines.append(
        "  \(stage.kind): \(stage.done) of \(stage.done + stage.open + stage.failed)\(failed)")
    }
    if runs.orphaned > 0 {
      lines.append("  \(runs.orphaned) runs of an earlier version of the grid are kept aside")
    }
    if jobsAskingAgain > 0 {
      lines.append(
        "  \(jobsAskingAgain) job\(jobsAskingAgain == 1 ? "" : "s") asked for another try "
          + "(exit status 75), which is not counted")
    }
    for cluster in clusters {
      lines.append("")
      lines.append("  failure \(cluster.id): \(cluster.runs) runs, \(cluster.jobs.count) jobs")
      lines.append("    \(cluster.example.message)")
      if let log = cluster.exampleLog { lines.append("    log: \(log)") }
    }
    if !clusters.isEmpty {
      lines.append("")
      lines.append("  try them again with: espalier retry \(file ?? record.name)")
    }
    return lines.joined(separator: "\n")
  }

  var json: OrderedJSON {
    .object([
      .init("grid", .string(record.name)),
      .init(
        "runs",
        .object([
          .init("total", .integer(counts.runs.total)),
          .init("done", .integer(counts.runs.done)),
          .init("failed", .integer(counts.runs.failed)),
          .init("running", .integer(counts.runs.running)),
          .init("pending", .integer(counts.runs.pending)),
          .init("orphaned", .integer(counts.runs.orphaned)),
        ])),
      .init(
        "stages",
        .array(
          counts.stages.map {
            .object([
              .init("kind", .string($0.kind)), .init("done", .integer($0.done)),
              .init("open", .integer($0.open)), .init("failed", .integer($0.failed)),
            ])
          })),
      .init("jobs_asking_again", .integer(jobsAskingAgain)),
      .init(
        "failures",
        .array(
          clusters.map {
            .object([
              .init("cluster", .string($0.id)), .init("runs", .integer($0.runs)),
              .init("jobs", .integer($0.jobs.count)),
              .init("message", .string($0.example.message)),
              .init("log", $0.exampleLog.map { .string($0) } ?? .null),
            ])
          })),
    ])
  }
}
