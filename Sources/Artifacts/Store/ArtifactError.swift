/// Why an artifact could not be had.
package enum ArtifactError: Error, Hashable, Sendable {
  /// There is no such file.
  case missing(path: String)
  /// The file is not what it should be; computing its stage again is the remedy.
  case damaged(path: String, Damage)
  /// The file could not be read.
  case unreadable(FileError)

  package enum Damage: Hashable, Sendable {
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
    /// The compressed body does not decompress; zstd's own words.
    case body(String)
    /// Decompressed, it has another size than the header says.
    case size(expected: Int, found: Int)
    /// Its SHA-256 is not the one in the header.
    case content
    /// It is whole, but not the content that the job table has on record.
    case otherContent(expected: String, found: String)
  }
}
