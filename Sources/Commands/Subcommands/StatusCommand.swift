import ArgumentParser
import JobTable
import Report

struct StatusCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "status",
    abstract: "Show how far grids have come, and what failed.",
    discussion: """
      Runs are done, failed (a job that they need failed for good), running (a job of theirs is at \
      work) or to do. Below stand the stages of each kind; the rate of the last ten minutes and the \
      time that is left, with a 95% interval from the times of like stages; how far each value of \
      each axis is (done of all its runs; with a grid of up to 20,000 runs named, or with --axes); and the failures in \
      clusters: failed jobs with the same reason and, but for numbers, the same message (all that came to \
      their limit of memory are one, and all that came to that of time). A cluster's id goes to `espalier retry --cluster` and `espalier runs --where failure=ID`. Works \
      during a run and changes nothing.

      JSON, for each grid: grid; runs with total, done, failed, running, pending, orphaned; for each \
      kind in stages: kind, done, open, failed; axes (axis, and values with value, runs, done, failed); \
      shards (shard, runs, done, failed, jobs, jobs_done) and runs_of_other_shards_missing; \
      running_jobs, jobs_asking_again, stages_per_second; seconds_left with seconds_left_low and _high \
      while a run is going on, and core_seconds_left with its _low and _high, the time of one core; \
      unknown_kinds, which were never timed; failures (cluster, reason, message, runs, jobs, log). What \
      is not known is null.

      Examples:
        espalier status
        espalier status grids/quickstart.yaml
        espalier status sweep --axes
        espalier status sweep --output json
      """)

  /// Looking at every run of more than these takes longer than one waits for a status.
  private static let axesLimit = 20_000

  @Argument(
    help: ArgumentHelp("The grid file; without it, every grid of the results.", valueName: "grid"),
    completion: .file(extensions: ["yaml", "yml"]))
  var grid: String?

  @Flag(help: "Show how far each value of each axis is, for every grid of whatever size.")
  var axes = false

  @OptionGroup var results: ResultsOption

  @Option(help: "table, json or quiet (only the exit status).")
  var output = OutputMode.table

  func run() throws {
    let reader: JobTableReader
    let records: [GridRecord]
    var file: (path: String, isCurrent: Bool)?
    if let grid {
      let known = try KnownGrid(grid, results: results)
      reader = known.reader
      records = [known.record]
      file = known.file.map { ($0, known.isCurrent) }
    } else {
      reader = try KnownGrid.reader(results)
      records = try reader.grids()
    }
    let statuses = try records.map { record in
      let isSmall =
        try grid != nil && reader.counts(for: record.name).runs.total <= Self.axesLimit
      return try GridStatus(record, in: reader, results: results, byAxis: axes || isSmall)
    }
    switch output {
    case .table:
      Terminal.print(
        statuses.map { $0.text(file: file, isNamed: grid != nil) }
          .joined(separator: "\n\n"))
    case .json: Terminal.write(OrderedJSON.array(statuses.map(\.json)).text, to: 1)
    case .quiet: break
    }
  }
}
