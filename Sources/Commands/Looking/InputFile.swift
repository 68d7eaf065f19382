import Glibc

/// A file or standard input that is read once from its start, whose first piece may be looked at
/// before.
final class InputFile {
  private static let headSize = 1 << 20

  private let descriptor: Int32
  private let path: String
  private var headBytes: [UInt8] = []
  private var headUsed = 0

  /// - Parameter path: a file's; `-` is standard input.
  /// - Throws: `CommandFailure` when it cannot be opened.
  init(path: String) throws {
    self.path = path
    if path == "-" {
      descriptor = STDIN_FILENO
    } else {
      descriptor = open(path, O_RDONLY | O_CLOEXEC)
      guard descriptor >= 0 else {
        throw CommandFailure("“\(path)” cannot be read: \(String(cString: strerror(errno))).")
      }
      posix_fadvise(descriptor, 0, 0, POSIX_FADV_SEQUENTIAL)
    }
  }

  deinit {
    if descriptor != STDIN_FILENO { close(descriptor) }
  }

  /// The first piece, which `read` hands out again, and whether it is everything.
  func head() throws -> (bytes: [UInt8], isWhole: Bool) {
    var isWhole = false
    var bytes = [UInt8](repeating: 0, count: Self.headSize)
    var filled = 0
    while filled < bytes.count, !isWhole {
      let count = try bytes.withUnsafeMutableBytes {
        try readDescriptor(into: UnsafeMutableRawBufferPointer(rebasing: $0[filled...]))
      }
      filled += count
      isWhole = count == 0
    }
    bytes.removeLast(bytes.count - filled)
    headBytes = bytes
    headUsed = 0
    return (bytes, isWhole)
  }

  /// Fills the buffer from its start; 0 at the end of the file.
  func read(into buffer: UnsafeMutableRawBufferPointer) throws -> Int {
    if headUsed < headBytes.count {
      let count = min(buffer.count, headBytes.count - headUsed)
      buffer.copyBytes(from: headBytes[headUsed..<headUsed + count])
      headUsed += count
      if headUsed == headBytes.count {
        headBytes = []
        headUsed = 0
      }
      return count
    }
    return try readDescriptor(into: buffer)
  }

  private func readDescriptor(into buffer: UnsafeMutableRawBufferPointer) throws -> Int {
    while true {
      let count = Glibc.read(descriptor, buffer.baseAddress, buffer.count)
      if count >= 0 { return count }
      if errno == EINTR { continue }
      let reason = errno == EISDIR ? "it is a folder" : String(cString: strerror(errno))
      throw CommandFailure("“\(path)” cannot be read: \(reason).")
    }
  }
}
