import BuiltinProgram
import Foundation
import Grid
import Planner

/// A grid file that was read and found right.
struct LoadedGrid {
  let grid: ReadGrid
  /// The file's text.
  let source: String
  /// The file's path as the user gave it.
  let file: String
  /// The grid's results folder below the results: its identity in the job table.
  let name: String
  /// What the command line said of it.
  let overrides: [String]

  /// Reads the grid file; warnings go to standard error, unless nobody asked for the file.
  ///
  /// - Throws: `CommandFailure` with every fault of the file, one a line.
  init(file: String, overrides: [String], isQuiet: Bool = false) throws {
    self.file = file
    let bytes = try Self.bytes(of: file)
    let reader = GridReader(builtin: BuiltinProgram.description) {
      path throws(UnreadableFile) in try Self.included(path)
    }
    do {
      let source = try GridSource(file: file, bytes: bytes, overrides: overrides)
      self.source = source.text
      grid = try reader.read(source)
    } catch {
      throw CommandFailure(error.description)
    }
    for warning in grid.warnings where !isQuiet { Terminal.note(warning.description) }
    name = Self.name(of: file, grid: grid.specification.name)
    self.overrides = overrides
    if !Self.isFolderName(name) {
      let folder = String(name.prefix { $0 != "/" })
      throw CommandFailure(
        "\(file): the results of a grid named “\(grid.specification.name)” would lie in the folder "
          + "“\(folder)” of the results, which \(folder.isEmpty ? "is no name" : "has another use")"
          + "; give the grid another name")
    }
  }

  /// Whether a grid of that name has a folder of its own below the results.
  static func isFolderName(_ name: String) -> Bool {
    let parts = name.split(separator: "/", omittingEmptySubsequences: false)
    return !name.contains("\0") && !parts.contains { $0.isEmpty || $0 == "." || $0 == ".." }
      && !parts.prefix(1).contains { ownNames.contains(String($0)) }
  }

  /// What the results folder has of its own.
  private static let ownNames: Set<String> = [
    "jobs.sqlite", "jobs.sqlite-wal", "jobs.sqlite-shm", "artifacts", "logs", "work", "owner.lock",
    "processes",
  ]

  /// The file's text, with the overrides of the command line as a remark.
  var annotatedSource: String {
    overrides.isEmpty
      ? source : overrides.map { "# --set \($0)\n" }.joined() + source
  }

  /// The path below the last folder called `grids`, without its ending; else the grid's own name.
  static func name(of file: String, grid: String) -> String {
    let parts = URL(filePath: file).standardizedFileURL.pathComponents
    if let folder = parts.dropLast().lastIndex(of: "grids") {
      var below = Array(parts[(folder + 1)...])
      let last = URL(filePath: below.removeLast()).deletingPathExtension().lastPathComponent
      return (below + [last]).joined(separator: "/")
    }
    // A name may be anything; a folder may not.
    return String(grid.map { $0 == "/" || $0 == "\0" ? "-" : $0 }.drop { $0 == "." })
  }

  private static func bytes(of path: String) throws -> [UInt8] {
    do {
      return Array(try Data(contentsOf: URL(filePath: path)))
    } catch {
      throw CommandFailure(
        "the grid file “\(path)” cannot be read: \(reason(error)). Give the path of a YAML file, "
          + "such as grids/quickstart.yaml.")
    }
  }

  private static func included(_ path: String) throws(UnreadableFile) -> String {
    do {
      return try String(contentsOfFile: path, encoding: .utf8)
    } catch {
      throw UnreadableFile(reason: reason(error))
    }
  }

  private static func reason(_ error: any Error) -> String {
    switch (error as? CocoaError)?.code {
    case .fileReadNoSuchFile?, .fileNoSuchFile?: "there is no such file"
    case .fileReadNoPermission?: "permission denied"
    case .fileReadInapplicableStringEncoding?: "it is not UTF-8"
    case .fileReadUnknown?: "it is a folder or the device fails"
    default: (error as NSError).localizedDescription
    }
  }
}
