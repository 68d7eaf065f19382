import Foundation

/// Commands as the user would type them, for hints.
enum CommandLineText {
  /// What the user types to start the program.
  static let program =
    ProcessInfo.processInfo.environment[variable].flatMap { $0.isEmpty ? nil : quoted($0) }
    ?? "espalier"
  /// By which `tools/espalier` says how it was called; not meant for the programs of a grid.
  static let variable = "ESPALIER_COMMAND"

  /// `espalier run grids/x.yaml --results out --set 'step=[0, 5]'`.
  static func command(
    _ name: String, _ grid: String, results: ResultsOption, overrides: [String] = []
  ) -> String {
    "\(program) \(name) \(quoted(grid))"
      + (results.results == "results" ? "" : " --results \(quoted(results.results))")
      + overrides.map { " --set \(quoted($0))" }.joined()
  }

  /// The names in a list with commas, without the spaces around them.
  static func names(_ text: String) -> [String] {
    text.split(separator: ",").map { name in
      String(name.drop { $0 == " " }.reversed().drop { $0 == " " }.reversed())
    }
  }

  /// The text as one word of a POSIX shell; in quotes only where it needs them.
  static func quoted(_ text: String) -> String {
    let isPlain =
      !text.isEmpty
      && text.utf8.allSatisfy { byte in
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
          UInt8(ascii: "0")...UInt8(ascii: "9"):
          true
        default: "-_./=:,+@%".utf8.contains(byte)
        }
      }
    if isPlain { return text }
    let parts = text.split(separator: "'", omittingEmptySubsequences: false)
    return "'" + parts.joined(separator: "'\\''") + "'"
  }
}

extension GridOptions {
  /// The command of that name for this grid.
  func command(_ name: String) -> String {
    CommandLineText.command(name, grid, results: results, overrides: overrides)
  }
}
