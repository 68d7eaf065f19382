import Grid

/// Axes and fixed values that are multiplied out together: a whole grid, or one of its variants.
struct GridBlock {
  struct Fixed {
    let name: String
    let value: ParameterValue
    let place: Place
  }

  struct AxisEntry {
    let name: String
    let place: Place
    let path: [String]
    let points: BlockPoints

    /// Whether its points are mappings that set several parameters together.
    var isZip: Bool {
      if case .listed = points { true } else { false }
    }

    /// The parameters that its points set in so many words.
    var names: [String] {
      if !isZip { return [name] }
      var seen: Set<String> = []
      return points.listed.flatMap { $0.names.filter { seen.insert($0).inserted } }
    }
  }

  var preset: ParameterAssignment = [:]
  /// In the order of the file.
  var fixed: [Fixed] = []
  var axes: [AxisEntry] = []

  func fixed(_ name: String) -> Fixed? {
    fixed.first { $0.name == name }
  }

  /// The one value of each parameter that has one: presets below explicit values.
  var fixedValues: ParameterAssignment {
    var values = preset
    for axis in axes where !axis.isZip { values[axis.name] = nil }
    for entry in fixed { values[entry.name] = entry.value }
    return values
  }

  /// The axes with their presets laid under what is said explicitly.
  var resolvedAxes: [Axis] {
    let namesByAxis = axes.map(\.names)
    return axes.enumerated().map { index, axis in
      var taken = Set(fixed.map(\.name))
      for (other, names) in namesByAxis.enumerated() where other != index {
        taken.formUnion(names)
      }
      return Axis(name: axis.name, points: axis.points.resolved { !taken.contains($0) })
    }
  }

  /// The block of a variant: what the variant says itself lies over what the file says. Its own axes
  /// vary more slowly than those it shares with the other variants.
  func laid(over base: GridBlock, presetIsGiven: Bool) -> GridBlock {
    var block = GridBlock()
    block.preset = presetIsGiven ? preset : base.preset
    let own = Set(fixed.map(\.name)).union(axes.map(\.name))
    block.fixed = base.fixed.filter { !own.contains($0.name) } + fixed
    let shared = Set(base.axes.map(\.name))
    block.axes = axes.filter { !shared.contains($0.name) }
    for axis in base.axes {
      if let replacement = axes.first(where: { $0.name == axis.name }) {
        block.axes.append(replacement)
      } else if !own.contains(axis.name) {
        block.axes.append(axis)
      }
    }
    return block
  }
}
