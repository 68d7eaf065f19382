import Keys

/// Names a stage by what decides its result. Same key, same result: it is computed once, in
/// whatever grid.
package struct StageKey: Hashable, Sendable {
  package let digest: Digest

  package init(_ digest: Digest) {
    self.digest = digest
  }

  /// Takes back a stored key; `nil` unless it is 64 lower-case hex digits.
  package init?(_ hex: String) {
    guard let digest = Digest(hex: hex) else { return nil }
    self.digest = digest
  }

  /// 64 lower-case hexadecimal digits.
  package var hex: String { digest.hex }

  /// The first 12 digits, for people.
  package var short: String { String(digest.hex.prefix(12)) }
}

extension StageKey: CustomStringConvertible {
  package var description: String { hex }
}

extension StageKey: Codable {
  package init(from decoder: any Decoder) throws {
    let container = try decoder.singleValueContainer()
    let hex = try container.decode(String.self)
    guard let key = StageKey(hex) else {
      throw DecodingError.dataCorruptedError(
        in: container, debugDescription: "“\(hex)” is not a stage key of 64 hex digits")
    }
    self = key
  }

  package func encode(to encoder: any Encoder) throws {
    var container = encoder.singleValueContainer()
    try container.encode(hex)
  }
}
