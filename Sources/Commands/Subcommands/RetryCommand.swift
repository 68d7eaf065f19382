import ArgumentParser

struct RetryCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "retry",
    abstract: "Run a grid's failed runs again, and whatever else is missing.",
    discussion: """
      With --cluster only the failures of one cluster are tried again; `espalier status GRID` lists \
      the clusters. --time-limit gives them more time, --memory more memory. At the end it is said \
      what became of the runs that were tried again. In a folder that holds a share of the grid, \
      --shard keeps to that share; without it everything that is missing is run.

      JSON: at the end, that of `espalier status GRID` without the axes.

      Examples:
        espalier retry sweep.yaml
        espalier retry sweep.yaml --cluster 0a1b2c3d --memory 8GiB
        espalier retry sweep.yaml --shard 1/3 --results shard-1
      """)

  @OptionGroup var grid: GridOptions
  @OptionGroup var options: RunOptions
  @OptionGroup var share: ShardOption

  @Option(help: ArgumentHelp("The failure cluster to try again.", valueName: "id"))
  var cluster: String?

  func run() throws {
    try GridRun(grid, options, shard: share.shard).run(retrying: .failed(cluster: cluster))
  }
}
