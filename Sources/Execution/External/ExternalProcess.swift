import Artifacts
import CShims
import Glibc
import Grid
import Scheduler

/// The process of one attempt of an external program: its reports are taken from its output, and
/// everything else it says goes into the attempt's log.
///
/// `@unchecked Sendable`: everything mutable is touched by the thread that listens to the guard only,
/// and by the owner before that has heard of it.
final class ExternalProcess: @unchecked Sendable {
  enum Word: Sendable {
    /// These results are complete, and the program is at this value of its prefix axis.
    case reported([ReportLedger.Completed], step: Int?)
    /// What it reported makes the attempt a failure.
    case failed(Failure)
    /// The process is gone. `last` is what that means if the end was a good one.
    case ended(ProcessEnd, last: ReportLedger.Ending, detail: String)
    /// It could not be started.
    case notStarted(SpawnFailure)
  }

  /// A longer line is no report but a part of the log.
  static let longestLine = 1 << 20
  /// More than this of the report file is not read.
  static let longestReport = 64 << 20

  let key: Session.ProgramKey
  /// What it was to execute, for messages.
  let path: String
  private let report: String
  private let started: (Int32) -> Void
  private var lines = LineSplitter(limit: ExternalProcess.longestLine)
  private var ledger: ReportLedger
  private let log: AttemptLog
  /// Of standard error alone: which of two pipes is read first says nothing of what came last.
  private var errors = LogTail()
  private var failure: Failure?
  private var hasEnded = false
  /// Whether what is being read has a report in it.
  private var hasReported = false

  /// - Parameters:
  ///   - report: the file that the program may write instead of its output.
  ///   - started: called with the process group, once that is known.
  init(
    _ key: Session.ProgramKey, path: String, ledger: ReportLedger, log: AttemptLog, report: String,
    started: @escaping (Int32) -> Void
  ) {
    self.key = key
    self.path = path
    self.ledger = ledger
    self.log = log
    self.report = report
    self.started = started
  }

  func hasStarted(_ group: Int32) { started(group) }

  /// Returns whether a report was among it.
  func readOutput(_ bytes: UnsafeRawBufferPointer, _ post: (Word) -> Void) -> Bool {
    hasReported = false
    lines.take(bytes) { piece, line in read(line, piece, post) }
    log.flush()
    return hasReported
  }

  func readError(_ bytes: UnsafeRawBufferPointer) {
    errors.add(bytes)
    log.write(bytes)
    log.flush()
  }

  /// Takes in again what was reported, as far as the guard had written it down when it died: a report
  /// that is repeated says nothing new.
  func readAgain(_ journaled: [[UInt8]], _ post: (Word) -> Void) {
    lines = LineSplitter(limit: Self.longestLine)
    for line in journaled { line.withUnsafeBytes { readReport($0, post, isLogged: false) } }
  }

  private func read(
    _ line: UnsafeRawBufferPointer, _ piece: LineSplitter.Piece, _ post: (Word) -> Void
  ) {
    switch piece {
    case .part: log.write(line)
    case .lastPart: log.write(line: line)
    case .line: readReport(line, post, isLogged: true)
    }
  }

  private func readReport(
    _ line: UnsafeRawBufferPointer, _ post: (Word) -> Void, isLogged: Bool
  ) {
    switch failure == nil ? ledger.take(line) : .text {
    case .text: if isLogged { log.write(line: line) }
    case .report(let completed):
      hasReported = true
      // Most programs report once, and that is complete with their end.
      if !completed.isEmpty || ledger.step != nil {
        post(.reported(completed, step: ledger.step))
      }
    case .failure(let failure):
      hasReported = true
      self.failure = failure
      log.write(line: line)
      log.note(failure.message)
      if !hasEnded { post(.failed(failure)) }
    }
  }

  func end(_ end: ProcessEnd, _ post: (Word) -> Void) {
    hasEnded = true
    // Half a line is what a program that was killed leaves; it says nothing.
    lines.finish { piece, line in
      if end == .exited(0) { read(line, piece, post) } else { log.write(line: line) }
    }
    readReportFile(post)
    let last = failure.map { ReportLedger.Ending(failure: $0) } ?? ledger.finish()
    if end == .exited(0), let failure = last.failure { log.note(failure.message) }
    log.finish()
    post(.ended(end, last: last, detail: end == .exited(0) ? "" : complaint))
  }

  /// What it said last that tells why it failed.
  private var complaint: String {
    let words = errors.lastLine
    return words.isEmpty ? log.lastLine : words
  }

  /// Takes in what the program wrote into the file of `ESPALIER_RESULTS`.
  private func readReportFile(_ post: (Word) -> Void) {
    guard let bytes = SystemCall.contents(of: report, atMost: Self.longestReport) else { return }
    bytes.withUnsafeBytes { lines.take($0) { piece, line in read(line, piece, post) } }
    lines.finish { piece, line in read(line, piece, post) }
  }
}
