import Artifacts

/// Why a process cannot own a results folder.
package enum OwnershipError: Error, Hashable, Sendable {
  /// Another process owns it; `nil` when the lock file does not say which.
  case owned(path: String, by: OwnerRecord?)
  /// The folder is on a network file system, of this name.
  case networkFileSystem(path: String, kind: String)
  /// Process groups of a dead owner that do not end.
  case leftoversRemain(groups: [Int32])
  /// A process of a dead owner does not let go of what it writes down about its program.
  case journalHeld(path: String)
  case file(FileError)
}

extension OwnershipError {
  /// Of what the taking of a folder throws: this type and `FileError`.
  init(_ error: any Error) {
    switch error {
    case let error as OwnershipError: self = error
    case let error as FileError: self = .file(error)
    default: preconditionFailure("\(error)")
    }
  }
}

extension OwnershipError: CustomStringConvertible {
  package var description: String {
    switch self {
    case .owned(let path, let owner?):
      "\(path) is in use by process \(owner.process.pid) on \(owner.host) since \(owner.since); "
        + "wait until it is done, or use another folder with --results"
    case .owned(let path, nil):
      "\(path) is in use by another process; wait until it is done, or use another folder with "
        + "--results"
    case .networkFileSystem(let path, let kind):
      "\(path) is on a network file system (\(kind)), on which a job table can be damaged; "
        + "put the results on a local disk with --results and copy them afterwards"
    case .leftoversRemain(let groups):
      "processes of an earlier run do not end (process groups "
        + groups.map(String.init).joined(separator: ", ")
        + "); end them, or restart the machine, and try again"
    case .journalHeld(let path):
      "a process of an earlier run still holds \(path), in which it writes down what its program said; "
        + "end it (`fuser \(path)` tells which), or restart the machine, and try again"
    case .file(let error): error.description
    }
  }
}
