/// What can be wrong with a job table.
package enum JobTableError: Error, Hashable, Sendable {
  /// There is no table at the path.
  case missing(path: String)
  /// The file or its folder is missing, cannot be entered, or is something else.
  case cannotOpen(path: String, detail: String)
  /// The file is not a job table, or its pages or rows contradict each other.
  case damaged(path: String, detail: String)
  /// A newer program wrote the table; `known` is the newest version that this one knows.
  case newerVersion(path: String, version: Int, known: Int)
  /// An older program wrote the table, and only its owner can bring it up to date.
  case olderVersion(path: String, version: Int, known: Int)
  /// No room is left on the device.
  case diskFull(path: String)
  /// The device or the file system failed.
  case deviceFailed(path: String, detail: String)
  /// The file or its folder may not be written.
  case readOnly(path: String)
  /// Another process kept the table locked for longer than we wait.
  case busy(path: String)
  /// An owner began to write while an idle table was being read.
  case changedWhileReading(path: String)
  /// The table has no grid of this name.
  case unknownGrid(String)
  /// The table has no job of this number.
  case unknownJob(Int64)
  /// A plan refers to what it does not contain; a fault of the program, not of the table.
  case brokenPlan(String)
  /// Anything else that SQLite says.
  case failed(path: String, code: Int, detail: String)
}

extension JobTableError: CustomStringConvertible {
  /// What is wrong, where, and what to do about it.
  package var description: String {
    switch self {
    case .missing(let path):
      "There is no job table at \(path). `espalier run GRID` makes one; with `--results DIR` you say "
        + "in which folder to look."
    case .cannotOpen(let path, let detail):
      "The job table \(path) cannot be opened: \(detail). Check that the folder exists and that you "
        + "may enter it."
    case .damaged(let path, let detail):
      "The job table \(path) is damaged: \(detail). Nothing was changed. Put a copy of it back, or "
        + "move the file and its -wal and -shm files away and run the grid again: the artifacts "
        + "stay."
    case .newerVersion(let path, let version, let known):
      "The job table \(path) was written by a newer Espalier (table version \(version); this one "
        + "knows up to \(known)). Use that version, or another results folder."
    case .olderVersion(let path, let version, let known):
      "The job table \(path) was written by an older Espalier (table version \(version); this one "
        + "reads \(known)). `espalier run GRID` brings it up to date."
    case .diskFull(let path):
      "No room is left where the job table \(path) lies. Nothing acknowledged is lost. Make room and "
        + "run the same command again."
    case .deviceFailed(let path, let detail):
      "The file system failed under the job table \(path): \(detail). Nothing acknowledged is lost. "
        + "Check the device, then run the same command again."
    case .readOnly(let path):
      "The job table \(path) or its folder may not be written. Change the permissions, or choose "
        + "another folder with `--results DIR`."
    case .busy(let path):
      "Another process holds the job table \(path) locked. Wait until it is done and try again."
    case .changedWhileReading(let path):
      "The job table \(path) changed while it was being read, because a run began. Try again."
    case .unknownGrid(let name):
      "The job table knows no grid \(name). `espalier run` records a grid."
    case .unknownJob(let number):
      "The job table has no job \(number)."
    case .brokenPlan(let detail):
      "The plan contradicts itself: \(detail). This is a fault of the program; please report it."
    case .failed(let path, let code, let detail):
      "The job table \(path) could not be used: \(detail) (SQLite code \(code))."
    }
  }
}
