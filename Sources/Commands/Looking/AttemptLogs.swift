import Execution
import Foundation
import Grid
import JobTable
import Report

/// Reads what attempts said.
struct AttemptLogs {
  let results: ResultsOption

  /// Where the log lies, from where the user is; `nil` for an attempt without one.
  func path(of attempt: AttemptRecord) -> String? {
    attempt.log.map { ResultsFolder(path: results.results).log($0) }
  }

  /// The log's text; `nil` when the attempt said nothing. Bytes that are not UTF-8 are replaced.
  ///
  /// - Throws: `CommandFailure` when the file is there and cannot be read.
  func text(of attempt: AttemptRecord) throws -> String? {
    guard let path = path(of: attempt), FileManager.default.fileExists(atPath: path) else {
      return nil
    }
    do {
      return String(decoding: try Data(contentsOf: URL(filePath: path)), as: UTF8.self)
    } catch {
      throw CommandFailure(
        "the log \(path) cannot be read: \(error.localizedDescription)", status: .store)
    }
  }

  /// `job 3 (train.py x=1), attempt 2: failed: exit status 1`.
  static func title(_ attempt: AttemptRecord) -> String {
    "job \(attempt.job) (\(attempt.label)), attempt \(attempt.attempt): \(attempt.standing)"
  }
}

/// A line of a log that a pattern fits.
struct LogMatch {
  let attempt: AttemptRecord
  let line: Int
  let text: String
}
