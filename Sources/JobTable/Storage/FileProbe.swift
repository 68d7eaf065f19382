import Glibc

/// What the file system says about the files of a table.
struct FileProbe: Equatable {
  let inode: UInt64
  let size: Int64
  let modified: Int64
  let changed: Int64

  /// `nil` when there is no such file.
  init?(_ path: String) {
    var status = stat()
    guard stat(path, &status) == 0 else { return nil }
    inode = UInt64(status.st_ino)
    size = Int64(status.st_size)
    modified = Int64(status.st_mtim.tv_sec) * 1_000_000_000 + Int64(status.st_mtim.tv_nsec)
    changed = Int64(status.st_ctim.tv_sec) * 1_000_000_000 + Int64(status.st_ctim.tv_nsec)
  }
}

/// The system's word for an `errno`.
func systemMessage(_ code: Int32) -> String {
  String(cString: strerror(code))
}
