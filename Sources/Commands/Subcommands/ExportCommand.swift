import ArgumentParser

struct ExportCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "export",
    abstract: "Write a grid's runs, cells, timings and provenance as files.",
    discussion: """
      Writes runs.csv, summary.csv, timings.csv, claims.csv for a grid that makes claims, \
      provenance.json, report.md, report.html, the figures below figures/ and, when the grid file is \
      named, grid.yaml. Works during a run; runs that are not done yet stand in runs.csv with \
      their state.

      Examples:
        espalier export grids/quickstart.yaml --to tables
      """)

  @OptionGroup var grid: GridOptions

  @Option(
    help: ArgumentHelp("The folder to write to; it is made if need be.", valueName: "dir"),
    completion: .directory)
  var to: String

  func run() throws {
    let known = try KnownGrid(grid.grid, overrides: grid.overrides, results: grid.results)
    try known.export(to: to)
    let runs = try known.reader.counts(for: known.record.name).runs
    Terminal.print(
      "\(CountText.of(runs.total, "run")) of \(known.record.name), \(runs.done) of them done: \(to)"
    )
  }
}
