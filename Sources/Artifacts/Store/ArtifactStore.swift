import Glibc
import Keys

/// A folder of artifacts: `ab/cdef….KIND.zst`, where `abcdef…` is the stage's key. A file is written
/// beside its place, synced and renamed, so that it is either whole or not there. Any number of
/// threads and processes may use one folder at a time.
package struct ArtifactStore: Sendable {
  package let folder: String

  /// - Parameter folder: made, with its parents, when something is first put into it.
  package init(folder: String) {
    self.folder = folder
  }

  /// Whether there is a file of that name, damaged or not.
  package func contains(_ name: ArtifactName) -> Bool {
    access(path(of: name), F_OK) == 0
  }

  /// Removes the file if there is one, and returns whether there was.
  @discardableResult
  package func remove(_ name: ArtifactName) throws(FileError) -> Bool {
    try removeFile(path(of: name))
  }

  /// The names of all artifacts, sorted by key and kind. Other files are passed over.
  package func names() throws(FileError) -> [ArtifactName] {
    var names: [ArtifactName] = []
    for shard in try shards() {
      for file in try Folder.names(in: "\(folder)/\(shard)") {
        if let name = ArtifactName(path: "\(shard)/\(file)") { names.append(name) }
      }
    }
    return names
  }

  /// Removes what writers that were killed left behind, and returns how many files that were. Only
  /// for the owner, while no worker is at work.
  @discardableResult
  package func removeLeftovers() throws(FileError) -> Int {
    var count = 0
    for path in try leftovers() where try removeFile(path) { count += 1 }
    return count
  }

  /// The paths of files that writers which were killed left behind, or that others are writing now.
  package func leftovers() throws(FileError) -> [String] {
    var paths: [String] = []
    for shard in try shards() {
      for file in try Folder.names(in: "\(folder)/\(shard)")
      where file.hasPrefix(".") && file.hasSuffix(TemporaryFile.suffix) {
        paths.append("\(folder)/\(shard)/\(file)")
      }
    }
    return paths
  }

  func path(of name: ArtifactName) -> String { "\(folder)/\(name.path)" }

  private func shards() throws(FileError) -> [String] {
    try Folder.names(in: folder).filter { $0.utf8.count == 2 && $0.allSatisfy(\.isHexDigit) }
  }

  private func removeFile(_ path: String) throws(FileError) -> Bool {
    if unlink(path) == 0 {
      try Folder.sync(Folder.parent(of: path))
      return true
    }
    if errno == ENOENT { return false }
    throw FileError(.remove, path, code: errno)
  }
}
