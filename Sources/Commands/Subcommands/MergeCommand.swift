import ArgumentParser
import Execution
import Foundation
import Report

struct MergeCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "merge",
    abstract: "Take the results of another folder into this one.",
    discussion: """
      For grids that several machines ran in shares, each into a folder of its own. Grids that this \
      folder does not have are recorded; results are accepted by their stage's key, artifacts by their \
      hash; attempts, failures, logs and timings come along. What the other folder has not finished is \
      simply missing: the next `espalier run` completes it. When all shares are in, runs.csv and \
      summary.csv are those of one machine, byte for byte. The other folder is only read.

      Merging twice changes nothing, and a merge that was killed is completed by the next one. It is \
      refused, with nothing changed, while an owner works on either folder, and when the two contradict \
      each other: the same stage with another result.

      JSON: from, into, results, results_known, results_without_artifacts, results_unneeded, attempts, \
      failures, logs, logs_damaged, artifacts, and for each of grids: grid, standing (new, same or \
      other), runs, done, failed, pending.

      Exit status: 0 merged, 2 bad usage, 4 a folder is in use or damaged, or they contradict each other.

      Examples:
        espalier merge shard-2
        espalier merge /mnt/usb/results --grid paper/t1-main
        espalier merge shard-2 --results shard-1 --output json
      """)

  @Argument(
    help: ArgumentHelp("The other results folder.", valueName: "other"), completion: .directory)
  var other: String

  @Option(
    help: ArgumentHelp(
      "Only this grid, by its name in the other folder, or by its file.", valueName: "grid"),
    completion: .file(extensions: ["yaml", "yml"]))
  var grid: String?

  @OptionGroup var results: ResultsOption

  @Option(help: "table, json or quiet (only the exit status).")
  var output = OutputMode.table

  func run() throws {
    let merge = Merge(
      source: ResultsFolder(path: Self.absolute(other)),
      target: ResultsFolder(path: Self.absolute(results.results)), from: other,
      into: results.results, grid: try grid.map(Self.name),
      progress: output == .quiet ? nil : PlainProgress())
    let report = try merge()
    switch output {
    case .table:
      Terminal.print(
        report.text { name in
          let file = ["grids/\(name).yaml", "\(name).yaml"]
            .first { FileManager.default.fileExists(atPath: $0) }
          return CommandLineText.command("run", file ?? "GRID", results: results)
        })
    case .json: Terminal.write(report.json.text, to: STDOUT_FILENO)
    case .quiet: break
    }
  }

  private static func name(of grid: String) throws -> String {
    guard grid.hasSuffix(".yaml") || grid.hasSuffix(".yml"),
      FileManager.default.fileExists(atPath: grid)
    else { return grid }
    return try LoadedGrid(file: grid, overrides: []).name
  }

  private static func absolute(_ path: String) -> String {
    let path = URL(filePath: path).standardizedFileURL.path(percentEncoded: false)
    return path.count > 1 && path.hasSuffix("/") ? String(path.dropLast()) : path
  }
}
