import ArgumentParser
import Execution
import Foundation
import JobTable
import Report

struct VerifyCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "verify",
    abstract: "Check every invariant of the job table, the artifacts and the exports.",
    discussion: """
      The job table is checked whole: SQLite's own checks, every stage, run and result against its \
      hash, the states of stages, jobs and runs against each other, the numbers of attempts, the \
      dependencies of jobs. Every artifact is read and held against its record; runs.csv, \
      summary.csv and claims.csv are made again and compared. With a grid, only its artifacts and \
      exports. All logs are read. Works during a run and changes nothing.

      Exit status: 0 all is well, 1 an exported file is not what the table says, 4 the table, an \
      artifact or a log is damaged.

      JSON: results, verdict (well, or the worst severity), findings (severity, message), checked (grids, \
      runs, artifacts, bytes, exports; null where the table cannot be opened).

      Examples:
        espalier verify
        espalier verify grids/quickstart.yaml --output json
      """)

  @Argument(
    help: ArgumentHelp("The grid file; without it, the whole results folder.", valueName: "grid"),
    completion: .file(extensions: ["yaml", "yml"]))
  var grid: String?

  @OptionGroup var results: ResultsOption

  @Option(help: "table, json or quiet (only the exit status).")
  var output = OutputMode.table

  func run() throws {
    let reader: JobTableReader
    do {
      reader = try KnownGrid.reader(results)
    } catch let error as JobTableError {
      show([VerificationFinding(severity: .damage, message: error.description)], nil)
      throw ExitStatus.store.code
    }
    let record = try grid.map { try KnownGrid($0, results: results).record }
    var verification = Verification(
      folder: ResultsFolder(path: results.results), reader: reader, grid: record)
    try verification.run()
    show(verification.findings, verification.checked)
    let status = verification.severity.status
    if status != .done { throw status.code }
  }

  private func show(
    _ findings: [VerificationFinding], _ checked: Verification.Checked?
  ) {
    switch output {
    case .table: Terminal.print(text(findings, checked))
    case .json: Terminal.write(json(findings, checked).text, to: 1)
    case .quiet: break
    }
  }

  private func text(
    _ findings: [VerificationFinding], _ checked: Verification.Checked?
  ) -> String {
    var lines = findings.sorted { $0.severity > $1.severity }.map {
      "\($0.severity.rawValue): \($0.message)"
    }
    if let checked {
      lines.append(
        "checked \(checked.grids) grid\(checked.grids == 1 ? "" : "s") with "
          + "\(CountText.of(checked.runs, "run")), "
          + "\(CountText.of(checked.artifacts, "artifact")) of \(ByteText.short(checked.bytes)), "
          + "\(CountText.of(checked.exports, "exported file"))")
    }
    let worst = findings.map(\.severity).max() ?? .note
    let count = findings.count { $0.severity != .note }
    lines.append(
      worst == .note
        ? "\(results.results): all is well"
        : "\(results.results): \(count) thing\(count == 1 ? " is" : "s are") not as recorded")
    return lines.joined(separator: "\n")
  }

  private func json(
    _ findings: [VerificationFinding], _ checked: Verification.Checked?
  ) -> OrderedJSON {
    let worst = findings.map(\.severity).max() ?? .note
    return .object([
      .init("results", .string(results.results)),
      .init("verdict", .string(worst == .note ? "well" : worst.rawValue)),
      .init(
        "findings",
        .array(
          findings.map {
            .object([
              .init("severity", .string($0.severity.rawValue)),
              .init("message", .string($0.message)),
            ])
          })),
      .init(
        "checked",
        checked.map {
          .object([
            .init("grids", .integer($0.grids)), .init("runs", .integer($0.runs)),
            .init("artifacts", .integer($0.artifacts)), .init("bytes", .integer($0.bytes)),
            .init("exports", .integer($0.exports)),
          ])
        } ?? .null),
    ])
  }
}
