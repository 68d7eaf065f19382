import Glibc
import Synchronization

/// A file that is being written beside its place. It is put into place whole, or removed.
struct TemporaryFile: ~Copyable {
  /// What tells leftovers of killed writers from other files.
  static let suffix = ".tmp"

  /// Makes the names of one process distinct; processes differ by their id.
  private static let counter = Atomic<Int>(0)

  private let destination: String
  private let path: String
  private let descriptor: Int32
  private var isInPlace = false

  /// Opens a new file in the folder of `destination`, which must exist.
  init(for destination: String) throws(FileError) {
    let folder = Folder.parent(of: destination)
    let name = destination.split(separator: "/").last ?? ""
    while true {
      let number = Self.counter.add(1, ordering: .relaxed).newValue
      let candidate = "\(folder)/.\(name).\(getpid()).\(number)\(Self.suffix)"
      let descriptor = open(candidate, O_CREAT | O_EXCL | O_RDWR | O_CLOEXEC, 0o644)
      // A leftover of a dead process with our id may bear the name.
      if descriptor < 0 && errno == EEXIST { continue }
      guard descriptor >= 0 else { throw FileError(.write, destination, code: errno) }
      self.destination = destination
      self.path = candidate
      self.descriptor = descriptor
      return
    }
  }

  /// The paths of files in a folder that no process of this machine can be writing now. Those of this
  /// process's number are among them: it must not be writing there.
  static func leftovers(in folder: String) throws(FileError) -> [String] {
    try Folder.names(in: folder).filter { name in
      // .NAME.PROCESS.NUMBER.tmp
      let parts = name.split(separator: ".", omittingEmptySubsequences: false)
      guard name.hasPrefix("."), name.hasSuffix(suffix), parts.count >= 5,
        let process = pid_t(parts[parts.count - 3]), process > 0, Int(parts[parts.count - 2]) != nil
      else { return false }
      // In a container each process may have the same number.
      return process == getpid() || kill(process, 0) != 0 && errno == ESRCH
    }.map { folder + "/" + $0 }
  }

  deinit {
    close(descriptor)
    if !isInPlace { unlink(path) }
  }

  /// Appends all bytes.
  func write(_ bytes: UnsafeRawBufferPointer) throws(FileError) {
    var rest = bytes[...]
    while !rest.isEmpty {
      let part = UnsafeRawBufferPointer(rebasing: rest)
      let count = Glibc.write(descriptor, part.baseAddress, part.count)
      if count < 0 && errno == EINTR { continue }
      guard count >= 0 else { throw FileError(.write, destination, code: errno) }
      rest = rest.dropFirst(count)
    }
  }

  /// Overwrites the beginning of the file.
  func writeAtStart(_ bytes: UnsafeRawBufferPointer) throws(FileError) {
    guard lseek(descriptor, 0, SEEK_SET) == 0 else {
      throw FileError(.write, destination, code: errno)
    }
    try write(bytes)
  }

  /// Brings the bytes to the disk, then the name.
  consuming func putIntoPlace() throws(FileError) {
    guard fsync(descriptor) == 0 else { throw FileError(.sync, destination, code: errno) }
    guard rename(path, destination) == 0 else {
      throw FileError(.rename, destination, code: errno)
    }
    isInPlace = true
    try Folder.sync(Folder.parent(of: destination))
  }
}
