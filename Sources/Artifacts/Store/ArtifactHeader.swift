import Keys

/// The first 144 bytes of an artifact. To zstd they are a skippable frame, so `zstdcat` prints the
/// content of any artifact.
///
/// | offset | bytes | |
/// |---|---|---|
/// | 0 | 4 | zstd's number for a skippable frame, 0x184D2A5E |
/// | 4 | 4 | the size of what follows, 136 |
/// | 8 | 8 | `espalier` |
/// | 16 | 4 | format version, 1 |
/// | 20 | 4 | length of the kind |
/// | 24 | 32 | stage key |
/// | 56 | 32 | kind, filled up with zeros |
/// | 88 | 32 | SHA-256 of the content |
/// | 120 | 8 | size of the content |
/// | 128 | 8 | first 8 bytes of the SHA-256 of the compressed body, as a number |
/// | 136 | 8 | the same of the 136 bytes before these |
///
/// Integers are little-endian. The checksum of the body is there because zstd ignores some bits of its
/// own frame header, and no flipped bit is to go unnoticed.
struct ArtifactHeader: Hashable {
  static let size = 144
  static let formatVersion = 1
  private static let skippableFrame: UInt32 = 0x184D_2A5E
  private static let mark = Array("espalier".utf8)

  let artifact: StoredArtifact
  let bodyChecksum: UInt64

  init(artifact: StoredArtifact, bodyChecksum: UInt64) {
    self.artifact = artifact
    self.bodyChecksum = bodyChecksum
  }

  /// Reads a header from the start of a file.
  init(reading bytes: [UInt8]) throws(ArtifactError.Damage) {
    guard bytes.count >= Self.size else { throw .truncatedHeader }
    guard Self.integer(bytes, at: 0, width: 4) == UInt64(Self.skippableFrame),
      Self.integer(bytes, at: 4, width: 4) == UInt64(Self.size - 8),
      Array(bytes[8..<16]) == Self.mark
    else { throw .notAnArtifact }
    guard Self.integer(bytes, at: 136, width: 8) == Self.checksum(Array(bytes[..<136])) else {
      throw .headerChecksum
    }
    let version = Self.integer(bytes, at: 16, width: 4)
    guard version == Self.formatVersion else { throw .unknownFormat(Int(version)) }
    let length = Int(Self.integer(bytes, at: 20, width: 4))
    let size = Self.integer(bytes, at: 120, width: 8)
    guard length <= 32, let key = Digest(bytes: Array(bytes[24..<56])),
      let content = Digest(bytes: Array(bytes[88..<120])), size <= UInt64(Int.max)
    else { throw .notAnArtifact }
    let kind = String(decoding: bytes[56..<56 + length], as: UTF8.self)
    guard ArtifactName.isKind(kind) else { throw .notAnArtifact }
    artifact = StoredArtifact(
      name: ArtifactName(key: key, kind: kind), content: content, bytes: Int(size))
    bodyChecksum = Self.integer(bytes, at: 128, width: 8)
  }

  var bytes: [UInt8] {
    let kind = Array(artifact.name.kind.utf8)
    var bytes: [UInt8] = []
    bytes.reserveCapacity(Self.size)
    Self.append(UInt64(Self.skippableFrame), width: 4, to: &bytes)
    Self.append(UInt64(Self.size - 8), width: 4, to: &bytes)
    bytes += Self.mark
    Self.append(UInt64(Self.formatVersion), width: 4, to: &bytes)
    Self.append(UInt64(kind.count), width: 4, to: &bytes)
    bytes += artifact.name.key.bytes
    bytes += kind + [UInt8](repeating: 0, count: 32 - kind.count)
    bytes += artifact.content.bytes
    Self.append(UInt64(artifact.bytes), width: 8, to: &bytes)
    Self.append(bodyChecksum, width: 8, to: &bytes)
    Self.append(Self.checksum(bytes), width: 8, to: &bytes)
    return bytes
  }

  private static func checksum(_ bytes: [UInt8]) -> UInt64 {
    bytes.withUnsafeBytes { Digest(of: $0).prefix64 }
  }

  private static func integer(_ bytes: [UInt8], at offset: Int, width: Int) -> UInt64 {
    (0..<width).reversed().reduce(0) { $0 << 8 | UInt64(bytes[offset + $1]) }
  }

  private static func append(_ value: UInt64, width: Int, to bytes: inout [UInt8]) {
    for index in 0..<width { bytes.append(UInt8(truncatingIfNeeded: value >> (8 * index))) }
  }
}
