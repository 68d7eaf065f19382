/// What can be wrong with a job table.
package enum JobTableError: Error, Hashable, Sendable {
  /// There is no table at the path.
  case missing(path: String)
  /// The folder of the table is missing or cannot be entered or written.
  case cannotOpen(path: String, detail: String)
  /// The file is not a job table, or its pages or rows contradict each other.
  case damaged(path: String, detail: String)
  /// The table was written by a newer program, of this schema version; `known` is ours.
  case newerVersion(path: String, version: Int, known: Int)
  /// No room left on the device.
  case diskFull(path: String)
  /// The device or the file system failed.
  case deviceFailed(path: String, detail: String)
  /// The file or its folder may not be written.
  case readOnly(path: String)
  /// Another process kept the table locked for longer than we wait.
  case busy(path: String)
  /// The owner began to write while an idle table was being read.
  case changedWhileReading(path: String)
  /// The table has no grid, job or run of this name.
  case unknown(String)
  /// A plan refers to what it does not contain.
  case brokenPlan(String)
  /// Anything else SQLite says.
  case failed(path: String, code: Int, detail: String)
}
