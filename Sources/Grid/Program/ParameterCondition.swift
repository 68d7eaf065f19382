/// A condition on the parameters of one run.
package indirect enum ParameterCondition: Hashable, Sendable {
  case isOne(of: [ParameterValue], parameter: String)
  case isAbove(Double, parameter: String)
  /// The parameter is the text of a `Schedule` that has this method.
  case schedules(String, parameter: String)
  case all([ParameterCondition])
  case any([ParameterCondition])

  /// Whether the condition holds. A parameter that is missing, or not a number where one is asked
  /// for, makes it false.
  package func holds(for parameters: ParameterAssignment) -> Bool {
    holds { parameters[$0] }
  }

  /// The same for parameters that are not in a dictionary.
  package func holds(_ value: (String) -> ParameterValue?) -> Bool {
    switch self {
    case .isOne(let values, let parameter):
      guard let actual = value(parameter) else { return false }
      return values.contains { $0.isSame(as: actual) }
    case .isAbove(let bound, let parameter):
      guard let actual = value(parameter)?.double else { return false }
      return actual > bound
    case .schedules(let method, let parameter):
      guard let text = value(parameter)?.string, let schedule = try? Schedule(text) else {
        return false
      }
      return schedule.phases.contains { $0.method == method }
    case .all(let conditions):
      return conditions.allSatisfy { $0.holds(value) }
    case .any(let conditions):
      return conditions.contains { $0.holds(value) }
    }
  }
}
