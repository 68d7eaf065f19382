import ArgumentParser
import Grid
import Report

struct ReportCommand: ParsableCommand {
  enum Format: String, ExpressibleByArgument, CaseIterable {
    case table, csv, markdown, html, latex, json
  }

  static let configuration = CommandConfiguration(
    commandName: "report",
    abstract: "Show a grid's results as they are now.",
    discussion: """
      Works during a run and changes nothing. Without --rows, --columns, --metric and --statistic \
      the tables are those that the grid file asks for. An axis that is neither named nor averaged over labels the \
      rows too, so that nothing is pooled silently. On a terminal a table ends after 200 rows; \
      piped into a file or a pager it is whole.

      Examples:
        espalier report grids/quickstart.yaml
        espalier report sweep.yaml --rows temperature --columns step --metric loss
        espalier report sweep.yaml --format csv > cells.csv
      """)

  @OptionGroup var grid: GridOptions

  @Option(
    help:
      """
      table; csv: every cell with all its statistics, as summary.csv; markdown, html: the whole \
      report; latex: tables and claims for a paper (booktabs); json: claims and cells with all their \
      statistics and runs.
      """)
  var format = Format.table

  @Option(help: ArgumentHelp("Axes that label the rows, separated by commas.", valueName: "axes"))
  var rows: String?

  @Option(help: ArgumentHelp("Axes that label the columns.", valueName: "axes"))
  var columns: String?

  @Option(help: ArgumentHelp("Metrics to show.", valueName: "metrics"))
  var metric: String?

  @Option(
    help: ArgumentHelp(
      "What the entries show: \(ReportStatistic.allCases.map(\.rawValue).joined(separator: ", ")).",
      valueName: "statistic"), completion: .list(ReportStatistic.allCases.map(\.rawValue)))
  var statistic: String?

  /// More rows of one table than anyone scrolls back to; a file gets them all.
  static let terminalRows = 200

  @Flag(help: "Also show spread and skewness of each cell.")
  var spread = false

  func run() throws {
    let known = try KnownGrid(grid.grid, overrides: grid.overrides, results: grid.results)
    let exports = try known.exports()
    var specification = known.record.specification.report
    if let rows { specification.rows = CommandLineText.names(rows) }
    if let columns { specification.columns = CommandLineText.names(columns) }
    if let metric { specification.metrics = CommandLineText.names(metric) }
    if let statistic {
      guard let known = ReportStatistic(rawValue: statistic) else {
        let names = ReportStatistic.allCases.map(\.rawValue)
        throw CommandFailure(
          "there is no statistic “\(statistic)”; "
            + (Suggestion.nearest(to: statistic, among: names).map { "did you mean “\($0)”?" }
              ?? "there are \(names.joined(separator: ", "))"))
      }
      specification.statistic = known
    }
    switch format {
    case .table:
      let report = try exports.report(specification)
      Terminal.write(
        report.terminal(
          width: Terminal.outputIsTerminal ? Terminal.width : nil,
          rowLimit: Terminal.outputIsTerminal ? Self.terminalRows : nil, spread: spread),
        to: 1)
    case .csv:
      Terminal.write(String(decoding: try exports.bytes(of: .summary), as: UTF8.self), to: 1)
    case .html:
      Terminal.write(String(decoding: try exports.html(specification), as: UTF8.self), to: 1)
    case .markdown:
      let report = try exports.report(specification)
      Terminal.write(report.markdown(origin: try exports.origin), to: 1)
    case .latex:
      Terminal.write(try exports.report(specification).latex(origin: try exports.origin), to: 1)
    case .json:
      let report = try exports.report(specification)
      Terminal.write(
        report.json(origin: try exports.origin, ids: exports.results.ids).text, to: 1)
    }
  }
}
