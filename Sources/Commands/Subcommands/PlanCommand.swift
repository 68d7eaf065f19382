import ArgumentParser
import Foundation
import JobTable
import Report

struct PlanCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "plan",
    abstract: "Show what a grid would run, what is shared, and what is done. Changes nothing.",
    discussion: """
      Counts are a difference to the results folder: new runs; runs that are done; runs reused, \
      since all their stages are done already for other runs; runs that failed; and orphaned ones, \
      which an earlier version of the grid asked for. The time is estimated from stages of the same \
      kinds that were timed on this machine before.
      """)

  @OptionGroup var grid: GridOptions

  @Option(help: "table, json or quiet (only the exit status: 0, or 2 for a bad grid).")
  var output = OutputMode.table

  func run() throws {
    try Self.show(grid, output: output)
  }

  static func show(_ options: GridOptions, output: OutputMode) throws {
    let loaded = try LoadedGrid(file: options.grid, overrides: options.overrides)
    let path = options.results.results + "/jobs.sqlite"
    let reader =
      FileManager.default.fileExists(atPath: path) ? try JobTableReader(path: path) : nil
    let planning = try Planning(loaded, in: reader)
    let text = PlanText(
      grid: loaded.name, summary: planning.summary,
      cost: CostEstimate(try planning.cost(of: loaded.grid.program, in: reader)),
      resources: loaded.grid.specification.program.resources)
    switch output {
    case .table: Terminal.print(text.text)
    case .json: Terminal.write(text.json.text, to: STDOUT_FILENO)
    case .quiet: break
    }
  }
}
