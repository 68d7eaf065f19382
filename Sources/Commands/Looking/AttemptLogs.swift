import Artifacts
import Execution
import Foundation
import Grid
import JobTable
import Report

/// Reads what attempts said: from the store, or from the file of its own that earlier versions gave to
/// each attempt.
struct AttemptLogs {
  private let folder: ResultsFolder
  private let store: LogReader

  /// - Throws: `CommandFailure` when the logs cannot be read.
  init(results: ResultsOption) throws {
    folder = ResultsFolder(path: results.results)
    do throws(FileError) {
      store = try LogReader(folder: folder.logs)
    } catch {
      throw CommandFailure("the logs cannot be read: \(error)", status: .store)
    }
  }

  /// What to say where parts of the logs are damaged or gone; `nil` where none is known to be.
  var caution: String? {
    store.isIncomplete
      ? "some of the logs in this folder are damaged or gone, and may be missing here; "
        + "`\(CommandLineText.program) verify` says more"
      : nil
  }

  /// The log's text; `nil` when the attempt said nothing. Bytes that are not UTF-8 are replaced.
  ///
  /// - Throws: `CommandFailure` when it is there and cannot be read.
  func text(of attempt: AttemptRecord) throws -> String? {
    guard let mark = attempt.log else { return nil }
    let name = LogName(job: attempt.job.rawValue, attempt: attempt.attempt.rawValue)
    do throws(FileError) {
      if let bytes = try store.bytes(of: name) { return String(decoding: bytes, as: UTF8.self) }
    } catch {
      throw CommandFailure("the log cannot be read: \(error)", status: .store)
    }
    let path = folder.log(mark)
    guard mark.hasSuffix(".log"), FileManager.default.fileExists(atPath: path) else { return nil }
    do {
      return String(decoding: try Data(contentsOf: URL(filePath: path)), as: UTF8.self)
    } catch {
      throw CommandFailure(
        "the log \(path) cannot be read: \(error.localizedDescription)", status: .store)
    }
  }

  /// How people get at the log of a job's last attempt: the command that shows it, or the path of a
  /// file of its own.
  ///
  /// - Parameters:
  ///   - results: the results folder, from where the user is.
  ///   - program: what starts Espalier there.
  static func place(
    of mark: String, job: JobID, results: String, program: String = CommandLineText.program
  ) -> String {
    if mark.hasSuffix(".log") { return ResultsFolder(path: results).log(mark) }
    let folder = results == "results" ? "" : " --results " + CommandLineText.quoted(results)
    return "\(program) logs --job \(job)\(folder)"
  }

  /// Of each job the last attempt that left a log.
  static func last(of attempts: [AttemptRecord]) -> [AttemptRecord] {
    var last: [JobID: AttemptRecord] = [:]
    for attempt in attempts where attempt.log != nil && attempt.hasBegun {
      last[attempt.job] = attempt
    }
    return last.sorted { $0.key < $1.key }.map(\.value)
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
