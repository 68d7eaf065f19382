import ArgumentParser

struct RunCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "run",
    abstract: "Plan a grid, run what is missing, and report. The same command resumes.",
    discussion: """
      What is done, for this or any other grid of the results folder, is not computed again. Ctrl-C \
      once ends in order and exits with 3, twice ends at once with 130; either way, and after any \
      kill, the same command goes on. Runs that failed stay failed until `espalier retry`.

      Examples:
        espalier run grids/quickstart.yaml
        espalier run sweep.yaml -j8 --max-fails 10
        espalier run sweep.yaml --set temperature=0.5 --results scratch
        espalier run sweep.yaml --dry-run
      """)

  @OptionGroup var grid: GridOptions
  @OptionGroup var options: RunOptions

  @Flag(name: [.customShort("n"), .long], help: "Only show the plan, as `espalier plan` does.")
  var dryRun = false

  func run() throws {
    if dryRun {
      try PlanCommand.show(grid, output: options.output)
    } else {
      try GridRun(grid, options).run(retrying: nil)
    }
  }
}
