import Keys

/// Why an artifact could not be had.
package enum ArtifactError: Error, Hashable, Sendable {
  /// There is no such file.
  case missing(path: String)
  /// The file is not what it should be.
  case damaged(path: String, Damage)
  /// The file system refused.
  case unreadable(FileError)

  package enum Damage: Error, Hashable, Sendable {
    /// Shorter than a header.
    case truncatedHeader
    /// It does not begin as an artifact does.
    case notAnArtifact
    /// Written in a format that this version does not know.
    case unknownFormat(Int)
    /// The header's own checksum does not fit it.
    case headerChecksum
    /// The header names another stage or kind than the path.
    case otherName
    /// The compressed body is not the one that was written.
    case body
    /// The body does not decompress; zstd's own words.
    case compression(String)
    /// Decompressed, it has another size than the header says.
    case size(expected: Int, found: Int)
    /// Its SHA-256 is not the one in the header.
    case content
    /// It is whole, but not the content that the caller knows it must have.
    case otherContent(expected: Digest, found: Digest)
  }
}

extension ArtifactError: CustomStringConvertible {
  /// What is wrong, where, and what to do about it.
  package var description: String {
    switch self {
    case .missing(let path):
      "The artifact \(path) is missing. `espalier run` with its grid computes it again."
    case .damaged(let path, let damage):
      "The artifact \(path) is damaged: \(damage.words). Remove it; `espalier run` with its grid "
        + "computes it again."
    case .unreadable(let error): error.description
    }
  }
}

extension ArtifactError.Damage {
  fileprivate var words: String {
    switch self {
    case .truncatedHeader: "it ends within its header"
    case .notAnArtifact: "it does not begin as an artifact does"
    case .unknownFormat(let version): "its format \(version) is newer than this program"
    case .headerChecksum: "its header does not fit the header's checksum"
    case .otherName: "its header names another stage or kind than its path"
    case .body: "its body does not fit the body's checksum"
    case .compression(let words): "it does not decompress (\(words))"
    case .size(let expected, let found): "it has \(found) bytes instead of \(expected)"
    case .content: "its content does not fit its hash"
    case .otherContent(let expected, let found):
      "its content has the hash \(found.hex(digits: 12)) instead of \(expected.hex(digits: 12))"
    }
  }
}
