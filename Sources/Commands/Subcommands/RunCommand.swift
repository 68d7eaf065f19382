import ArgumentParser

struct RunCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "run",
    abstract: "Plan a grid, run what is missing, and report. The same command resumes.",
    discussion: """
      What is done, for this or any other grid of the results folder, is not computed again. Ctrl-C \
      once ends in order and exits with 3, twice ends at once with 130; either way, and after any \
      kill, the same command goes on. Runs that failed stay failed until `espalier retry`.

      With --shard K/N only one of N shares is run, for several machines that know nothing of each \
      other; afterwards `espalier merge` brings their results folders together, and a plain `run` \
      completes what is missing.

      On a terminal of at least 60 columns and 16 lines a view of workers, throughput, cells (of \
      grids beyond 50,000 runs looked at every ten seconds, or every few minutes where that takes \
      seconds) and failures is drawn in place; on a smaller one a single line; elsewhere plain lines \
      every ten seconds. --output quiet shows nothing, and NO_COLOR=1 leaves colours out.

      JSON: at the end, that of `espalier status GRID` without the axes.

      Examples:
        espalier run grids/quickstart.yaml
        espalier run sweep.yaml -j8 --max-fails 10
        espalier run sweep.yaml --set temperature=0.5 --results scratch
        espalier run sweep.yaml --dry-run
        espalier run sweep.yaml --shard 1/3 --results shard-1
      """)

  @OptionGroup var grid: GridOptions
  @OptionGroup var options: RunOptions
  @OptionGroup var share: ShardOption

  @Flag(name: [.customShort("n"), .long], help: "Only show the plan, as `espalier plan` does.")
  var dryRun = false

  func run() throws {
    if dryRun {
      try PlanCommand.show(grid, shard: share.shard, output: options.output)
    } else {
      try GridRun(grid, options, shard: share.shard).run(retrying: nil)
    }
  }
}
