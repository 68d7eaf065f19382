import Crypto

/// A SHA-256 digest.
package struct Digest: Hashable, Sendable {
  /// The 32 bytes of the digest, most significant first.
  package let bytes: [UInt8]

  /// The digest of `data`.
  ///
  /// - Complexity: O(`data.count`).
  package init(of data: some Sequence<UInt8>) {
    bytes = Array(SHA256.hash(data: ContiguousArray(data)))
  }

  /// The digest of raw memory, without copying it.
  package init(of buffer: UnsafeRawBufferPointer) {
    var hasher = SHA256()
    hasher.update(bufferPointer: buffer)
    bytes = Array(hasher.finalize())
  }

  /// The digest of the UTF-8 bytes of `text`.
  package init(of text: String) {
    var text = text
    bytes = text.withUTF8 { buffer in
      var hasher = SHA256()
      hasher.update(bufferPointer: UnsafeRawBufferPointer(buffer))
      return Array(hasher.finalize())
    }
  }

  init(_ hash: SHA256.Digest) {
    bytes = Array(hash)
  }

  /// Takes back the bytes of a digest; `nil` unless there are 32.
  package init?(bytes: [UInt8]) {
    guard bytes.count == 32 else { return nil }
    self.bytes = bytes
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
    self.bytes = bytes
  }

  /// 64 lower-case hexadecimal digits.
  package var hex: String { hex(digits: 64) }

  /// The first hexadecimal digits of the digest.
  ///
  /// - Precondition: `digits` is even, at most 64.
  package func hex(digits: Int) -> String {
    String(unsafeUninitializedCapacity: digits) { buffer in
      for index in 0..<digits / 2 {
        buffer[2 * index] = Self.digit(of: bytes[index] >> 4)
        buffer[2 * index + 1] = Self.digit(of: bytes[index] & 15)
      }
      return digits
    }
  }

  /// Appends the 64 digits of `hex` to a text that is being put together.
  package func appendHex(to text: inout [UInt8]) {
    for byte in bytes {
      text.append(Self.digit(of: byte >> 4))
      text.append(Self.digit(of: byte & 15))
    }
  }

  /// The first eight bytes as a big-endian integer: a well-mixed 64-bit hash that is the same on
  /// every machine and in every process.
  package var prefix64: UInt64 {
    bytes.prefix(8).reduce(0) { $0 << 8 | UInt64($1) }
  }

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

extension Digest: CustomStringConvertible {
  package var description: String { hex }
}
