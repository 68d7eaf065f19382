extension ParameterCondition {
  /// The parameters that the condition looks at.
  package var names: [String] {
    switch self {
    case .isOne(_, let parameter), .isAbove(_, let parameter), .schedules(_, let parameter):
      [parameter]
    case .all(let conditions), .any(let conditions): conditions.flatMap(\.names)
    }
  }
}
