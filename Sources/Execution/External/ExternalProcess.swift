import Dispatch
import Glibc
import Grid
import Scheduler

/// The process of one attempt of an external program: its reports are taken from its output, and
/// everything else it says goes into the attempt's log.
///
/// `@unchecked Sendable`: everything mutable is touched on `queue` only; `child` is safe by itself.
final class ExternalProcess: @unchecked Sendable {
  enum Word: Sendable {
    /// These results are complete, and the program is at this value of its prefix axis.
    case reported([ReportLedger.Completed], step: Int?)
    /// What it reported makes the attempt a failure.
    case failed(Failure)
    /// The process is gone. `last` is what is complete if the end was a good one, or what is wrong
    /// with the reports.
    case ended(ProcessEnd, last: Result<[ReportLedger.Completed], Failure>, detail: String)
    /// The log could not be written.
    case logFailed(String)
  }

  /// A longer line is no report but a part of the log.
  static let longestLine = 1 << 20
  /// More than this of the report file is not read.
  static let longestReport = 64 << 20

  private let queue: DispatchQueue
  private let post: @Sendable (Word) -> Void
  private let child: ChildProcess
  private var lines = LineSplitter(limit: ExternalProcess.longestLine)
  private var ledger: ReportLedger
  private let log: AttemptLog
  /// Of standard error alone: which of two pipes is read first says nothing of what came last.
  private var errors = LogTail()
  private let report: String
  private var failure: Failure?
  private var hasLogFailed = false
  private var hasEnded = false

  /// - Parameters:
  ///   - report: the file that the program may write instead of its output.
  ///   - post: called on the process's own queue.
  init(
    _ spawned: SpawnedProcess, name: String, ledger: ReportLedger, log: String, report: String,
    watch: DescriptorWatch, post: @escaping @Sendable (Word) -> Void
  ) {
    queue = DispatchQueue(label: "espalier.program.\(name)")
    self.ledger = ledger
    self.log = AttemptLog(path: log)
    self.report = report
    self.post = post
    child = ChildProcess(spawned, queue: queue, watch: watch)
    let handlers = ChildProcess.Handlers(
      output: { [unowned self] in readOutput($0) },
      outputClosed: {},
      error: { [unowned self] in
        errors.add($0)
        self.log.write($0)
        checkLog()
      },
      ended: { [self] in ended($0) })
    child.start(handlers)
  }

  var group: Int32 { child.group }

  func send(_ signal: Int32) {
    child.send(signal)
  }

  private func readOutput(_ bytes: UnsafeRawBufferPointer) {
    lines.take(bytes) { piece, line in read(line, piece) }
    checkLog()
  }

  private func read(_ line: UnsafeRawBufferPointer, _ piece: LineSplitter.Piece) {
    switch piece {
    case .part: log.write(line)
    case .lastPart: log.write(line: line)
    case .line:
      switch failure == nil ? ledger.take(line) : .text {
      case .text: log.write(line: line)
      case .report(let completed):
        post(.reported(completed, step: ledger.step))
      case .failure(let failure):
        self.failure = failure
        log.write(line: line)
        log.note(failure.message)
        if !hasEnded { post(.failed(failure)) }
      }
    }
  }

  /// Brings the log to its file and says once when that cannot be.
  private func checkLog() {
    log.flush()
    guard let error = log.error, !hasLogFailed else { return }
    hasLogFailed = true
    post(.logFailed("\(error)"))
  }

  private func ended(_ end: ProcessEnd) {
    hasEnded = true
    // Half a line is what a program that was killed leaves; it says nothing.
    lines.finish { piece, line in
      if end == .exited(0) { read(line, piece) } else { log.write(line: line) }
    }
    readReportFile()
    let last = failure.map { .failure($0) } ?? ledger.finish()
    if end == .exited(0), case .failure(let failure) = last { log.note(failure.message) }
    log.finish()
    let complaint = errors.lastLine
    let detail = complaint.isEmpty ? log.lastLine : complaint
    checkLog()
    post(.ended(end, last: last, detail: detail))
  }

  /// Takes in what the program wrote into the file of `ESPALIER_RESULTS`.
  private func readReportFile() {
    guard let bytes = SystemCall.contents(of: report, atMost: Self.longestReport) else { return }
    bytes.withUnsafeBytes { lines.take($0) { piece, line in read(line, piece) } }
    lines.finish { piece, line in read(line, piece) }
  }
}
