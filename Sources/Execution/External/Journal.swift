import Artifacts
import Glibc
import Grid

/// What a dead owner's programs said and how they ended, as the guard has written it down: the lines
/// that may be reports, and last, when a program ended by itself, its status.
///
/// A program's exit status is known to nobody but its parent, so an owner that dies would take it
/// along, and a job that was finished would be done again. The guard is that parent (see guard.h). A
/// program that was killed with its owner leaves no status: what it reported before counts, as always,
/// but for the results that it was at.
struct Journal {
  /// What one attempt has left.
  struct Record: Hashable {
    var lines: [[UInt8]] = []
    /// `nil` when the program did not end by itself.
    var status: Int32?
  }

  private(set) var records: [Session.ProgramKey: Record] = [:]
  private let wanted: Set<Session.ProgramKey>

  init() { wanted = [] }

  /// Reads what all journals whose path is `prefix` and a number tell of these attempts, once their
  /// guard is done with them.
  ///
  /// - Parameter patience: how long a guard may take to write down what it has, in steps of ten
  ///   milliseconds.
  init(
    prefix: String, wanted: Set<Session.ProgramKey>, patience: Int = 500
  ) throws(OwnershipError) {
    self.wanted = wanted
    for number in try Self.numbers(prefix: prefix) {
      try read(prefix + String(number), patience: patience)
    }
  }

  subscript(key: Session.ProgramKey) -> Record? { records[key] }

  /// The numbers of the journals that are there, ascending.
  static func numbers(prefix: String) throws(OwnershipError) -> [Int] {
    guard let slash = prefix.lastIndex(of: "/") else { return [] }
    let name = prefix[prefix.index(after: slash)...]
    do throws(FileError) {
      return try Folder.names(in: String(prefix[..<slash])).compactMap { entry in
        entry.hasPrefix(name) ? Int(entry.dropFirst(name.count)) : nil
      }.sorted()
    } catch {
      throw .file(error)
    }
  }

  private mutating func read(_ path: String, patience: Int) throws(OwnershipError) {
    let file = open(path, O_RDONLY | O_CLOEXEC)
    if file < 0, errno == ENOENT { return }
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
    var splitter = LineSplitter(limit: ExternalProcess.longestLine + 64)
    var buffer = [UInt8](repeating: 0, count: 1 << 16)
    while true {
      let count = buffer.withUnsafeMutableBytes { Glibc.read(file, $0.baseAddress, $0.count) }
      if count < 0, errno == EINTR { continue }
      guard count >= 0 else { throw .file(FileError(.read, path, code: errno)) }
      // A last line without its end is what a guard leaves that was killed itself.
      if count == 0 { return }
      buffer.withUnsafeBytes { bytes in
        splitter.take(UnsafeRawBufferPointer(rebasing: bytes[..<count])) { piece, line in
          if piece == .line { take(line) }
        }
      }
    }
  }

  /// Takes in `JOB ATTEMPT LINE`.
  private mutating func take(_ line: UnsafeRawBufferPointer) {
    guard let first = line.firstIndex(of: UInt8(ascii: " ")),
      let second = line[(first + 1)...].firstIndex(of: UInt8(ascii: " ")),
      let job = Int64(String(decoding: line[..<first], as: UTF8.self)),
      let attempt = Int(String(decoding: line[(first + 1)..<second], as: UTF8.self))
    else { return }
    let key = Session.ProgramKey(
      job: JobID(rawValue: job), attempt: Attempt(rawValue: attempt))
    guard wanted.contains(key) else { return }
    let words = line[(second + 1)...]
    let text = String(decoding: words.prefix(32), as: UTF8.self)
    if text.hasPrefix("exited ") {
      records[key, default: Record()].status = Int32(text.dropFirst("exited ".count))
    } else {
      records[key, default: Record()].lines.append(Array(words))
    }
  }
}

extension ReportLedger {
  /// The results that a program whose owner died has completed, by what its guard has written down and
  /// by the file that it may write instead of its output.
  mutating func completed(in record: Journal.Record, report: [UInt8]) -> [Completed] {
    var splitter = LineSplitter(limit: ExternalProcess.longestLine)
    var lines = record.lines
    let keep = { (piece: LineSplitter.Piece, line: UnsafeRawBufferPointer) in
      if piece == .line { lines.append(Array(line)) }
    }
    report.withUnsafeBytes { splitter.take($0, keep) }
    // Half a line is what a program that was killed leaves.
    if record.status == 0 { splitter.finish(keep) }
    var completed: [Completed] = []
    for line in lines {
      switch line.withUnsafeBytes({ take($0) }) {
      case .text: continue
      case .report(let results): completed += results
      // The next attempt will meet the same nonsense and say so.
      case .failure: return completed
      }
    }
    if record.status == 0 { completed += finish().completed }
    return completed
  }
}
