/// The folder of all results, by its paths. Made by its owner; looking at it makes nothing.
package struct ResultsFolder: Hashable, Sendable {
  /// The folder itself, absolute and without a slash at its end.
  package let path: String

  package init(path: String) {
    self.path = path
  }

  /// The job table of all grids.
  package var table: String { path + "/jobs.sqlite" }
  /// The artifacts of all grids.
  package var artifacts: String { path + "/artifacts" }
  /// What attempts said, as a log store. Earlier versions gave each attempt a file of its own.
  package var logs: String { path + "/logs" }
  /// Says which process owns the folder.
  package var lock: String { path + "/owner.lock" }
  /// Says which processes the owner has started and not yet seen the end of.
  package var processes: String { path + "/processes" }
  /// What external programs keep between attempts, and their reports.
  package var work: String { path + "/work" }

  /// The folder of a grid's exports and report; `grid` is its name in the job table.
  package func grid(_ grid: String) -> String { path + "/" + grid }

  /// That folder and those within it, all in which its exports are written.
  package func exportFolders(of grid: String) -> [String] {
    [self.grid(grid), self.grid(grid) + "/figures"]
  }

  /// What the table keeps as the log of an attempt: that it is in the store. Earlier versions named a
  /// file of its own.
  package static let logMark = "logs"

  /// The file that a log path of the job table names.
  package func log(_ relativePath: String) -> String { path + "/" + relativePath }
}
