import Artifacts
import CShims
import Execution
import Foundation
import Grid
import JobTable

/// Copies what attempts said from one results folder to another.
struct LogCopy {
  private let source: ResultsFolder
  private let sourceLogs: LogReader
  private let target: LogStore
  /// What the target had when the merge began.
  private let known: LogReader

  private var pending: [(name: LogName, bytes: [UInt8])] = []
  /// Bytes that wait for `flush`.
  private(set) var pendingBytes = 0

  init(source: ResultsFolder, target: ResultsFolder) throws(FileError) {
    self.source = source
    sourceLogs = try LogReader(folder: source.logs)
    known = try LogReader(folder: target.logs)
    self.target = LogStore(folder: target.logs)
  }

  /// Whether something of the source's logs is known to be damaged or gone.
  var isIncomplete: Bool { sourceLogs.isIncomplete }

  /// Takes what an attempt said, for an attempt of the target.
  ///
  /// - Returns: whether it said anything.
  /// - Throws: `FileError` or `CommandFailure` when it cannot be read.
  mutating func take(_ attempt: AttemptRecord, as job: JobID, _ number: Attempt) throws -> Bool {
    guard let bytes = try bytes(of: attempt), !bytes.isEmpty else { return false }
    pending.append((LogName(job: job.rawValue, attempt: number.rawValue), bytes))
    pendingBytes += bytes.count
    return true
  }

  private func bytes(of attempt: AttemptRecord) throws -> [UInt8]? {
    guard let mark = attempt.log else { return nil }
    let name = LogName(job: attempt.job.rawValue, attempt: attempt.attempt.rawValue)
    if let bytes = try sourceLogs.bytes(of: name) { return bytes }
    // Earlier versions gave each attempt a file of its own.
    guard mark != ResultsFolder.logMark else { return nil }
    return FileManager.default.contents(atPath: source.log(mark)).map { Array($0) }
  }

  /// Brings into the target what was taken. What an earlier merge brought that was killed before its table
  /// knew of it is not said twice.
  mutating func flush() throws(FileError) {
    for (name, bytes) in pending {
      espalier_fault_pass(ESPALIER_FAULT_MERGE)
      var rest = bytes[...]
      if let known = try known.bytes(of: name), rest.starts(with: known) {
        rest = rest.dropFirst(known.count)
      }
      rest.withUnsafeBytes { target.append($0, to: name) }
    }
    try target.flush()
    pending = []
    pendingBytes = 0
  }
}
