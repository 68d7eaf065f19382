import Glibc

/// What the file system refused, in which step, and where.
package struct FileError: Error, Hashable, Sendable {
  package enum Operation: Hashable, Sendable {
    case makeFolder, open, read, write, sync, rename, remove, list
  }

  package let operation: Operation
  package let path: String
  /// The system's `errno`.
  package let code: Int32

  package init(_ operation: Operation, _ path: String, code: Int32) {
    self.operation = operation
    self.path = path
    self.code = code
  }

  /// Whether room is what is missing: the device, the quota or the limit on file sizes is used up.
  package var isOutOfRoom: Bool { [ENOSPC, EDQUOT, EFBIG].contains(code) }

  /// Whether the place may not be written.
  package var isReadOnly: Bool { [EACCES, EPERM, EROFS].contains(code) }
}

extension FileError: CustomStringConvertible {
  /// What is wrong, where, and what to do about it.
  package var description: String {
    let what = "Cannot \(operation.words) \(path): \(String(cString: strerror(code)))."
    return what + " " + remedy
  }

  private var remedy: String {
    if isOutOfRoom { return "Make room and run the same command again; nothing finished is lost." }
    if isReadOnly {
      return "Change the permissions, or choose another folder with `--results DIR`."
    }
    switch code {
    case ENOENT, ENOTDIR: return "Check that the path is right."
    case EMFILE, ENFILE: return "Too many files are open; raise the limit (`ulimit -n`)."
    default: return "Check the device, then run the same command again."
    }
  }
}

extension FileError.Operation {
  fileprivate var words: String {
    switch self {
    case .makeFolder: "make the folder"
    case .open: "open"
    case .read: "read"
    case .write: "write"
    case .sync: "bring to the disk"
    case .rename: "put into place"
    case .remove: "remove"
    case .list: "list the folder"
    }
  }
}
