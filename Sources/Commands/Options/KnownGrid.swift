import BuiltinProgram
import Execution
import Foundation
import Grid
import JobTable
import Planner

/// A grid that the job table has, for the commands that only look.
struct KnownGrid {
  let record: GridRecord
  let reader: JobTableReader
  /// The grid file's text, where the user named the file.
  let source: String?
  /// The grid file, where the user named it.
  let file: String?
  /// Whether the file says what was run last, options of the command line included.
  let isCurrent: Bool
  let folder: ResultsFolder

  init(
    record: GridRecord, reader: JobTableReader, folder: ResultsFolder, source: String?,
    file: String? = nil
  ) {
    self.record = record
    self.reader = reader
    self.folder = folder
    self.source = source
    self.file = file
    isCurrent = true
  }

  /// Finds the grid of a file, or one by its name in the results.
  init(_ name: String, overrides: [String] = [], results: ResultsOption) throws {
    try Self.refuseExportsAlone(name, overrides: overrides, results: results)
    let reader = try Self.reader(results)
    folder = ResultsFolder(path: results.results)
    if FileManager.default.fileExists(atPath: name) {
      let loaded = try LoadedGrid(file: name, overrides: overrides)
      guard let record = try reader.grid(loaded.name) else {
        if let owner = OwnedFolder.livingOwner(of: folder) {
          throw CommandFailure(
            "\(name) does not stand in the job table of \(results.results) yet; process \(owner.pid) is "
              + "at work there, and may be entering it. Look again in a moment")
        }
        throw CommandFailure(
          "\(name) has not been run into \(results.results) yet. "
            + "Run it with: "
            + CommandLineText.command("run", name, results: results, overrides: overrides))
      }
      isCurrent = Self.isRecord(record, of: loaded)
      if !isCurrent {
        Terminal.note(
          "note: \(name) is not what was run last; these are the results of the grid as it was then"
        )
      }
      source = isCurrent ? loaded.annotatedSource : nil
      file = name
      self.record = record
    } else {
      guard let record = try reader.grid(name) else {
        throw try Self.unknown(name, in: reader, results: results)
      }
      source = nil
      file = nil
      isCurrent = true
      self.record = record
    }
    self.reader = reader
  }

  private static func unknown(
    _ name: String, in reader: JobTableReader, results: ResultsOption
  ) throws -> CommandFailure {
    let known = try reader.grids().map(\.name).sorted()
    let files = ["\(name).yaml", "\(name).yml", "grids/\(name).yaml"]
      .filter { FileManager.default.fileExists(atPath: $0) }
    let nearest = files.first ?? Suggestion.nearest(to: name, among: known)
    return CommandFailure(
      "there is no file “\(name)”, and no grid of that name in \(results.results)"
        + (known.isEmpty ? "." : "; it has \(known.joined(separator: ", ")).")
        + (nearest.map { " Did you mean “\($0)”?" } ?? ""))
  }

  /// Whether a grid file says what was run last. A program of the user's is described by the grid alone, so
  /// that equal specifications are enough; the built-in one may plan the same grid in another way now.
  static func isRecord(_ record: GridRecord, of loaded: LoadedGrid) -> Bool {
    if case .external = record.specification.program.work,
      record.specification == loaded.grid.specification
    {
      return true
    }
    return record.hash == loaded.grid.hash
  }

  /// Exports are kept in repositories, the job table behind them is not: a fresh clone has tables to read
  /// and nothing to make others from.
  private static func refuseExportsAlone(
    _ name: String, overrides: [String], results: ResultsOption
  ) throws {
    let folder = ResultsFolder(path: results.results)
    let files = FileManager.default
    if files.fileExists(atPath: folder.table) { return }
    let isFile = files.fileExists(atPath: name)
    let grid = isFile ? try LoadedGrid(file: name, overrides: overrides).name : name
    let exports = folder.grid(grid)
    let found = ["report.md", "summary.csv", "runs.csv"].filter {
      files.fileExists(atPath: exports + "/" + $0)
    }
    if found.isEmpty { return }
    throw CommandFailure(
      "\(exports) has exported tables (\(found.joined(separator: ", "))), but there is no job table "
        + "\(folder.table) to make others from. Read these files, or compute the results again"
        + (isFile
          ? " with: " + CommandLineText.command("run", name, results: results, overrides: overrides)
          : " with: \(CommandLineText.program) run, and the grid's file"))
  }

  static func reader(_ option: ResultsOption) throws -> JobTableReader {
    let path = option.results + "/jobs.sqlite"
    guard FileManager.default.fileExists(atPath: path) else {
      throw CommandFailure(
        "there are no results in “\(option.results)” yet (no \(path)). "
          + "Run a grid first, or name the folder with --results.")
    }
    let owner = OwnedFolder.livingOwner(of: ResultsFolder(path: option.results))
    return try JobTableReader(path: path, isOwned: owner != nil)
  }

  /// The metrics of the grid's program, in the order of their columns.
  var metrics: [MetricDescription] { Self.metrics(of: record.specification) }

  static func metrics(of specification: GridSpecification) -> [MetricDescription] {
    switch specification.program.work {
    case .builtin: BuiltinProgram.description.metrics
    case .external: []
    }
  }

  /// The description of a recorded grid's program.
  static func program(of specification: GridSpecification) -> ProgramDescription {
    switch specification.program.work {
    case .builtin: BuiltinProgram.description
    case .external(let program):
      ProgramDescription(external: program, parameters: specification.parameterNames)
    }
  }

  func exports() throws -> GridExports {
    try GridExports(
      GridResults(of: record, in: reader, metricOrder: metrics.map(\.name)), reader: reader,
      folder: folder, source: source, file: file, descriptions: metrics)
  }
}
