import ArgumentParser
import Report

struct ExplainCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "explain",
    abstract: "Show where a run stands and why: parameters, stages, attempts, what it waits for.",
    discussion: """
      A run's id is the first column of runs.csv; `espalier runs GRID` lists them. What is missing \
      comes with what it will cost, from the times of like stages in these results. Works during a \
      run and changes nothing.

      JSON, for each grid that has the run: run, grid, state, in_grid (false for an orphan), reasons, \
      parameters, metrics; stages (kind, step, key, job, state, seconds); attempts (job, label, attempt, \
      started, seconds, outcome, message, log); core_seconds_left with core_seconds_left_low and _high; \
      unknown_kinds, which were never timed.

      Examples:
        espalier explain f11c5e914ac9
        espalier explain f11c5e914ac9 --output json
      """)

  @Argument(
    help: ArgumentHelp("A run's id, or the first four or more digits of it.", valueName: "run"))
  var id: String

  @OptionGroup var results: ResultsOption

  @Option(help: "table, json or quiet (only the exit status).")
  var output = OutputMode.table

  func run() throws {
    let known = try KnownRun(id, results: results)
    let explanations = try known.details.map { try RunExplanation($0, of: known) }
    switch output {
    case .table: Terminal.print(explanations.map(\.text).joined(separator: "\n\n"))
    case .json: Terminal.write(OrderedJSON.array(explanations.map(\.json)).text, to: 1)
    case .quiet: break
    }
  }
}
