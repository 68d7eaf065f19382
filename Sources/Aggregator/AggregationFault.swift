import Grid

/// What can be wrong with a question put to a table of runs.
package enum AggregationFault: Error, Hashable, Sendable {
  case unknownAxis(String, known: [String])
  case unknownMetric(String, known: [String])
  /// An axis stands both among the rows and the columns, or twice in one of them.
  case axisTwice(String)
  /// A baseline that names an axis over which means are taken.
  case baselineOnAveragedAxis(String)
  /// A baseline with a value that the axis does not have.
  case baselineValueUnknown(axis: String, value: ParameterValue, known: [ParameterValue])
}

extension AggregationFault: CustomStringConvertible {
  package var description: String {
    switch self {
    case .unknownAxis(let name, let known):
      known.isEmpty
        ? "There is no axis “\(name)”: the grid has no axes."
        : "There is no axis “\(name)”.\(Self.question(name, known)) The axes are \(Self.list(known))."
    case .unknownMetric(let name, let known):
      known.isEmpty
        ? "There is no metric “\(name)”: no run has reported any."
        : "There is no metric “\(name)”.\(Self.question(name, known)) The metrics are "
          + "\(Self.list(known))."
    case .axisTwice(let name):
      "The axis “\(name)” is named twice. Name it once, among the rows or among the columns."
    case .baselineOnAveragedAxis(let name):
      "The baseline names “\(name)”, over which the mean is taken. Name the axes that tell cells "
        + "apart."
    case .baselineValueUnknown(let axis, let value, let known):
      "The baseline asks for \(axis) = \(value), but no run has that. The values are "
        + "\(Self.list(known.map(\.description)))."
    }
  }

  private static func question(_ name: String, _ known: [String]) -> String {
    Suggestion.nearest(to: name, among: known).map { " Did you mean “\($0)”?" } ?? ""
  }

  /// At most twelve names, so that the sentence stays one.
  private static func list(_ names: [String]) -> String {
    let shown = names.prefix(12).joined(separator: ", ")
    return names.count > 12 ? "\(shown) and \(names.count - 12) more" : shown
  }
}

extension RunTable {
  /// The index of the axis of that name.
  func requireAxis(_ name: String) throws(AggregationFault) -> Int {
    guard let index = axisIndex(name) else {
      throw .unknownAxis(name, known: axes.map(\.name))
    }
    return index
  }

  /// The index of the metric of that name.
  func requireMetric(_ name: String) throws(AggregationFault) -> Int {
    guard let index = metricIndex(name) else {
      throw .unknownMetric(name, known: metricNames)
    }
    return index
  }
}
