import Artifacts

/// The log of one attempt: what its process says to people. Quiet attempts leave nothing in the store.
/// A process that says too much keeps its beginning and its end.
///
/// Lines gather until `flush`, so that a talkative process costs little. Not thread-safe: it belongs to
/// its process's queue.
final class AttemptLog {
  /// How much of the beginning is kept.
  static let headLimit = 8 << 20
  /// How much of the end is kept.
  static let tailLimit = 256 << 10

  let name: LogName
  private let store: LogStore
  /// Job 0 is nobody's: what a worker says before its first order is for messages only.
  private let isKept: Bool
  private var headBytes = 0
  /// What is not in the store yet.
  private var pending: [UInt8] = []
  private var tail: [UInt8] = []
  private var leftOut = 0
  /// The end of what was said last, for messages.
  private var last: LogTail

  init(_ name: LogName, in store: LogStore) {
    self.name = name
    self.store = store
    isKept = name.job != 0
    last = isKept ? LogTail() : LogTail(keeping: 4096)
  }

  deinit {
    finish()
  }

  func write(_ bytes: UnsafeRawBufferPointer) {
    guard !bytes.isEmpty else { return }
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

  /// Hands what was written so far to the store, but for an end that is held back.
  func flush() {
    guard !pending.isEmpty else { return }
    append(pending)
    pending.removeAll(keepingCapacity: true)
  }

  /// Hands over what was held back.
  func finish() {
    flush()
    guard !tail.isEmpty else { return }
    leftOut += max(tail.count - Self.tailLimit, 0)
    let kept = Array(tail.suffix(Self.tailLimit))
    tail = []
    if leftOut > 0 {
      let notice = "\n[espalier] \(leftOut) bytes were left out here\n"
      leftOut = 0
      if isKept { store.append(Array(notice.utf8), to: name) }
    }
    append(kept)
  }

  /// The last line that says something, shortened, for messages; empty when there is none.
  var lastLine: String { last.lastLine }

  /// What a message has of it: the last line, or all of the end where nothing is kept for people to read.
  var detail: String { isKept ? last.lastLine : last.text }

  private func append(_ bytes: [UInt8]) {
    bytes.withUnsafeBytes { last.add($0) }
    if isKept { store.append(bytes, to: name) }
  }
}

extension LogStore {
  fileprivate func append(_ bytes: [UInt8], to name: LogName) {
    bytes.withUnsafeBytes { append($0, to: name) }
  }
}
