import Foundation
import Keys

@testable import Planner

/// Holds values against a JSON Schema: the keywords of draft 7 that `EditorSchema` uses, written from
/// the specification. A keyword that is not known here stops the test.
struct SchemaValidator {
  let root: CanonicalJSON

  private static let annotations: Set<String> = [
    "$schema", "title", "description", "default", "definitions", "then", "else",
  ]

  func accepts(_ value: CanonicalJSON) -> Bool { accepts(value, root) }

  private func accepts(_ value: CanonicalJSON, _ schema: CanonicalJSON) -> Bool {
    if case .boolean(let answer) = schema { return answer }
    guard case .object(let keywords) = schema else { preconditionFailure("not a schema") }
    return keywords.allSatisfy { holds($0.key, $0.value, keywords, value) }
  }

  private func holds(
    _ keyword: String, _ argument: CanonicalJSON, _ schema: [String: CanonicalJSON],
    _ value: CanonicalJSON
  ) -> Bool {
    switch keyword {
    case _ where Self.annotations.contains(keyword): return true
    case "$ref":
      guard case .string(let reference) = argument else { preconditionFailure("$ref") }
      return accepts(value, definition(reference))
    case "if":
      let branch = accepts(value, argument) ? "then" : "else"
      return schema[branch].map { accepts(value, $0) } ?? true
    case "anyOf": return argument.elements.contains { accepts(value, $0) }
    case "not": return !accepts(value, argument)
    case "enum": return argument.elements.contains(value)
    case "type":
      if case .string(let name) = argument { return value.isOf(type: name) }
      return argument.elements.contains { value.isOf(type: $0.text.filter { $0 != "\"" }) }
    case "minimum": return value.number.map { $0 >= argument.number! } ?? true
    case "maximum": return value.number.map { $0 <= argument.number! } ?? true
    case "exclusiveMinimum": return value.number.map { $0 > argument.number! } ?? true
    case "pattern":
      guard case .string(let text) = value, case .string(let pattern) = argument else {
        return true
      }
      return text.range(of: pattern, options: .regularExpression) != nil
    case "items":
      guard case .array(let elements) = value else { return true }
      return elements.allSatisfy { accepts($0, argument) }
    case "minItems":
      guard case .array(let elements) = value else { return true }
      return Double(elements.count) >= argument.number!
    case "maxItems":
      guard case .array(let elements) = value else { return true }
      return Double(elements.count) <= argument.number!
    case "required":
      guard case .object(let members) = value else { return true }
      return argument.elements.allSatisfy {
        guard case .string(let name) = $0 else { return false }
        return members[name] != nil
      }
    case "minProperties":
      guard case .object(let members) = value else { return true }
      return Double(members.count) >= argument.number!
    case "propertyNames":
      guard case .object(let members) = value else { return true }
      return members.keys.allSatisfy { accepts(.string($0), argument) }
    case "properties":
      guard case .object(let members) = value, case .object(let known) = argument else {
        return true
      }
      return members.allSatisfy { name, value in known[name].map { accepts(value, $0) } ?? true }
    case "additionalProperties":
      guard case .object(let members) = value else { return true }
      var known: [String: CanonicalJSON] = [:]
      if case .object(let properties)? = schema["properties"] { known = properties }
      return members.allSatisfy { known[$0.key] != nil || accepts($0.value, argument) }
    default: preconditionFailure("the keyword \(keyword) is unknown")
    }
  }

  private func definition(_ reference: String) -> CanonicalJSON {
    let prefix = "#/definitions/"
    guard reference.hasPrefix(prefix), case .object(let members) = root,
      case .object(let definitions)? = members["definitions"],
      let definition = definitions[String(reference.dropFirst(prefix.count))]
    else { preconditionFailure("\(reference) leads nowhere") }
    return definition
  }
}

extension CanonicalJSON {
  fileprivate var elements: [CanonicalJSON] {
    if case .array(let elements) = self { elements } else { [] }
  }

  fileprivate var number: Double? {
    switch self {
    case .integer(let value): Double(value)
    case .number(let value): value
    default: nil
    }
  }

  fileprivate func isOf(type: String) -> Bool {
    switch (type, self) {
    case ("null", .null), ("boolean", .boolean), ("string", .string), ("array", .array),
      ("object", .object), ("number", .integer), ("number", .number), ("integer", .integer):
      true
    case ("integer", .number(let value)): value == value.rounded()
    default: false
    }
  }
}

extension YAMLNode {
  /// The value as a reader of YAML 1.2 hands it to an editor.
  var json: CanonicalJSON {
    switch content {
    case .list(let nodes): return .array(nodes.map(\.json))
    case .mapping(let entries):
      return .object(
        Dictionary(entries.map { ($0.key, $0.value.json) }, uniquingKeysWith: { first, _ in first })
      )
    case .scalar(let scalar):
      switch YAMLLiteral(scalar) {
      case .null: return .null
      case .value(let value): return value.canonical
      // JSON has no infinity; no schema for a number takes a word.
      case .notFinite: return .string(scalar.text)
      }
    }
  }
}
