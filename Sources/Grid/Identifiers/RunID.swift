import Keys

/// Names a run by what it is: the first 12 hexadecimal digits of the SHA-256 of its parameters,
/// defaults included. It does not change when an axis grows or moves.
package struct RunID: Hashable, Sendable {
  package let text: String

  /// The id of the run with exactly these parameters.
  package init(parameters: CanonicalJSON) {
    self.init(digest: parameters.digest)
  }

  /// The id of the run whose canonical parameters have this digest.
  package init(digest: Digest) {
    text = digest.hex(digits: 12)
  }

  /// The id with these 48 bits.
  package init(bits: UInt64) {
    text = String(unsafeUninitializedCapacity: 12) { buffer in
      for place in 0..<12 {
        let nibble = UInt8(truncatingIfNeeded: bits >> UInt64(44 - 4 * place)) & 15
        buffer[place] = nibble < 10 ? UInt8(ascii: "0") + nibble : UInt8(ascii: "a") + nibble - 10
      }
      return 12
    }
  }

  /// The id as a number of 48 bits.
  package var bits: UInt64 {
    text.utf8.reduce(0) { bits, digit in
      bits << 4 | UInt64(digit < UInt8(ascii: "a") ? digit - 48 : digit - 87)
    }
  }

  /// Takes back an id that was stored or typed; `nil` unless it is 12 lower-case hex digits.
  package init?(_ text: String) {
    let isDigit: (UInt8) -> Bool = {
      $0 &- UInt8(ascii: "0") <= 9 || $0 &- UInt8(ascii: "a") <= 5
    }
    guard text.utf8.count == 12, text.utf8.allSatisfy(isDigit) else { return nil }
    self.text = text
  }
}

extension RunID: CustomStringConvertible {
  package var description: String { text }
}
