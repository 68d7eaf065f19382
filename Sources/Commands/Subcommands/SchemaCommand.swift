import ArgumentParser
import BuiltinProgram
import Keys
import Planner
import Report

struct SchemaCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "schema",
    abstract: "Print the JSON Schema of grid files, for editors.",
    discussion: """
      Editors with a YAML language server complete and check a grid file that begins with the line \
      “# yaml-language-server: $schema=PATH”, PATH being where this command's output was put. The \
      shipped grids name grids/grid.schema.json.

      Examples:
        espalier schema > grids/grid.schema.json
      """)

  func run() throws {
    let document = EditorSchema.document(for: BuiltinProgram.description)
    Terminal.write(OrderedJSON(document).text, to: 1)
  }
}

extension OrderedJSON {
  /// The value with the members of objects in alphabetical order.
  init(_ value: CanonicalJSON) {
    switch value {
    case .null: self = .null
    case .boolean(let value): self = .boolean(value)
    case .integer(let value): self = .integer(value)
    case .number(let value): self = .number(value)
    case .string(let value): self = .string(value)
    case .array(let values): self = .array(values.map { OrderedJSON($0) })
    case .object(let members):
      self = .object(
        members.sorted { $0.key < $1.key }.map { Member($0.key, OrderedJSON($0.value)) })
    }
  }
}
