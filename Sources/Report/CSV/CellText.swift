import Grid

extension ParameterValue {
  /// The value that a text in a CSV field or on a command line stands for: an integer or a number
  /// where it is written as one (so `1.0` and `1` are one value), `true` and `false`, else the text.
  /// A leading zero (`007`) or more digits than a number keeps make it a text, and so does an exponent
  /// as only an id has it (`0e12345678`, `123e4`): distinct ids must not become one number.
  package init(cellText text: String) {
    var copy = text
    self =
      copy.withUTF8 { Self.number($0) }
      ?? (text == "true"
        ? .boolean(true) : text == "false" ? .boolean(false) : .string(text))
  }

  private static func number(_ bytes: UnsafeBufferPointer<UInt8>) -> ParameterValue? {
    let digits = bytes.first == UInt8(ascii: "-") ? bytes.dropFirst() : bytes[...]
    guard let first = digits.first, first &- 48 <= 9, digits.count <= 40 else { return nil }
    let isWhole = digits.allSatisfy { $0 &- 48 <= 9 }
    if first == 48, digits.count > 1, digits[digits.startIndex + 1] &- 48 <= 9 { return nil }
    if isWhole, digits.count > 15 { return nil }
    if let sign = digits.firstIndex(where: { $0 | 0x20 == UInt8(ascii: "e") }) {
      let mantissa = digits[..<sign]
      guard mantissa.count == 1 || mantissa.contains(UInt8(ascii: ".")),
        digits[(sign + 1)...].count(where: { $0 &- 48 <= 9 }) <= 3
      else { return nil }
    }
    guard let value = DecimalText.decimal(bytes), value.isFinite else { return nil }
    if value.magnitude < 0x1p53, let integer = Int(exactly: value) { return .integer(integer) }
    return .number(value)
  }
}
