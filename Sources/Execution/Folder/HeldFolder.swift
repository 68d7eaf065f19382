import Artifacts
import Glibc

/// A results folder that is only read, held so that no owner begins to work on it meanwhile. Given back
/// when the value ends or its process does.
package struct HeldFolder: ~Copyable {
  package let folder: ResultsFolder
  /// -1 where the folder never had an owner, or its lock file was not copied along.
  private let lock: Int32

  /// - Throws: `.owned` while an owner is at work on the folder.
  package init(_ folder: ResultsFolder) throws(OwnershipError) {
    self.folder = folder
    let file = open(folder.lock, O_RDONLY | O_CLOEXEC)
    if file < 0 {
      guard errno == ENOENT else { throw .file(FileError(.open, folder.lock, code: errno)) }
      lock = -1
      return
    }
    for _ in 0..<20 {
      if flock(file, LOCK_SH | LOCK_NB) == 0 {
        lock = file
        return
      }
      let code = errno
      guard code == EWOULDBLOCK || code == EINTR else {
        close(file)
        throw .file(FileError(.open, folder.lock, code: code))
      }
      usleep(10_000)
    }
    close(file)
    throw .owned(path: folder.path, by: OwnedFolder.owner(of: folder))
  }

  deinit {
    if lock >= 0 { close(lock) }
  }
}
