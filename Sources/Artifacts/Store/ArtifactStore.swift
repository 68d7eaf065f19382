import Keys

/// A folder of artifacts: `ab/cdef….KIND.zst`, where `abcdef…` is the stage's key. A file is written
/// beside its place, synced and renamed, so that it is either whole or not there.
package struct ArtifactStore: Sendable {
  package let folder: String

  /// - Parameter folder: made, with its parents, when something is first put into it.
  package init(folder: String) {
    self.folder = folder
  }

  /// Stores the content under that name and returns when it is on the disk. The same content again
  /// changes nothing; another content replaces the file.
  ///
  /// - Parameter level: of zstd, 1 (fast) to 19 (small).
  /// - Throws: `FileError`.
  @discardableResult
  package func put(
    _ content: UnsafeRawBufferPointer, as name: ArtifactName, level: Int = 3
  ) throws(FileError) -> StoredArtifact {
    fatalError("in the making")
  }

  @discardableResult
  package func put(
    _ content: [UInt8], as name: ArtifactName, level: Int = 3
  ) throws(FileError) -> StoredArtifact {
    fatalError("in the making")
  }

  /// The content, after its size and hash were compared with the header, and with `expected` where
  /// the caller knows what it must be.
  package func get(_ name: ArtifactName, expected: Digest? = nil) throws(ArtifactError) -> [UInt8] {
    fatalError("in the making")
  }

  /// What the file's header says; its body is not read.
  package func inspect(_ name: ArtifactName) throws(ArtifactError) -> StoredArtifact {
    fatalError("in the making")
  }

  /// Whether there is a file of that name, damaged or not.
  package func contains(_ name: ArtifactName) -> Bool { fatalError("in the making") }

  /// Removes the file if there is one, and returns whether there was.
  @discardableResult
  package func remove(_ name: ArtifactName) throws(FileError) -> Bool {
    fatalError("in the making")
  }

  /// The names of all artifacts, sorted by key and kind.
  package func names() throws(FileError) -> [ArtifactName] { fatalError("in the making") }

  /// Removes what writers that were killed left behind and returns how many files that were. Only
  /// for the owner, while no worker is at work.
  @discardableResult
  package func removeLeftovers() throws(FileError) -> Int { fatalError("in the making") }
}
