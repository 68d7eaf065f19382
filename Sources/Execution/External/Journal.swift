import Artifacts
import Glibc

/// What a dead owner's program said and how it ended, as its guard has written it down: the lines that
/// may be reports, and last, when it ended by itself, its status.
///
/// A program's exit status is known to nobody but its parent, so an owner that dies would take it
/// along, and a job that was finished would be done again. The guard is that parent (see
/// `espalier_spawn`). A program that was killed with its owner leaves no status: what it reported
/// before counts, as always, but for the results that it was at.
struct Journal {
  let lines: [[UInt8]]
  /// `nil` when the program did not end by itself.
  let status: Int32?

  /// Waits until its guard is done with it. `nil` when there is none.
  ///
  /// - Parameter patience: how long a guard may take to write down what it has, in steps of ten
  ///   milliseconds.
  init?(path: String, patience: Int = 500) throws(OwnershipError) {
    let file = open(path, O_RDONLY | O_CLOEXEC)
    if file < 0, errno == ENOENT { return nil }
    guard file >= 0 else { throw .file(FileError(.open, path, code: errno)) }
    defer { close(file) }
    var rounds = 0
    while flock(file, LOCK_SH | LOCK_NB) != 0 {
      rounds += 1
      guard errno == EWOULDBLOCK || errno == EINTR else {
        throw .file(FileError(.open, path, code: errno))
      }
      guard rounds < patience else { throw .journalHeld(path: path) }
      usleep(10_000)
    }
    guard let bytes = SystemCall.contents(of: path, atMost: ExternalProcess.longestReport) else {
      throw .file(FileError(.read, path, code: errno))
    }
    var lines: [[UInt8]] = []
    var status: Int32?
    var splitter = LineSplitter(limit: ExternalProcess.longestLine + 1)
    // A last line without its end is what a guard leaves that was killed itself.
    bytes.withUnsafeBytes { bytes in
      splitter.take(bytes) { piece, line in
        guard piece == .line else { return }
        let text = String(decoding: line.prefix(32), as: UTF8.self)
        if text.hasPrefix("exited ") {
          status = Int32(text.dropFirst("exited ".count))
        } else {
          lines.append(Array(line))
        }
      }
    }
    self.lines = lines
    self.status = status
  }
}

extension ReportLedger {
  /// The results that a program whose owner died has completed, by its journal and by the file that
  /// it may write instead of its output.
  mutating func completed(in journal: Journal, report: [UInt8]) -> [Completed] {
    var splitter = LineSplitter(limit: ExternalProcess.longestLine)
    var lines = journal.lines
    let keep = { (piece: LineSplitter.Piece, line: UnsafeRawBufferPointer) in
      if piece == .line { lines.append(Array(line)) }
    }
    report.withUnsafeBytes { splitter.take($0, keep) }
    // Half a line is what a program that was killed leaves.
    if journal.status == 0 { splitter.finish(keep) }
    var completed: [Completed] = []
    for line in lines {
      switch line.withUnsafeBytes({ take($0) }) {
      case .text: continue
      case .report(let results): completed += results
      // The next attempt will meet the same nonsense and say so.
      case .failure: return completed
      }
    }
    if journal.status == 0, case .success(let results) = finish() { completed += results }
    return completed
  }
}
