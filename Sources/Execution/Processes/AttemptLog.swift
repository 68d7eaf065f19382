import Artifacts
import Glibc

/// The log of one attempt: what its process says to people. The file is made with the first byte, so
/// that quiet attempts leave none. A process that says too much keeps its beginning and its end.
///
/// Lines gather until `flush`, so that a talkative process costs few writes. Not thread-safe: it
/// belongs to its process's queue.
final class AttemptLog {
  /// How much of the beginning is kept.
  static let headLimit = 8 << 20
  /// How much of the end is kept.
  static let tailLimit = 256 << 10

  let path: String
  private var file: Int32 = -1
  private var headBytes = 0
  /// What is not in the file yet.
  private var pending: [UInt8] = []
  private var tail: [UInt8] = []
  private var leftOut = 0
  /// The end of what was said last, for messages.
  private var last = LogTail()
  private(set) var error: FileError?

  init(path: String) {
    self.path = path
  }

  deinit {
    finish()
  }

  func write(_ bytes: UnsafeRawBufferPointer) {
    guard error == nil, !bytes.isEmpty else { return }
    let room = min(Self.headLimit - headBytes, bytes.count)
    if room > 0 {
      pending += bytes[..<room]
      headBytes += room
      if pending.count > 1 << 16 { flush() }
    }
    guard room < bytes.count else { return }
    tail += bytes[max(room, 0)...]
    if tail.count > 4 * Self.tailLimit {
      leftOut += tail.count - Self.tailLimit
      tail.removeFirst(tail.count - Self.tailLimit)
    }
  }

  /// Writes a line of our own.
  func note(_ words: String) {
    var text = "[espalier] \(words)\n"
    text.withUTF8 { write(UnsafeRawBufferPointer($0)) }
  }

  /// Writes a line with its end.
  func write(line: UnsafeRawBufferPointer) {
    write(line)
    endLine()
  }

  func endLine() {
    withUnsafeBytes(of: UInt8(ascii: "\n")) { write($0) }
  }

  /// Brings what was written so far into the file, but for an end that is held back.
  func flush() {
    guard !pending.isEmpty else { return }
    remember(pending)
    pending.withUnsafeBytes { writeToFile($0) }
    pending.removeAll(keepingCapacity: true)
  }

  /// Writes what was held back and closes the file.
  func finish() {
    flush()
    if !tail.isEmpty {
      leftOut += max(tail.count - Self.tailLimit, 0)
      let kept = Array(tail.suffix(Self.tailLimit))
      tail = []
      remember(kept)
      if leftOut > 0 {
        var notice = "\n[espalier] \(leftOut) bytes were left out here\n"
        leftOut = 0
        notice.withUTF8 { writeToFile(UnsafeRawBufferPointer($0)) }
      }
      kept.withUnsafeBytes { writeToFile($0) }
    }
    if file >= 0 { close(file) }
    file = -1
  }

  private func remember(_ bytes: [UInt8]) {
    bytes.withUnsafeBytes { last.add($0) }
  }

  /// The last line in the file that says something, shortened, for messages; empty when there is
  /// none.
  var lastLine: String { last.lastLine }

  private func writeToFile(_ bytes: UnsafeRawBufferPointer) {
    guard error == nil else { return }
    do {
      if file < 0 { try open() }
      var rest = bytes[...]
      while !rest.isEmpty {
        let count = Glibc.write(
          file, UnsafeRawBufferPointer(rebasing: rest).baseAddress, rest.count)
        if count < 0, errno == EINTR { continue }
        if count < 0 { throw FileError(.write, path, code: errno) }
        rest = rest.dropFirst(count)
      }
    } catch let failure as FileError {
      error = failure
    } catch {
      preconditionFailure("\(error)")
    }
  }

  private func open() throws {
    if let slash = path.lastIndex(of: "/") { try SystemCall.makeFolder(String(path[..<slash])) }
    file = try SystemCall.check(.open, path) {
      Glibc.open(path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0o666)
    }
  }
}
