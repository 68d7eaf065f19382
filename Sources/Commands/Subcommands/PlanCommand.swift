import ArgumentParser
import Artifacts
import Execution
import Foundation
import Grid
import JobTable
import Report

struct PlanCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "plan",
    abstract: "Show what a grid would run, what is shared, and what is done. Changes nothing.",
    discussion: """
      Counts are a difference to the results folder: new runs; runs that are done; runs reused, \
      since all their stages are done already for other runs; runs that failed; and orphaned ones, \
      which an earlier version of the grid asked for. What is done and has lost an artifact counts \
      as not done, since `espalier run` does it again. The time is estimated from stages of the same \
      kinds that were timed on this machine before.

      Where there are none, --pilot runs the few of the grid's own jobs that have to be timed, at \
      most for about the time of --pilot-time, and then shows the plan. What they complete is kept, \
      as by `espalier run`; the pace of what is too long is taken from its progress.

      With --shard K/N the plan is that of one of N shares of the grid: what shares a trajectory stays \
      together, and the shares are about equal in steps. Base models and selections that several shares \
      start from are made in each, unless they were merged in before; the plan names them.

      JSON: grid, shard (null, or shard, runs, runs_of_grid, parts_of_grid, share_of_work, \
      made_in_several_shards); runs, with total, new, reused, done, pending, failed; orphaned, cells, \
      jobs; for each kind in stages: kind, stages (counted like runs), uses, steps, steps_alone, \
      steps_left; cost with seconds, seconds_low, seconds_high (of one core; null where not known), \
      unknown_kinds, timed_at_other_values_of, memory_bytes, disk_bytes.

      Examples:
        espalier plan grids/quickstart.yaml
        espalier plan grids/quickstart.yaml --set axes.seed.count=16
        espalier plan grids/quickstart.yaml --shard 1/3
        espalier plan grids/quickstart.yaml --output json
      """)

  @OptionGroup var grid: GridOptions
  @OptionGroup var share: ShardOption

  @Flag(help: "First run a few jobs of kinds that were never timed.")
  var pilot = false

  @Option(
    help: ArgumentHelp(
      "How long the pilot may take, such as 30s or 5m (default: 1m).", valueName: "time"))
  var pilotTime: TimeLimit?

  @Option(help: "table, json or quiet (only the exit status: 0, or 2 for a bad grid).")
  var output = OutputMode.table

  func validate() throws {
    if pilotTime != nil, !pilot { throw ValidationError("--pilot-time goes with --pilot") }
    try pilotTime?.validate("--pilot-time")
    if pilot, share.text != nil {
      throw ValidationError("--pilot times jobs of the whole grid and does not go with --shard")
    }
  }

  func run() throws {
    if pilot {
      let options = try RunOptions.parse(["--output", output.rawValue])
      try PilotRun(run: GridRun(grid, options), budget: pilotTime?.seconds ?? 60)()
    } else {
      try Self.show(grid, shard: share.shard, output: output)
    }
  }

  static func show(_ options: GridOptions, shard: Shard?, output: OutputMode) throws {
    let loaded = try LoadedGrid(file: options.grid, overrides: options.overrides)
    loaded.warnOfMissingProgram()
    let folder = ResultsFolder(path: options.results.results)
    let reader =
      FileManager.default.fileExists(atPath: folder.table)
      ? try JobTableReader(path: folder.table) : nil
    let planning = try Planning(
      loaded, in: reader, store: ArtifactStore(folder: folder.artifacts), shard: shard)
    try show(planning, loaded, options, in: reader, output: output)
  }

  /// - Parameter estimated: what stages will cost that a pilot has begun and not completed.
  static func show(
    _ planning: Planning, estimated: [TimedStage] = [], _ loaded: LoadedGrid,
    _ options: GridOptions, in reader: JobTableReader?, output: OutputMode
  ) throws {
    let cost = try planning.cost(of: loaded.grid.program, in: reader, estimated: estimated)
    let text = PlanText(
      grid: loaded.name, summary: planning.summary, cost: CostEstimate(cost),
      resources: loaded.grid.specification.program.resources,
      pilot: options.command("plan") + " --pilot", share: planning.share)
    switch output {
    case .table: Terminal.print(text.text)
    case .json: Terminal.write(text.json.text, to: STDOUT_FILENO)
    case .quiet: break
    }
  }
}

extension LoadedGrid {
  /// Says so when the program that the grid starts is not there: `run` would only find out job by job.
  fileprivate func warnOfMissingProgram() {
    guard case .external(let program) = grid.specification.program.work,
      let missing = program.missingExecutable(
        environment: ProcessInfo.processInfo.environment,
        directory: URL(filePath: file).deletingLastPathComponent().path(percentEncoded: false))
    else { return }
    Terminal.note(
      "\(file): warning: there is no program “\(missing)” that can be executed; every job would fail"
    )
  }
}
