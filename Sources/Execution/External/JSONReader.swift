/// A value of a JSON text that an external program wrote. Beside JSON it takes `NaN`, `Infinity` and
/// `-Infinity`, which Python writes for numbers that are not finite, so that they can be named as
/// what they are.
enum JSONValue: Hashable {
  case null
  case boolean(Bool)
  case number(Double)
  case string(String)
  case array([JSONValue])
  case object([String: JSONValue])

  /// What kind of value it is, for people.
  var kind: String {
    switch self {
    case .null: "null"
    case .boolean: "a truth value"
    case .number: "a number"
    case .string: "a string"
    case .array: "a list"
    case .object: "an object"
    }
  }
}

/// Reads one JSON value from bytes, by RFC 8259.
struct JSONReader {
  private let bytes: UnsafeRawBufferPointer
  private var position = 0
  private var depth = 0

  private struct Fault: Error {}

  /// The value that `bytes` are the text of; `nil` when they are not the text of one value.
  ///
  /// - Complexity: O(bytes).
  static func value(of bytes: UnsafeRawBufferPointer) -> JSONValue? {
    var reader = JSONReader(bytes: bytes)
    do {
      let value = try reader.value()
      reader.skipSpace()
      return reader.position == bytes.count ? value : nil
    } catch {
      return nil
    }
  }

  private init(bytes: UnsafeRawBufferPointer) {
    self.bytes = bytes
  }

  private var next: UInt8? { position < bytes.count ? bytes[position] : nil }

  private mutating func skipSpace() {
    while let byte = next, byte == 0x20 || byte == 0x09 || byte == 0x0A || byte == 0x0D {
      position += 1
    }
  }

  private mutating func take(_ word: StaticString) -> Bool {
    let count = word.utf8CodeUnitCount
    guard position + count <= bytes.count else { return false }
    for offset in 0..<count where bytes[position + offset] != word.utf8Start[offset] {
      return false
    }
    position += count
    return true
  }

  private mutating func value() throws -> JSONValue {
    skipSpace()
    guard let byte = next else { throw Fault() }
    switch byte {
    case UInt8(ascii: "{"): return .object(try object())
    case UInt8(ascii: "["): return .array(try array())
    case UInt8(ascii: "\""): return .string(try string())
    case UInt8(ascii: "t") where take("true"): return .boolean(true)
    case UInt8(ascii: "f") where take("false"): return .boolean(false)
    case UInt8(ascii: "n") where take("null"): return .null
    case UInt8(ascii: "N") where take("NaN"): return .number(.nan)
    case UInt8(ascii: "I") where take("Infinity"): return .number(.infinity)
    case UInt8(ascii: "-") where take("-Infinity"): return .number(-.infinity)
    default: return .number(try number())
    }
  }

  /// Runs `body` one level deeper; a text that nests too deep is refused before the stack ends.
  private mutating func nested<Value>(
    _ body: (inout JSONReader) throws -> Value
  ) throws -> Value {
    depth += 1
    guard depth <= 64 else { throw Fault() }
    defer { depth -= 1 }
    return try body(&self)
  }

  private mutating func object() throws -> [String: JSONValue] {
    try nested { reader in
      reader.position += 1
      var members: [String: JSONValue] = [:]
      reader.skipSpace()
      if reader.take("}") { return members }
      while true {
        reader.skipSpace()
        guard reader.next == UInt8(ascii: "\"") else { throw Fault() }
        let name = try reader.string()
        reader.skipSpace()
        guard reader.take(":") else { throw Fault() }
        members[name] = try reader.value()
        reader.skipSpace()
        if reader.take("}") { return members }
        guard reader.take(",") else { throw Fault() }
      }
    }
  }

  private mutating func array() throws -> [JSONValue] {
    try nested { reader in
      reader.position += 1
      var elements: [JSONValue] = []
      reader.skipSpace()
      if reader.take("]") { return elements }
      while true {
        elements.append(try reader.value())
        reader.skipSpace()
        if reader.take("]") { return elements }
        guard reader.take(",") else { throw Fault() }
      }
    }
  }

  private mutating func number() throws -> Double {
    let start = position
    func digits(_ reader: inout JSONReader) -> Int {
      let first = reader.position
      while let byte = reader.next, (0x30...0x39).contains(byte) { reader.position += 1 }
      return reader.position - first
    }
    _ = take("-")
    let leadsWithZero = next == UInt8(ascii: "0")
    let whole = digits(&self)
    guard whole == 1 || whole > 1 && !leadsWithZero else { throw Fault() }
    if take(".") { guard digits(&self) > 0 else { throw Fault() } }
    if take("e") || take("E") {
      _ = take("+") || take("-")
      guard digits(&self) > 0 else { throw Fault() }
    }
    guard let number = Double(String(decoding: bytes[start..<position], as: UTF8.self)) else {
      throw Fault()
    }
    return number
  }

  private mutating func string() throws -> String {
    position += 1
    let start = position
    // Most have nothing to replace.
    while let byte = next, byte >= 0x20, byte != UInt8(ascii: "\\") {
      position += 1
      if byte == UInt8(ascii: "\"") {
        let text = UnsafeRawBufferPointer(rebasing: bytes[start..<position - 1])
        guard let string = String(validating: text, as: UTF8.self) else { throw Fault() }
        return string
      }
    }
    var text = Array(bytes[start..<position])
    while let byte = next {
      position += 1
      switch byte {
      case UInt8(ascii: "\""):
        guard let string = String(validating: text, as: UTF8.self) else { throw Fault() }
        return string
      case UInt8(ascii: "\\"): try escape(into: &text)
      case 0..<0x20: throw Fault()
      default: text.append(byte)
      }
    }
    throw Fault()
  }

  private mutating func escape(into text: inout [UInt8]) throws {
    guard let byte = next else { throw Fault() }
    position += 1
    switch byte {
    case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"): text.append(byte)
    case UInt8(ascii: "b"): text.append(0x08)
    case UInt8(ascii: "f"): text.append(0x0C)
    case UInt8(ascii: "n"): text.append(0x0A)
    case UInt8(ascii: "r"): text.append(0x0D)
    case UInt8(ascii: "t"): text.append(0x09)
    case UInt8(ascii: "u"):
      var code = try hex()
      if (0xD800..<0xDC00).contains(code) {
        guard take("\\u") else { throw Fault() }
        let low = try hex()
        guard (0xDC00..<0xE000).contains(low) else { throw Fault() }
        code = 0x10000 + ((code - 0xD800) << 10) + (low - 0xDC00)
      }
      guard let scalar = Unicode.Scalar(code) else { throw Fault() }
      text += String(Character(scalar)).utf8
    default: throw Fault()
    }
  }

  private mutating func hex() throws -> UInt32 {
    guard position + 4 <= bytes.count else { throw Fault() }
    var code: UInt32 = 0
    for _ in 0..<4 {
      guard let digit = Character(Unicode.Scalar(bytes[position])).hexDigitValue else {
        throw Fault()
      }
      code = code << 4 | UInt32(digit)
      position += 1
    }
    return code
  }
}
