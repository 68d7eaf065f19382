import Keys

/// The value of one parameter of a run.
package enum ParameterValue: Hashable, Sendable {
  case boolean(Bool)
  case integer(Int)
  /// A finite number. Made from its decimal text, so that 0.3 is the Double nearest to 0.3.
  case number(Double)
  case string(String)

  /// The value as canonical JSON: `.integer(1)` and `.number(1)` have the same text.
  package var canonical: CanonicalJSON {
    switch self {
    case .boolean(let value): .boolean(value)
    case .integer(let value): .integer(value)
    case .number(let value): .number(value)
    case .string(let value): .string(value)
    }
  }

  /// The value as a number, if it is one.
  package var double: Double? {
    switch self {
    case .integer(let value): Double(value)
    case .number(let value): value
    case .boolean, .string: nil
    }
  }

  /// The value as an integer, if it is integral.
  package var integer: Int? {
    switch self {
    case .integer(let value): value
    case .number(let value): Int(exactly: value)
    case .boolean, .string: nil
    }
  }

  /// The value as a string, if it is one.
  package var string: String? {
    if case .string(let value) = self { value } else { nil }
  }

  /// The value as a truth value, if it is one.
  package var boolean: Bool? {
    if case .boolean(let value) = self { value } else { nil }
  }
}

extension ParameterValue: CustomStringConvertible {
  /// The text of CSV cells, placeholders and tables: strings bare, numbers as the shortest decimal
  /// that reads back as the same value.
  package var description: String {
    switch self {
    case .boolean(let value): value ? "true" : "false"
    case .integer(let value): String(value)
    case .number(let value): CanonicalJSON.text(of: value)
    case .string(let value): value
    }
  }
}

extension ParameterValue: Codable {
  package init(from decoder: any Decoder) throws {
    let container = try decoder.singleValueContainer()
    if let value = try? container.decode(Bool.self) {
      self = .boolean(value)
    } else if let value = try? container.decode(Int.self) {
      self = .integer(value)
    } else if let value = try? container.decode(Double.self) {
      self = .number(value)
    } else {
      self = .string(try container.decode(String.self))
    }
  }

  package func encode(to encoder: any Encoder) throws {
    var container = encoder.singleValueContainer()
    switch self {
    case .boolean(let value): try container.encode(value)
    case .integer(let value): try container.encode(value)
    case .number(let value): try container.encode(value)
    case .string(let value): try container.encode(value)
    }
  }
}
