/// A JSON value that has exactly one text: keys sorted by their UTF-8 bytes, no spaces, numbers in
/// one form. Equal values have equal texts, so a digest of the text identifies the value.
package enum CanonicalJSON: Hashable, Sendable {
  case null
  case boolean(Bool)
  case integer(Int)
  /// A finite number. An integral one has the text of the integer: `1.0` and `1` are one value.
  case number(Double)
  case string(String)
  case array([CanonicalJSON])
  case object([String: CanonicalJSON])

  /// The canonical text.
  ///
  /// - Complexity: O(n log n) in the size of the value.
  package var text: String {
    var output: [UInt8] = []
    write(to: &output)
    return String(decoding: output, as: UTF8.self)
  }

  /// The SHA-256 digest of the canonical text.
  package var digest: Digest { Digest(of: text) }

  /// The canonical text of a number: an integral value below 2^53 as an integer, any other as the
  /// shortest decimal that reads back as the same Double.
  ///
  /// - Precondition: `value` is finite.
  package static func text(of value: Double) -> String {
    precondition(value.isFinite, "JSON has no text for \(value)")
    if value.magnitude < 0x1p53, value == value.rounded(.towardZero) {
      return String(Int(value))
    }
    return "\(value)"
  }

  /// Appends the text of `value` to a text, without one in between.
  ///
  /// - Precondition: `value` is finite.
  package static func write(_ value: Double, to text: inout [UInt8]) {
    precondition(value.isFinite, "JSON has no text for \(value)")
    if value.magnitude < 0x1p53, value == value.rounded(.towardZero) {
      write(Int(value), to: &text)
    } else {
      var own = "\(value)"
      own.withUTF8 { text.append(contentsOf: $0) }
    }
  }

  package static func write(_ value: Int, to text: inout [UInt8]) {
    if value < 0 { text.append(UInt8(ascii: "-")) }
    var digits = 1
    var bound: UInt = 10
    while value.magnitude >= bound {
      digits += 1
      bound *= 10  // At most 10^19, which fits.
    }
    text.append(contentsOf: repeatElement(UInt8(ascii: "0"), count: digits))
    // In place: a slice that is turned round would be a copy of its own.
    var rest = value.magnitude
    var place = text.count
    while rest > 0 {
      place -= 1
      let (quotient, digit) = rest.quotientAndRemainder(dividingBy: 10)
      text[place] += UInt8(truncatingIfNeeded: digit)
      rest = quotient
    }
  }

  /// The text of `string` as a JSON string, quotes included.
  package static func text(of string: String) -> String {
    var output: [UInt8] = []
    write(string, to: &output)
    return String(decoding: output, as: UTF8.self)
  }

  /// Appends the canonical text.
  package func write(to output: inout [UInt8]) {
    switch self {
    case .null: output += "null".utf8
    case .boolean(let value): output += (value ? "true" : "false").utf8
    case .integer(let value): Self.write(value, to: &output)
    case .number(let value): Self.write(value, to: &output)
    case .string(let value): Self.write(value, to: &output)
    case .array(let values):
      output.append(UInt8(ascii: "["))
      for (index, value) in values.enumerated() {
        if index > 0 { output.append(UInt8(ascii: ",")) }
        value.write(to: &output)
      }
      output.append(UInt8(ascii: "]"))
    case .object(let members):
      output.append(UInt8(ascii: "{"))
      let sorted = members.sorted { $0.key.utf8.lexicographicallyPrecedes($1.key.utf8) }
      for (index, member) in sorted.enumerated() {
        if index > 0 { output.append(UInt8(ascii: ",")) }
        Self.write(member.key, to: &output)
        output.append(UInt8(ascii: ":"))
        member.value.write(to: &output)
      }
      output.append(UInt8(ascii: "}"))
    }
  }

  /// Appends the text of `string` as a JSON string, quotes included.
  package static func write(_ string: String, to output: inout [UInt8]) {
    var string = string
    string.withUTF8 { bytes in
      output.append(UInt8(ascii: "\""))
      // Most have nothing to escape.
      var done = 0
      for (index, byte) in bytes.enumerated()
      where byte < 0x20 || byte == UInt8(ascii: "\"") || byte == UInt8(ascii: "\\") {
        output += bytes[done..<index]
        done = index + 1
        switch byte {
        case UInt8(ascii: "\n"): output += "\\n".utf8
        case UInt8(ascii: "\r"): output += "\\r".utf8
        case UInt8(ascii: "\t"): output += "\\t".utf8
        case UInt8(ascii: "\""), UInt8(ascii: "\\"): output += [UInt8(ascii: "\\"), byte]
        default:
          let hex = String(byte, radix: 16)
          output += ("\\u" + String(repeating: "0", count: 4 - hex.count) + hex).utf8
        }
      }
      output += bytes[done...]
      output.append(UInt8(ascii: "\""))
    }
  }
}
