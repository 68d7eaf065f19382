import Artifacts
import CShims
import Execution
import Foundation
import Grid
import JobTable

/// Copies what attempts said from one results folder to another.
struct LogCopy {
  let source: ResultsFolder
  let target: ResultsFolder

  /// - Parameter log: where it lies in the source, as its table says.
  /// - Returns: where it lies now, for the table; `nil` for an attempt that said nothing.
  /// - Throws: `FileError` when it cannot be written, `CommandFailure` when it cannot be read.
  func copy(_ log: String?, to job: JobID, _ attempt: Attempt) throws -> String? {
    guard let log, FileManager.default.fileExists(atPath: source.log(log)) else { return nil }
    espalier_fault_pass(ESPALIER_FAULT_MERGE)
    let bytes: Data
    do {
      bytes = try Data(contentsOf: URL(filePath: source.log(log)))
    } catch {
      throw CommandFailure(
        "the log \(source.log(log)) cannot be read: \(error.localizedDescription)", status: .store)
    }
    let folder = "logs/\(job.rawValue / 1000)"
    try Folder.make(target.log(folder))
    let path = "\(folder)/\(job)-\(attempt).log"
    try AtomicFile.write(Array(bytes), to: target.log(path))
    return path
  }
}
