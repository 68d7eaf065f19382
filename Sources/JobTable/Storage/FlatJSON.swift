import Grid

/// Reads what the table itself wrote: canonical JSON whose members are strings, numbers and truth
/// values. A general decoder takes twenty times as long, and a million rows are read in one go.
struct FlatJSON {
  private var bytes: ArraySlice<UInt8>

  /// The members of an object; `nil` when the text is not such an object.
  static func object(_ text: String) -> [(name: String, value: ParameterValue)]? {
    var reader = FlatJSON(text)
    return reader.list(from: "{", to: "}") { reader in
      guard let name = reader.string(), reader.take(":"), let value = reader.value() else {
        return nil
      }
      return (name, value)
    }
  }

  /// The members of several objects together, of which none has a member of another; `nil` when one of
  /// the texts is not such an object.
  static func parameters(_ texts: [String?]) -> ParameterAssignment? {
    var parameters: ParameterAssignment = [:]
    for case let text? in texts {
      guard let members = object(text) else { return nil }
      for (name, value) in members { parameters[name] = value }
    }
    return parameters
  }

  /// The elements of an array; `nil` when the text is not such an array.
  static func array(_ text: String) -> [ParameterValue]? {
    var reader = FlatJSON(text)
    return reader.list(from: "[", to: "]") { $0.value() }
  }

  /// The members of an object of numbers; `nil` when the text is not such an object.
  static func numbers(_ text: String) -> [(name: String, value: Double)]? {
    var reader = FlatJSON(text)
    return reader.list(from: "{", to: "}") { reader in
      guard let name = reader.string(), reader.take(":"), let value = reader.value()?.double else {
        return nil
      }
      return (name, value)
    }
  }

  private init(_ text: String) {
    bytes = Array(text.utf8)[...]
  }

  private mutating func list<Element>(
    from start: Unicode.Scalar, to end: Unicode.Scalar,
    element: (inout FlatJSON) -> Element?
  ) -> [Element]? {
    guard take(start) else { return nil }
    var elements: [Element] = []
    if !take(end) {
      repeat {
        guard let next = element(&self) else { return nil }
        elements.append(next)
      } while take(",")
      guard take(end) else { return nil }
    }
    return bytes.isEmpty ? elements : nil
  }

  private mutating func take(_ scalar: Unicode.Scalar) -> Bool {
    guard bytes.first == UInt8(ascii: scalar) else { return false }
    bytes = bytes.dropFirst()
    return true
  }

  private mutating func take(word: StaticString) -> Bool {
    let found = word.withUTF8Buffer { bytes.starts(with: $0) }
    if found { bytes = bytes.dropFirst(word.utf8CodeUnitCount) }
    return found
  }

  private mutating func value() -> ParameterValue? {
    switch bytes.first {
    case UInt8(ascii: "\""): string().map { .string($0) }
    case UInt8(ascii: "t"): take(word: "true") ? .boolean(true) : nil
    case UInt8(ascii: "f"): take(word: "false") ? .boolean(false) : nil
    default: number()
    }
  }

  private mutating func number() -> ParameterValue? {
    let digits = bytes.prefix {
      switch $0 {
      case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "+"),
        UInt8(ascii: "."), UInt8(ascii: "e"), UInt8(ascii: "E"):
        true
      default: false
      }
    }
    bytes = bytes.dropFirst(digits.count)
    let text = String(decoding: digits, as: UTF8.self)
    if let integer = Int(text) { return .integer(integer) }
    guard let number = Double(text), number.isFinite else { return nil }
    return .number(number)
  }

  private mutating func string() -> String? {
    guard take("\"") else { return nil }
    var result: [UInt8] = []
    while let byte = bytes.popFirst() {
      switch byte {
      case UInt8(ascii: "\""): return String(decoding: result, as: UTF8.self)
      case UInt8(ascii: "\\"):
        guard let escaped = escape() else { return nil }
        result += escaped
      default: result.append(byte)
      }
    }
    return nil
  }

  /// What stands behind a backslash. Canonical JSON writes nothing but quotes, backslashes and control
  /// characters in this way, so there are no surrogate pairs.
  private mutating func escape() -> [UInt8]? {
    switch bytes.popFirst() {
    case UInt8(ascii: "\""): return [UInt8(ascii: "\"")]
    case UInt8(ascii: "\\"): return [UInt8(ascii: "\\")]
    case UInt8(ascii: "n"): return [UInt8(ascii: "\n")]
    case UInt8(ascii: "r"): return [UInt8(ascii: "\r")]
    case UInt8(ascii: "t"): return [UInt8(ascii: "\t")]
    case UInt8(ascii: "u"):
      let digits = bytes.prefix(4)
      bytes = bytes.dropFirst(4)
      guard let code = UInt8(String(decoding: digits, as: UTF8.self), radix: 16) else { return nil }
      return [code]
    default: return nil
    }
  }
}
