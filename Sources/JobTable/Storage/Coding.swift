import Foundation
import Grid

/// The table's JSON for values that have no column of their own; keys sorted, so that equal values have
/// equal texts.
enum Coding {
  static func text(of value: some Encodable) throws -> String {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
    return String(decoding: try encoder.encode(value), as: UTF8.self)
  }

  /// - Throws: `RowDamage` when the text is not such a value.
  static func value<Value: Decodable>(_ type: Value.Type, from text: String) throws -> Value {
    do {
      return try JSONDecoder().decode(type, from: Data(text.utf8))
    } catch {
      throw RowDamage("\(text.prefix(60)) is not a \(type)")
    }
  }
}

/// A row holds what this program never writes.
struct RowDamage: Error {
  let detail: String

  init(_ detail: String) {
    self.detail = detail
  }
}
