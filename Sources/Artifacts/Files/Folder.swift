import Glibc

/// Folders whose entries are on the disk when a call returns.
package enum Folder {
  /// Makes the folder, and its parents where they are missing. One that is there is left as it is.
  package static func make(_ path: String) throws(FileError) {
    if mkdir(path, 0o755) == 0 {
      try sync(parent(of: path))
      return
    }
    switch errno {
    case EEXIST:
      guard isFolder(path) else { throw FileError(.makeFolder, path, code: ENOTDIR) }
    case ENOENT where parent(of: path) != path:
      try make(parent(of: path))
      guard mkdir(path, 0o755) == 0 || errno == EEXIST else {
        throw FileError(.makeFolder, path, code: errno)
      }
      try sync(parent(of: path))
    case let code:
      throw FileError(.makeFolder, path, code: code)
    }
  }

  /// Brings the folder's entries to the disk: a rename is lost with the power until then.
  static func sync(_ path: String) throws(FileError) {
    let descriptor = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
    guard descriptor >= 0 else { throw FileError(.open, path, code: errno) }
    defer { close(descriptor) }
    guard fsync(descriptor) == 0 else { throw FileError(.sync, path, code: errno) }
  }

  /// The names in the folder but `.` and `..`, sorted; empty when there is no such folder.
  package static func names(in path: String) throws(FileError) -> [String] {
    guard let stream = opendir(path) else {
      if errno == ENOENT { return [] }
      throw FileError(.list, path, code: errno)
    }
    defer { closedir(stream) }
    var names: [String] = []
    while true {
      errno = 0
      guard let entry = readdir(stream) else {
        if errno != 0 { throw FileError(.list, path, code: errno) }
        return names.sorted()
      }
      let name = withUnsafePointer(to: &entry.pointee.d_name) { tuple in
        tuple.withMemoryRebound(to: CChar.self, capacity: Int(entry.pointee.d_reclen)) {
          String(cString: $0)
        }
      }
      if name != "." && name != ".." { names.append(name) }
    }
  }

  /// The paths of files in the folder that writers which were killed left unfinished. Not while this
  /// process writes there.
  package static func leftovers(in path: String) throws(FileError) -> [String] {
    try TemporaryFile.leftovers(in: path)
  }

  /// Removes these. One that cannot be removed is harmless and stays.
  package static func removeLeftovers(in path: String) throws(FileError) {
    var hasRemoved = false
    for file in try leftovers(in: path) where unlink(file) == 0 { hasRemoved = true }
    if hasRemoved { try sync(path) }
  }

  static func parent(of path: String) -> String {
    guard let slash = path.lastIndex(of: "/") else { return "." }
    return slash == path.startIndex ? "/" : String(path[..<slash])
  }

  private static func isFolder(_ path: String) -> Bool {
    var status = stat()
    return stat(path, &status) == 0 && status.st_mode & S_IFMT == S_IFDIR
  }
}
