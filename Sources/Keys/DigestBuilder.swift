import Crypto

/// Makes the digest of data that comes in pieces.
package struct DigestBuilder {
  private var hasher = SHA256()

  package init() {}

  package mutating func update(_ piece: UnsafeRawBufferPointer) {
    hasher.update(bufferPointer: piece)
  }

  /// The digest of all pieces so far.
  package func digest() -> Digest {
    Digest(hasher.finalize())
  }
}
