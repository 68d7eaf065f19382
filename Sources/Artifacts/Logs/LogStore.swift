import Dispatch
import Glibc
import Synchronization

/// What the attempts of a results folder say, in few files that only grow. Belongs to the folder's
/// owner; anybody may read along with `LogReader`.
///
/// What is appended gathers for a moment, so that one block holds what many short attempts said; it is
/// in the file after `flush`, and after a fifth of a second in any case. A file that has become long
/// gets an index and no more blocks. A kill at any instant leaves whole blocks and a torn tail, which
/// the next owner cuts. The files are not synced: what attempts say is for people, and a power cut may
/// take the last of it.
package final class LogStore: Sendable {
  /// Bytes of a file after which the next is begun.
  private static let fileSize = 64 << 20
  /// Pieces of a file after which the next is begun, since their places are kept in memory.
  private static let filePieces = 1 << 18
  /// Bytes that are gathered at most.
  private static let blockSize = 256 << 10
  private static let patience = DispatchTimeInterval.milliseconds(200)

  private struct State: Sendable {
    var file: Int32 = -1
    var number = 0
    var index = LogIndex()
    var pieces: [LogBlock.Piece] = []
    var content: [UInt8] = []
    /// Whether a flush is on its way.
    var isAwaited = false
    var error: FileError?
  }

  private let folder: String
  private let queue = DispatchQueue(label: "espalier.logs", qos: .utility)
  private let state = Mutex(State())

  /// - Parameter folder: made with the first log.
  package init(folder: String) {
    self.folder = folder
  }

  deinit {
    state.withLock { state in
      write(&state)
      if state.file >= 0 { close(state.file) }
    }
  }

  /// Appends to a log. An error is kept for the next `flush`.
  package func append(_ bytes: UnsafeRawBufferPointer, to name: LogName) {
    guard !bytes.isEmpty else { return }
    let begins = state.withLock { state in
      if state.pieces.last?.name == name {
        let count = state.pieces.removeLast().count
        state.pieces.append(LogBlock.Piece(name: name, count: count + bytes.count))
      } else {
        state.pieces.append(LogBlock.Piece(name: name, count: bytes.count))
      }
      state.content += bytes
      if state.content.count >= Self.blockSize || state.pieces.count >= LogBlock.mostPieces {
        write(&state)
      }
      defer { state.isAwaited = true }
      return !state.isAwaited
    }
    guard begins else { return }
    queue.asyncAfter(deadline: .now() + Self.patience) { [weak self] in
      self?.state.withLock { state in
        state.isAwaited = false
        self?.write(&state)
      }
    }
  }

  /// Brings everything appended so far into the file.
  package func flush() throws(FileError) {
    let error = state.withLock { state in
      write(&state)
      return state.error
    }
    if let error { throw error }
  }

  private func write(_ state: inout State) {
    guard !state.pieces.isEmpty, state.error == nil else { return }
    let (pieces, content) = (state.pieces, state.content)
    state.pieces.removeAll(keepingCapacity: true)
    state.content.removeAll(keepingCapacity: true)
    do throws(FileError) {
      try write(pieces, content, &state)
    } catch {
      state.error = error
    }
  }

  private func write(
    _ pieces: [LogBlock.Piece], _ content: [UInt8], _ state: inout State
  ) throws(FileError) {
    if state.file < 0 { try open(&state) }
    let bytes = LogBlock.bytes(of: pieces, content: content)
    let path = path(state.number)
    try Self.write(bytes, to: state.file, path: path)
    guard let block = LogBlock(directory: bytes[...]) else {
      preconditionFailure("a block that was just made")
    }
    state.index.add(block, at: state.index.end)
    guard
      state.index.end >= Self.fileSize || state.index.entries.count >= Self.filePieces
    else { return }
    try Self.write(state.index.frame(), to: state.file, path: path)
    close(state.file)
    state.file = -1
  }

  /// Goes on with the last file, or begins the next one if that is complete or damaged.
  private func open(_ state: inout State) throws(FileError) {
    try Folder.make(folder)
    state.number = max(try LogFiles.numbers(in: folder).last ?? 1, 1)
    state.file = try open(state.number)
    state.index = try LogIndex(reading: state.file, path: path(state.number))
    // Damage with whole blocks behind it stays as it is, for whoever can mend it.
    if state.index.isComplete || state.index.hasDamage {
      close(state.file)
      state.number += 1
      state.file = try open(state.number)
      state.index = LogIndex()
    }
    // Cuts what an owner that was killed left half written; nothing when there is none.
    guard ftruncate(state.file, off_t(state.index.end)) == 0 else {
      throw FileError(.write, path(state.number), code: errno)
    }
  }

  private func open(_ number: Int) throws(FileError) -> Int32 {
    let file = Glibc.open(path(number), O_RDWR | O_CREAT | O_APPEND | O_CLOEXEC, 0o666)
    guard file >= 0 else { throw FileError(.open, path(number), code: errno) }
    return file
  }

  private func path(_ number: Int) -> String { folder + "/" + LogFiles.name(number) }

  private static func write(_ bytes: [UInt8], to file: Int32, path: String) throws(FileError) {
    var done = 0
    while done < bytes.count {
      let count = bytes.withUnsafeBytes {
        Glibc.write(file, $0.baseAddress?.advanced(by: done), bytes.count - done)
      }
      if count < 0, errno == EINTR { continue }
      if count < 0 { throw FileError(.write, path, code: errno) }
      done += count
    }
  }
}
