import Grid

extension GridDecoder {
  /// What the blocks of all variants fix to one and the same value.
  func commonValues(of blocks: [GridBlock]) -> ParameterAssignment {
    guard let first = blocks.first else { return [:] }
    let rest = blocks.dropFirst().map(\.fixedValues)
    return first.fixedValues.filter { name, value in
      rest.allSatisfy { $0[name]?.isSame(as: value) ?? false }
    }
  }

  /// The axes of a variant, with an axis of one point for each value that not all variants share. A
  /// preset's value that points of an axis have their own of belongs to the other points of that axis.
  func axes(of block: GridBlock, beside common: ParameterAssignment) -> [Axis] {
    let values = block.fixedValues
    let explicit = block.fixed.map(\.name)
    let order = explicit + values.keys.filter { block.fixed($0) == nil }.sorted()
    var axes = block.resolvedAxes
    var single: [Axis] = []
    for name in order where common[name] == nil {
      guard let value = values[name] else { continue }
      if let owner = axes.firstIndex(where: { $0.points.parameterNames.contains(name) }) {
        axes[owner] = Axis(
          name: axes[owner].name,
          points: axes[owner].points.map { point in
            Axis.Point(
              label: point.label,
              assignment: point.assignment.merging([name: value]) { own, _ in own })
          })
      } else {
        single.append(
          Axis(name: name, points: AxisPoints(values: [value], of: name)))
      }
    }
    return single + axes
  }

  /// The columns of a grid of variants: every axis of any of them, with all points that runs have
  /// there. A variant without the axis has the parameter's one value there, or nothing where the
  /// axis is no parameter.
  func columns(of variants: [[Axis]], beside common: ParameterAssignment) -> [Axis] {
    var order: [String] = []
    var points: [String: [Axis.Point]] = [:]
    for axis in variants.joined() where points[axis.name] == nil {
      order.append(axis.name)
      points[axis.name] = []
    }
    for name in order {
      var seen: Set<String> = []
      for variant in variants {
        let own =
          variant.first { $0.name == name }?.points ?? absent(name, in: variant, common)
        for point in own where seen.insert(point.label.description).inserted {
          points[name]?.append(point)
        }
      }
    }
    return order.map { Axis(name: $0, points: points[$0] ?? []) }
  }

  /// What variants fix to different values has a column too.
  mutating func checkColumns(of blocks: [GridBlock], common: ParameterAssignment) {
    for block in blocks where blocks.count > 1 {
      for entry in block.fixed where common[entry.name] == nil && isColumn(entry.name) {
        let path = ["variants"]
        if diagnostics.hasFault(at: path) { continue }
        fault(.columnName(entry.name), at: entry.place, path)
      }
    }
  }

  private func absent(
    _ name: String, in variant: [Axis], _ common: ParameterAssignment
  ) -> AxisPoints {
    // An axis of several parameters may set this one.
    let set = variant.flatMap { $0.points.values(of: name) }
    if !set.isEmpty { return AxisPoints(values: set, of: name) }
    guard let value = common[name] ?? parameters[name]?.defaultValue else {
      return AxisPoints([Axis.Point(label: .string(""), assignment: [:])])
    }
    return AxisPoints(values: [value], of: name)
  }
}
