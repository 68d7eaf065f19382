import Grid

/// What a scalar stands for: the core schema of YAML 1.2 without octal and hexadecimal numbers, so
/// that `no` is a word and `007` is not eight less one.
enum YAMLLiteral: Hashable, Sendable {
  case null
  case value(ParameterValue)
  /// `.inf`, `.nan`, or a number too large for a Double.
  case notFinite

  init(_ scalar: YAMLScalar) {
    let text = scalar.text
    guard scalar.isPlain else {
      self = .value(.string(text))
      return
    }
    switch text {
    case "", "~", "null", "Null", "NULL": self = .null
    case "true", "True", "TRUE": self = .value(.boolean(true))
    case "false", "False", "FALSE": self = .value(.boolean(false))
    case ".nan", ".NaN", ".NAN": self = .notFinite
    case ".inf", ".Inf", ".INF", "+.inf", "+.Inf", "+.INF", "-.inf", "-.Inf", "-.INF":
      self = .notFinite
    default:
      switch NumberText(text) {
      case nil: self = .value(.string(text))
      case .integer(let integer): self = .value(.integer(integer))
      case .number(let number) where number.isFinite: self = .value(.number(number))
      case .number: self = .notFinite
      }
    }
  }
}

/// A number as grids write it: an optional sign, digits without a needless leading zero, a fraction,
/// an exponent.
enum NumberText: Hashable {
  case integer(Int)
  /// Infinite if the text's magnitude is too large.
  case number(Double)

  init?(_ text: String) {
    var rest = Substring(text).utf8[...]
    if rest.first == UInt8(ascii: "+") || rest.first == UInt8(ascii: "-") { rest.removeFirst() }
    let whole = Self.takeDigits(&rest)
    guard whole.count < 2 || whole.first != UInt8(ascii: "0") else { return nil }
    if rest.isEmpty, !whole.isEmpty {
      if let integer = Int(text) {
        self = .integer(integer)
        return
      }
    } else {
      var fraction: Substring.UTF8View.SubSequence?
      if rest.first == UInt8(ascii: ".") {
        rest.removeFirst()
        fraction = Self.takeDigits(&rest)
      }
      guard !whole.isEmpty || !(fraction ?? whole).isEmpty else { return nil }
      if rest.first == UInt8(ascii: "e") || rest.first == UInt8(ascii: "E") {
        rest.removeFirst()
        if rest.first == UInt8(ascii: "+") || rest.first == UInt8(ascii: "-") {
          rest.removeFirst()
        }
        guard !Self.takeDigits(&rest).isEmpty else { return nil }
      }
      guard rest.isEmpty else { return nil }
    }
    guard let number = Double(text) else { return nil }
    self = .number(number)
  }

  private static func takeDigits(
    _ rest: inout Substring.UTF8View.SubSequence
  ) -> Substring.UTF8View.SubSequence {
    let digits = rest.prefix(while: isDigit)
    rest = rest[digits.endIndex...]
    return digits
  }

  private static func isDigit(_ byte: UInt8) -> Bool {
    (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte)
  }
}
