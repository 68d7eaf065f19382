import CZstd
import Glibc
import Keys

extension ArtifactStore {
  /// Stores the content under that name and returns when it is on the disk. The same content again
  /// writes nothing; another content replaces the file. Same content and level, same bytes of the file
  /// (with the same version of zstd).
  ///
  /// - Parameter level: of zstd, 1 (fast) to 19 (small).
  /// - Complexity: O(size); needs a megabyte or two of memory besides.
  @discardableResult
  package func put(
    _ content: UnsafeRawBufferPointer, as name: ArtifactName, level: Int = 3
  ) throws(FileError) -> StoredArtifact {
    let artifact = StoredArtifact(name: name, content: Digest(of: content), bytes: content.count)
    let path = path(of: name)
    let shard = Folder.parent(of: path)
    if contains(name), isWhole(artifact) {
      // Who wrote it may have been killed before the folder was synced.
      try Folder.sync(shard)
      return artifact
    }
    try Folder.make(shard)
    let file = try TemporaryFile(for: path)
    try [UInt8](repeating: 0, count: ArtifactHeader.size).withRawBytes {
      (space) throws(FileError) in try file.write(space)
    }
    var body = DigestBuilder()
    try Compression.compress(content, level: level) { (piece) throws(FileError) in
      body.update(piece)
      try file.write(piece)
    }
    let header = ArtifactHeader(artifact: artifact, bodyChecksum: body.digest().prefix64)
    try header.bytes.withRawBytes { (bytes) throws(FileError) in try file.writeAtStart(bytes) }
    try file.putIntoPlace()
    return artifact
  }

  /// The same for an array.
  @discardableResult
  package func put(
    _ content: [UInt8], as name: ArtifactName, level: Int = 3
  ) throws(FileError) -> StoredArtifact {
    try content.withRawBytes { (buffer) throws(FileError) in
      try put(buffer, as: name, level: level)
    }
  }

  /// Whether the file holds this very content, undamaged.
  private func isWhole(_ artifact: StoredArtifact) -> Bool {
    do {
      _ = try get(artifact.name, expected: artifact.content)
      return true
    } catch {
      return false
    }
  }
}
