import ArgumentParser
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
    let statuses = try records.map { try GridStatus($0, in: reader, results: results) }
    switch output {
    case .table: Terminal.print(statuses.map { $0.text(file: grid) }.joined(separator: "\n\n"))
    case .json: Terminal.write(OrderedJSON.array(statuses.map(\.json)).text, to: 1)
    case .quiet: break
    }
  }
}
