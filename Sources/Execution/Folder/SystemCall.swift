import Artifacts
import Glibc

/// Calls that return -1 on an error, with the error thrown and interruptions tried again.
enum SystemCall {
  @discardableResult
  static func check(
    _ operation: FileError.Operation, _ path: String, _ call: () -> Int32
  ) throws(FileError) -> Int32 {
    while true {
      let result = call()
      if result >= 0 { return result }
      if errno != EINTR { throw FileError(operation, path, code: errno) }
    }
  }

  /// Makes the folder with its parents; one that is there already is fine.
  static func makeFolder(_ path: String) throws(FileError) {
    if mkdir(path, 0o777) == 0 { return }
    if errno == EEXIST {
      var status = stat()
      if stat(path, &status) == 0, status.st_mode & S_IFMT == S_IFDIR { return }
      throw FileError(.makeFolder, path, code: ENOTDIR)
    }
    guard errno == ENOENT, let slash = path.lastIndex(of: "/"), slash != path.startIndex else {
      throw FileError(.makeFolder, path, code: errno)
    }
    try makeFolder(String(path[..<slash]))
    if mkdir(path, 0o777) != 0, errno != EEXIST {
      throw FileError(.makeFolder, path, code: errno)
    }
  }

  /// The system's words for an error.
  static func words(for code: Int32) -> String {
    String(cString: strerror(code))
  }

  /// The beginning of a file, all of it if it is small, such as those in /proc; `nil` when it cannot
  /// be read.
  static func contents(of path: String, atMost limit: Int = 1 << 20) -> [UInt8]? {
    let file = open(path, O_RDONLY | O_CLOEXEC)
    guard file >= 0 else { return nil }
    defer { close(file) }
    var bytes: [UInt8] = []
    var buffer = [UInt8](repeating: 0, count: 1 << 14)
    while bytes.count < limit {
      let count = read(file, &buffer, buffer.count)
      if count < 0, errno == EINTR { continue }
      guard count >= 0 else { return nil }
      if count == 0 { break }
      bytes += buffer[..<count]
    }
    return bytes
  }

  /// Writes all of it at the place; a short write is an error.
  static func write(
    _ bytes: [UInt8], to file: Int32, at offset: Int, path: String
  ) throws(FileError) {
    var done = 0
    while done < bytes.count {
      let count = bytes[done...].withUnsafeBytes {
        pwrite(file, $0.baseAddress, $0.count, off_t(offset + done))
      }
      if count < 0, errno == EINTR { continue }
      if count < 0 { throw FileError(.write, path, code: errno) }
      done += count
    }
  }
}
