import Aggregator
import ArgumentParser
import Glibc
import Grid
import Planner
import Report

struct SummarizeCommand: ParsableCommand {
  enum Format: String, ExpressibleByArgument, CaseIterable {
    case table, csv, markdown, latex
  }

  static let configuration = CommandConfiguration(
    commandName: "summarize",
    abstract: "Statistics of any CSV file of runs: means, intervals, spread, paired differences.",
    discussion: """
      One row of the file is one run (or one of its steps); W&B exports, lm-eval tables and \
      runs.csv are such files. Rows that agree on the --by columns make a cell. What is not said is \
      guessed, and the guess is printed. A column called state or status tells failed runs: they \
      count as planned and have no values.

      CSV is read as RFC 4180 says. Lines that cannot be read are left out and told with their \
      number. Exit status: 0; 1 when lines or values were left out, or runs failed; 2 when there is \
      nothing to summarize.

      Examples:
        espalier summarize runs.csv
        espalier summarize runs.csv --by temperature,step --metric accuracy
        espalier summarize wandb.csv --by lr --metric eval/loss --where "_step == 900"
        espalier summarize runs.csv --by method --baseline method=none
        xzcat runs.csv.xz | espalier summarize - --by model --format csv
      """)

  @Argument(
    help: ArgumentHelp("The file; - is standard input.", valueName: "file.csv"),
    completion: .file(extensions: ["csv"]))
  var file: String

  @Option(
    help: ArgumentHelp(
      "The columns that tell cells apart, separated by commas.", valueName: "columns"))
  var by: String?

  @Option(
    help: ArgumentHelp(
      "The columns that tell the runs of a cell apart, such as the seed; pairs agree on them.",
      valueName: "columns"))
  var replicate: String?

  @Option(help: ArgumentHelp("The columns with the figures.", valueName: "columns"))
  var metric: String?

  @Option(
    help: ArgumentHelp(
      "The cell that others are compared with, such as method=none or lr=0.1,step=0.",
      valueName: "column=value"))
  var baseline: String?

  @Option(
    name: .customLong("where"),
    help: ArgumentHelp(
      "Keep only rows for which this holds, such as \"step <= 10\". May be given several times.",
      valueName: "condition"))
  var conditions: [String] = []

  @Option(help: ArgumentHelp("The --by columns that label the table's rows.", valueName: "columns"))
  var rows: String?

  @Option(
    help: ArgumentHelp("The --by columns that label the table's columns.", valueName: "columns"))
  var columns: String?

  @Option(help: "table; csv: every cell with all its statistics; markdown; latex (booktabs).")
  var format = Format.table

  @Option(
    help: ArgumentHelp(
      "Also write the figures that the columns suggest, as SVG, into this folder.",
      valueName: "folder"), completion: .directory)
  var figures: String?

  @Flag(help: "Also show spread and skewness of each cell.")
  var spread = false

  func validate() throws {
    if format == .csv, baseline != nil || rows != nil || columns != nil || spread {
      throw ValidationError(
        "--format csv has every cell with all its statistics; --baseline, --rows, --columns and "
          + "--spread go with the other forms.")
    }
  }

  /// More tables than these nobody asked for.
  private static let tables = 4

  func run() throws {
    do {
      try summarize()
    } catch let fault as ColumnFault {
      throw CommandFailure(Self.sentence(fault, file: name))
    } catch let fault as AggregationFault {
      throw CommandFailure(fault.description)
    }
  }

  private var name: String { file == "-" ? "standard input" : file }

  private func summarize() throws {
    let input = try InputFile(path: file)
    let (head, isWhole) = try input.head()
    guard !head.isEmpty else { throw CommandFailure("\(name) is empty.") }
    let sample = try ColumnSample(head, isWhole: isWhole)
    if sample.rows == 0, isWhole {
      throw CommandFailure("\(name) has a header and no rows that can be used.")
    }
    let guess = try ColumnGuess(
      sample, axes: Self.names(by), replicates: Self.names(replicate), metrics: Self.names(metric),
      metricLimit: format == .csv ? nil : Self.tables)
    if let sentence = guess.sentence { Terminal.note(sentence) }
    let conditions = try self.conditions.map(Self.condition)
    let baseline = try baseline.map(Self.assignment)

    var reader = CSVReader { try input.read(into: $0) }
    // The sample found a header in the same bytes.
    while try reader.next() != .record {}
    let table = try TabulatedRuns(
      from: &reader, header: sample.header, roles: guess.roles, where: conditions)
    for sentence in table.faults.sentences { Terminal.note("\(name): \(sentence)") }
    if table.notFinite > 0 {
      Terminal.note(
        "\(name): \(CountText.of(table.notFinite, "value")) "
          + "\(table.notFinite == 1 ? "is" : "are") NaN or infinite and "
          + "\(table.notFinite == 1 ? "counts" : "count") as missing")
    }
    guard table.runs.count > 0 else {
      throw CommandFailure(
        table.excluded > 0
          ? "none of the \(CountText.of(table.excluded, "row")) of \(name) meets the conditions."
          : "\(name) has a header and no rows that can be used.")
    }
    try show(table, guess.roles, baseline)
    if let figures {
      let drawn = try FileSummary.figures(of: table.runs, roles: guess.roles)
      try GridExports.write(drawn, to: figures)
      Terminal.note("\(CountText.of(drawn.count, "figure")) in \(figures)")
    }
    let failed = table.runs.count(of: .failed)
    if !table.faults.isEmpty || failed > 0 { throw ExitStatus.someRunsFailed.code }
  }

  private func show(
    _ table: TabulatedRuns, _ roles: ColumnRoles, _ baseline: ParameterAssignment?
  ) throws {
    if format == .csv {
      let cells = try CellTable(table.runs, averagingOver: roles.replicates)
      try SummaryExport.write(cells) { bytes in
        Terminal.write(String(decoding: bytes, as: UTF8.self), to: STDOUT_FILENO)
      }
      return
    }
    if baseline != nil, roles.replicates.isEmpty {
      throw CommandFailure(
        "--baseline compares runs pair by pair; name the columns that pairs agree on with "
          + "--replicate.")
    }
    let summary = try FileSummary(
      table.runs, roles: roles, rows: Self.names(rows) ?? [], columns: Self.names(columns) ?? [],
      baseline: baseline)
    switch format {
    case .table:
      let limit = Terminal.outputIsTerminal ? ReportCommand.terminalRows : nil
      Terminal.write(
        summary.terminal(
          width: Terminal.outputIsTerminal ? Terminal.width : nil, rowLimit: limit, spread: spread),
        to: STDOUT_FILENO)
    case .markdown: Terminal.write(summary.markdown(spread: spread), to: STDOUT_FILENO)
    case .latex: Terminal.write(summary.latex(spread: spread), to: STDOUT_FILENO)
    case .csv: break
    }
  }

  private static func names(_ text: String?) -> [String]? {
    text.map(CommandLineText.names)
  }

  private static func condition(_ text: String) throws -> RunCondition {
    guard let condition = RunCondition(text: text) else {
      throw CommandFailure(
        "“\(text)” is no condition. Write a column, one of == != < <= > >=, and a value, such as "
          + "--where \"step <= 10\".")
    }
    return condition
  }

  private static func assignment(_ text: String) throws -> ParameterAssignment {
    var assignment: ParameterAssignment = [:]
    for part in CommandLineText.names(text) {
      guard let condition = RunCondition(text: part), condition.comparison == .equal else {
        throw CommandFailure(
          "“\(part)” names no cell. Write --baseline column=value, several with commas.")
      }
      assignment[condition.name] = condition.value
    }
    return assignment
  }

  private static func sentence(_ fault: ColumnFault, file: String) -> String {
    switch fault {
    case .noHeader: "\(file) has no header: its first line must name the columns."
    case .unknownColumn(let name, let known):
      "\(file) has no column “\(name)”."
        + (Suggestion.nearest(to: name, among: known).map { " Did you mean “\($0)”?" } ?? "")
        + " It has \(known.prefix(30).joined(separator: ", "))"
        + (known.count > 30 ? " and \(known.count - 30) more." : ".")
    case .columnTwice(let name): "\(file) has several columns “\(name)”; rename all but one."
    case .namedTwice(let name):
      "the column “\(name)” is named for two things; a column tells cells apart, or runs, or is a "
        + "metric."
    case .noMetrics(let known):
      "no column of \(file) looks like a metric. Name one with --metric; it has "
        + "\(known.prefix(30).joined(separator: ", "))."
    }
  }
}
