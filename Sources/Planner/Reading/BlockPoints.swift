import Grid

/// The points of an axis as a file gives them.
enum BlockPoints {
  /// Mappings that set several parameters together.
  case listed([Point])
  /// Values of the one parameter that the axis is named after.
  case values([ParameterValue], of: String)

  struct Point {
    let label: ParameterValue
    /// What the point's preset sets; anything said explicitly comes before it.
    let preset: ParameterAssignment
    let explicit: ParameterAssignment
    /// The names of `explicit` in the order of the file.
    let names: [String]
  }

  var count: Int {
    switch self {
    case .listed(let points): points.count
    case .values(let values, _): values.count
    }
  }

  /// The mappings; empty for an axis of values.
  var listed: [Point] {
    if case .listed(let points) = self { points } else { [] }
  }

  /// The values that points give a parameter; those that give it none are left out.
  func values(of parameter: String) -> [ParameterValue] {
    switch self {
    case .listed(let points): points.compactMap { $0.explicit[parameter] ?? $0.preset[parameter] }
    case .values(let values, let name): name == parameter ? values : []
    }
  }

  /// The same without what presets give.
  func explicitValues(of parameter: String) -> [ParameterValue] {
    switch self {
    case .listed(let points): points.compactMap { $0.explicit[parameter] }
    case .values: values(of: parameter)
    }
  }

  /// The points with what their presets may set laid under what is said explicitly.
  ///
  /// - Parameter mayPreset: whether a preset may set a parameter.
  func resolved(where mayPreset: (String) -> Bool) -> AxisPoints {
    switch self {
    case .values(let values, let name): AxisPoints(values: values, of: name)
    case .listed(let points):
      AxisPoints(
        points.map { point in
          let below = point.preset.filter { mayPreset($0.key) }
          return Axis.Point(
            label: point.label, assignment: below.merging(point.explicit) { $1 })
        })
    }
  }
}
