/// One comparison that a grid's runs must pass: `temperature <= 1.0`.
package struct RunCondition: Hashable, Sendable, Codable {
  package enum Comparison: String, Hashable, Sendable, Codable, CaseIterable {
    case equal = "=="
    case notEqual = "!="
    case less = "<"
    case lessOrEqual = "<="
    case greater = ">"
    case greaterOrEqual = ">="

    /// Whether the comparison asks for an order, which only numbers have.
    package var isOrdered: Bool { self != .equal && self != .notEqual }
  }

  /// A parameter, or an axis that sets several parameters together (then its label is compared).
  package var name: String
  package var comparison: Comparison
  package var value: ParameterValue

  package init(name: String, comparison: Comparison, value: ParameterValue) {
    self.name = name
    self.comparison = comparison
    self.value = value
  }

  /// Whether the condition holds for a run whose value is `actual`. An order between values that are
  /// not both numbers never holds.
  package func holds(for actual: ParameterValue) -> Bool {
    switch comparison {
    case .equal: return actual.isSame(as: value)
    case .notEqual: return !actual.isSame(as: value)
    case .less, .lessOrEqual, .greater, .greaterOrEqual:
      guard let left = actual.double, let right = value.double else { return false }
      return switch comparison {
      case .less: left < right
      case .lessOrEqual: left <= right
      case .greater: left > right
      default: left >= right
      }
    }
  }
}

extension RunCondition: CustomStringConvertible {
  package var description: String { "\(name) \(comparison.rawValue) \(value)" }
}
