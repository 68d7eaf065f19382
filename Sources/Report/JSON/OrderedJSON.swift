import Grid
import Keys

/// A JSON value whose members stand in the order given, for files that people read:
/// `provenance.json`.
package indirect enum OrderedJSON: Hashable, Sendable {
  package struct Member: Hashable, Sendable {
    package let name: String
    package let value: OrderedJSON

    package init(_ name: String, _ value: OrderedJSON) {
      self.name = name
      self.value = value
    }
  }

  case null
  case boolean(Bool)
  case integer(Int)
  /// What is not finite becomes `null`, since JSON has no word for it.
  case number(Double)
  case string(String)
  case array([OrderedJSON])
  case object([Member])

  /// The value of a parameter.
  package init(_ value: ParameterValue) {
    switch value {
    case .boolean(let value): self = .boolean(value)
    case .integer(let value): self = .integer(value)
    case .number(let value): self = .number(value)
    case .string(let value): self = .string(value)
    }
  }

  /// The text with one member or element a line, indented by two spaces, and a line break at the
  /// end. Arrays of plain values stand on one line.
  package var text: String {
    var output = ""
    write(to: &output, indentation: 0)
    output += "\n"
    return output
  }

  private func write(to output: inout String, indentation: Int) {
    switch self {
    case .null: output += "null"
    case .boolean(let value): output += value ? "true" : "false"
    case .integer(let value): output += String(value)
    case .number(let value): output += value.isFinite ? CanonicalJSON.text(of: value) : "null"
    case .string(let value): output += CanonicalJSON.text(of: value)
    case .array(let values) where values.allSatisfy(\.isPlain):
      output += "["
      for (index, value) in values.enumerated() {
        if index > 0 { output += ", " }
        value.write(to: &output, indentation: indentation)
      }
      output += "]"
    case .array(let values):
      Self.write(values, between: "[", and: "]", to: &output, indentation) { value, output in
        value.write(to: &output, indentation: indentation + 1)
      }
    case .object(let members) where members.isEmpty: output += "{}"
    case .object(let members):
      Self.write(members, between: "{", and: "}", to: &output, indentation) { member, output in
        output += CanonicalJSON.text(of: member.name) + ": "
        member.value.write(to: &output, indentation: indentation + 1)
      }
    }
  }

  private static func write<Element>(
    _ elements: [Element], between open: String, and close: String, to output: inout String,
    _ indentation: Int, _ body: (Element, inout String) -> Void
  ) {
    output += open
    for (index, element) in elements.enumerated() {
      output += index > 0 ? ",\n" : "\n"
      output += String(repeating: "  ", count: indentation + 1)
      body(element, &output)
    }
    output += "\n" + String(repeating: "  ", count: indentation) + close
  }

  private var isPlain: Bool {
    switch self {
    case .null, .boolean, .integer, .number, .string: true
    case .array, .object: false
    }
  }
}
