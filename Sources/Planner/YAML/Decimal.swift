import Grid

/// A decimal number as it is written: `coefficient · 10^exponent`, exact. Ranges are computed in it,
/// because 0.1 + 0.2 is 0.3 here.
struct Decimal: Hashable, Sendable {
  let coefficient: Int128
  let exponent: Int

  /// More digits than a Double tells apart, and room for products in 128 bits.
  static let digitLimit = 18

  init(coefficient: Int128, exponent: Int) {
    self.coefficient = coefficient
    self.exponent = exponent
  }

  /// - Parameter text: a number by `NumberText`.
  /// - Returns: `nil` if it is no number, has too many digits, or an exponent beyond a Double's.
  init?(_ text: String) {
    guard NumberText(text) != nil else { return nil }
    let parts = text.utf8.split(
      maxSplits: 1, omittingEmptySubsequences: false,
      whereSeparator: { $0 == UInt8(ascii: "e") || $0 == UInt8(ascii: "E") })
    var exponent = 0
    if parts.count == 2 {
      guard let written = Int(String(Substring(parts[1]))), abs(written) <= 400 else { return nil }
      exponent = written
    }
    var coefficient: Int128 = 0
    var digits = 0
    var isFraction = false
    for byte in parts[0] {
      switch byte {
      case UInt8(ascii: "."): isFraction = true
      case UInt8(ascii: "+"), UInt8(ascii: "-"): continue
      default:
        coefficient = coefficient * 10 + Int128(byte - UInt8(ascii: "0"))
        if coefficient != 0 { digits += 1 }
        if isFraction { exponent -= 1 }
        guard digits <= Self.digitLimit, exponent >= -400 else { return nil }
      }
    }
    self.coefficient = text.hasPrefix("-") ? -coefficient : coefficient
    self.exponent = exponent
  }

  /// The coefficient of the same number with a lower exponent; `nil` where it does not fit.
  func coefficient(at lower: Int) -> Int128? {
    var result = coefficient
    if result == 0 { return 0 }
    for _ in 0..<max(0, exponent - lower) {
      let (product, overflow) = result.multipliedReportingOverflow(by: 10)
      guard !overflow, abs(product) < 1 << 100 else { return nil }
      result = product
    }
    return result
  }

  /// Without needless zeros at the end: `1.50` is `1.5`, `300` is 3 hundreds.
  private var reduced: Decimal {
    var (coefficient, exponent) = (coefficient, exponent)
    if coefficient == 0 { return Decimal(coefficient: 0, exponent: 0) }
    while coefficient % 10 == 0 {
      coefficient /= 10
      exponent += 1
    }
    return Decimal(coefficient: coefficient, exponent: exponent)
  }

  /// The nearest Double, infinite if there is none.
  var double: Double {
    Double("\(coefficient)e\(exponent)") ?? .infinity
  }

  /// An integer if the number is one and fits, else a number.
  var value: ParameterValue {
    if exponent == 0, let integer = Int(exactly: coefficient) { return .integer(integer) }
    let reduced = reduced
    if reduced.exponent >= 0, let whole = reduced.coefficient(at: 0),
      let integer = Int(exactly: whole)
    {
      return .integer(integer)
    }
    return .number(double)
  }

  /// As people write it: `0.3`, `1e-07`.
  var text: String { value.description }
}
