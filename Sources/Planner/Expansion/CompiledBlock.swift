import Grid

/// A block of axes made ready for multiplying out: conditions have thinned its axes, selections are
/// tables, points know the slots that they set.
struct CompiledBlock {
  struct Point {
    let label: ParameterValue
    /// Aligned with the axis's `slots`.
    let values: [ParameterValue?]
    let fragments: [[UInt8]]
    /// Whether the point agrees with each selection of the grid, as far as this axis has a say.
    let agrees: [Bool]
  }

  struct CompiledAxis {
    let name: String
    /// The parameters that its points set. No other axis of the block sets any of them.
    let slots: [Int]
    let points: [Point]
  }

  /// Where the value of a column comes from.
  enum Column {
    case axis(Int)
    case slot(Int)
    case nothing
  }

  /// The values of all parameters before any axis has its say.
  let values: [ParameterValue?]
  let axes: [CompiledAxis]
  let columns: [Column]
  /// The selections that some run of this block may still match.
  let selections: [Int]

  /// A block of no axes and no parameters.
  static let empty = CompiledBlock(values: [], axes: [], columns: [], selections: [])

  private init(
    values: [ParameterValue?], axes: [CompiledAxis], columns: [Column], selections: [Int]
  ) {
    self.values = values
    self.axes = axes
    self.columns = columns
    self.selections = selections
  }

  /// - Parameters:
  ///   - selections: the excludes of the grid, and its baseline if there is one.
  /// - Returns: `nil` if no run of the block passes the conditions.
  init?(
    _ axes: [Axis], of grid: GridSpecification, slots: ParameterSlots,
    selections: [ParameterAssignment]
  ) {
    var values = slots.parameters.map(\.defaultValue)
    for (name, value) in grid.fixed {
      if let slot = slots.index(of: name) { values[slot] = value }
    }
    let setSlots = axes.map { axis in
      Set(axis.points.parameterNames.compactMap(slots.index(of:))).sorted()
    }

    /// The axis that decides what a name of a selection stands for, or its one value.
    func decider(of name: String) -> (axis: Int?, constant: ParameterValue?) {
      if let slot = slots.index(of: name) {
        return (setSlots.firstIndex { $0.contains(slot) }, values[slot])
      }
      return (axes.firstIndex { $0.name == name }, .string(""))
    }
    /// The value that a point of the deciding axis gives to a name.
    func value(of name: String, at point: Axis.Point) -> ParameterValue? {
      guard let slot = slots.index(of: name) else { return .string(point.label.description) }
      return point.assignment[name] ?? values[slot]
    }

    var kept = axes.map { Array($0.points.indices) }
    for condition in grid.conditions {
      let (axis, constant) = decider(of: condition.name)
      if let axis {
        kept[axis].removeAll { index in
          guard let value = value(of: condition.name, at: axes[axis].points[index]) else {
            return true
          }
          return !condition.holds(for: value)
        }
      } else if !(constant.map(condition.holds(for:)) ?? false) {
        return nil
      }
    }
    if kept.contains(where: \.isEmpty) { return nil }

    var alive: [Int] = []
    for (index, selection) in selections.enumerated() {
      let isPossible = selection.allSatisfy { name, wanted in
        let (axis, constant) = decider(of: name)
        return axis != nil || constant?.isSame(as: wanted) ?? false
      }
      if isPossible { alive.append(index) }
    }
    self.selections = alive
    self.axes = axes.enumerated().map { index, axis in
      let own = setSlots[index]
      let questions = selections.map { selection in
        selection.filter { decider(of: $0.key).axis == index }
      }
      return CompiledAxis(
        name: axis.name, slots: own,
        points: kept[index].map { pointIndex in
          let point = axis.points[pointIndex]
          let pointValues = own.map { point.assignment[slots.names[$0]] ?? values[$0] }
          return Point(
            label: point.label, values: pointValues,
            fragments: zip(own, pointValues).map { slots.fragment($0, $1) },
            agrees: questions.map { question in
              question.allSatisfy { name, wanted in
                value(of: name, at: point)?.isSame(as: wanted) ?? false
              }
            })
        })
    }
    columns = grid.axes.map { column in
      if let axis = axes.firstIndex(where: { $0.name == column.name }) { return .axis(axis) }
      return slots.index(of: column.name).map { .slot($0) } ?? .nothing
    }
    self.values = values
  }

  /// The runs of the block before selections drop any.
  var runCount: Int {
    axes.reduce(1) { $0 * $1.points.count }
  }

  /// The block as texts.
  func runBlock(_ slots: ParameterSlots) -> RunBlock {
    RunBlock(
      names: slots.names, fragments: values.indices.map { slots.fragment($0, values[$0]) },
      axes: axes.map { RunBlock.Axis(slots: $0.slots, fragments: $0.points.map(\.fragments)) },
      columns: columns.map { column in
        switch column {
        case .axis(let axis):
          RunBlock.Column(axis: axis, values: axes[axis].points.map(\.label))
        case .slot(let slot): runColumn(slot)
        case .nothing: RunBlock.Column(axis: nil, values: [.string("")])
        }
      })
  }

  /// A column that shows a parameter which no axis of its name sets: another one may, or none.
  private func runColumn(_ slot: Int) -> RunBlock.Column {
    for (index, axis) in axes.enumerated() {
      guard let position = axis.slots.firstIndex(of: slot) else { continue }
      return RunBlock.Column(
        axis: index, values: axis.points.map { $0.values[position] ?? .string("") })
    }
    return RunBlock.Column(axis: nil, values: [values[slot] ?? .string("")])
  }
}
