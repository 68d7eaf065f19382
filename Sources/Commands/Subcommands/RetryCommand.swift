import ArgumentParser

struct RetryCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "retry",
    abstract: "Run a grid's failed runs again, and whatever else is missing.",
    discussion: """
      With --cluster only the failures of one cluster are tried again; `espalier status GRID` lists \
      the clusters. --time-limit gives them more time, --memory more memory. At the end it is said \
      what became of the runs that were tried again.

      Examples:
        espalier retry sweep.yaml
        espalier retry sweep.yaml --cluster 0a1b2c3d --memory 8GiB
      """)

  @OptionGroup var grid: GridOptions
  @OptionGroup var options: RunOptions

  @Option(help: ArgumentHelp("The failure cluster to try again.", valueName: "id"))
  var cluster: String?

  func run() throws {
    try GridRun(grid, options).run(retrying: .failed(cluster: cluster))
  }
}
