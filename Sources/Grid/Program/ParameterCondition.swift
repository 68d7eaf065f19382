/// A condition on the parameters of one run.
package indirect enum ParameterCondition: Hashable, Sendable {
  case isOne(of: [ParameterValue], parameter: String)
  case isAbove(Double, parameter: String)
  case all([ParameterCondition])

  /// Whether the condition holds. A parameter that is missing, or not a number where one is asked
  /// for, makes it false.
  package func holds(for parameters: ParameterAssignment) -> Bool {
    switch self {
    case .isOne(let values, let parameter):
      guard let value = parameters[parameter] else { return false }
      return values.contains { $0.canonical == value.canonical || $0.double.map { $0 == value.double } == true }
    case .isAbove(let bound, let parameter):
      guard let value = parameters[parameter]?.double else { return false }
      return value > bound
    case .all(let conditions):
      return conditions.allSatisfy { $0.holds(for: parameters) }
    }
  }
}
