import Crypto

/// A SHA-256 digest. Kept in place rather than in an array: plans hold millions of them.
package struct Digest: Sendable {
  /// The 32 bytes, most significant first.
  private let first: UInt64
  private let second: UInt64
  private let third: UInt64
  private let fourth: UInt64

  /// The digest of `data`.
  ///
  /// - Complexity: O(`data.count`).
  package init(of data: some Sequence<UInt8>) {
    self.init(SHA256.hash(data: ContiguousArray(data)))
  }

  /// The digest of raw memory, without copying it.
  package init(of buffer: UnsafeRawBufferPointer) {
    var hasher = SHA256()
    hasher.update(bufferPointer: buffer)
    self.init(hasher.finalize())
  }

  /// The digest of the UTF-8 bytes of `text`.
  package init(of text: String) {
    var text = text
    self = text.withUTF8 { Digest(of: UnsafeRawBufferPointer($0)) }
  }

  init(_ hash: SHA256.Digest) {
    self = hash.withUnsafeBytes { Digest(reading: $0) }
  }

  /// Takes back the bytes of a digest; `nil` unless there are 32.
  package init?(bytes: [UInt8]) {
    guard bytes.count == 32 else { return nil }
    self = bytes.withUnsafeBytes { Digest(reading: $0) }
  }

  /// Takes back the bytes of a digest in memory; `nil` unless there are 32.
  package init?(bytes: UnsafeRawBufferPointer) {
    guard bytes.count == 32 else { return nil }
    self.init(reading: bytes)
  }

  /// - Precondition: there are 32 bytes.
  private init(reading bytes: UnsafeRawBufferPointer) {
    first = UInt64(bigEndian: bytes.loadUnaligned(fromByteOffset: 0, as: UInt64.self))
    second = UInt64(bigEndian: bytes.loadUnaligned(fromByteOffset: 8, as: UInt64.self))
    third = UInt64(bigEndian: bytes.loadUnaligned(fromByteOffset: 16, as: UInt64.self))
    fourth = UInt64(bigEndian: bytes.loadUnaligned(fromByteOffset: 24, as: UInt64.self))
  }

  /// The 32 bytes of the digest, most significant first.
  package var bytes: [UInt8] { withBytes { Array($0) } }

  /// Hands over the 32 bytes of the digest, most significant first, without an allocation.
  package func withBytes<Result>(
    _ body: (UnsafeRawBufferPointer) throws -> Result
  ) rethrows -> Result {
    try withUnsafeBytes(
      of: (first.bigEndian, second.bigEndian, third.bigEndian, fourth.bigEndian), body)
  }

  /// Parses 64 lower-case hexadecimal digits; `nil` for anything else.
  package init?(hex: String) {
    let digits = Array(hex.utf8)
    guard digits.count == 64 else { return nil }
    var bytes: [UInt8] = []
    bytes.reserveCapacity(32)
    for index in stride(from: 0, to: 64, by: 2) {
      guard let high = Self.value(ofDigit: digits[index]),
        let low = Self.value(ofDigit: digits[index + 1])
      else { return nil }
      bytes.append(high << 4 | low)
    }
    self.init(bytes: bytes)
  }

  /// 64 lower-case hexadecimal digits.
  package var hex: String { hex(digits: 64) }

  /// The first hexadecimal digits of the digest.
  ///
  /// - Precondition: `digits` is even, at most 64.
  package func hex(digits: Int) -> String {
    withBytes { bytes in
      String(unsafeUninitializedCapacity: digits) { buffer in
        for index in 0..<digits / 2 {
          buffer[2 * index] = Self.digit(of: bytes[index] >> 4)
          buffer[2 * index + 1] = Self.digit(of: bytes[index] & 15)
        }
        return digits
      }
    }
  }

  /// Appends the 64 digits of `hex` to a text that is being put together.
  package func appendHex(to text: inout [UInt8]) {
    withBytes { bytes in
      for byte in bytes {
        text.append(Self.digit(of: byte >> 4))
        text.append(Self.digit(of: byte & 15))
      }
    }
  }

  /// The first eight bytes as a big-endian integer: a well-mixed 64-bit hash that is the same on
  /// every machine and in every process.
  package var prefix64: UInt64 { first }

  private static func digit(of nibble: UInt8) -> UInt8 {
    nibble < 10 ? UInt8(ascii: "0") + nibble : UInt8(ascii: "a") + nibble - 10
  }

  private static func value(ofDigit digit: UInt8) -> UInt8? {
    switch digit {
    case UInt8(ascii: "0")...UInt8(ascii: "9"): digit - UInt8(ascii: "0")
    case UInt8(ascii: "a")...UInt8(ascii: "f"): digit - UInt8(ascii: "a") + 10
    default: nil
    }
  }
}

extension Digest: Hashable {
  package static func == (left: Digest, right: Digest) -> Bool {
    left.first == right.first && left.second == right.second && left.third == right.third
      && left.fourth == right.fourth
  }

  /// Eight bytes of a digest are as well mixed as all of them.
  package func hash(into hasher: inout Hasher) {
    hasher.combine(first)
  }
}

extension Digest: CustomStringConvertible {
  package var description: String { hex }
}
