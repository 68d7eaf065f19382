import Grid
import Keys

/// Expands a grid into its runs and their stages.
package struct PlanBuilder {
  private let grid: ReadGrid
  private let specification: GridSpecification
  private let slots: ParameterSlots
  /// The excludes, then the baseline if there is one.
  private let selections: [ParameterAssignment]
  private var isMatched: [Bool]
  private var walk: StageWalk

  private var runs: [PlannedRun] = []
  /// By the bits of the run's id: its place.
  private var places: [UInt64: Int32] = [:]
  private var diagnostics = DiagnosticList()

  // The run that is being made.
  private var block: CompiledBlock
  private var blockIndex = 0
  private var points: [Int] = []
  private var values: [ParameterValue?] = []
  private var fragments: [[UInt8]] = []
  private var text = ObjectText()
  /// By run, the block that it came from; empty for a grid of one block.
  private var blocks: [Int32] = []

  /// Expands a grid: its runs in order, and every stage that they need, once.
  ///
  /// - Throws: `GridFaults` where nothing is left, the baseline matches nothing, or two points give
  ///   every parameter the same value.
  /// - Complexity: O(runs), about 3 µs each; a kilobyte of memory each.
  package static func plan(_ grid: ReadGrid) throws(GridFaults) -> Plan {
    try planWithWarnings(grid).plan
  }

  /// The same, with warnings of what shows only when the runs are made: an exclude that matches
  /// nothing.
  package static func planWithWarnings(
    _ grid: ReadGrid
  ) throws(GridFaults) -> (plan: Plan, warnings: [GridDiagnostic]) {
    var builder = PlanBuilder(grid)
    builder.expand()
    builder.checkSelections()
    builder.checkSchedules()
    if builder.diagnostics.hasFaults { throw builder.diagnostics.faults }
    let plan = Plan(
      specification: grid.specification, hash: grid.hash, runs: builder.runs,
      stages: builder.walk.stages, sharing: builder.walk.sharing)
    return (plan, builder.diagnostics.sorted)
  }

  private init(_ grid: ReadGrid) {
    self.grid = grid
    specification = grid.specification
    slots = ParameterSlots(grid.program)
    selections = specification.exclude + [specification.report.baseline].compactMap { $0 }
    isMatched = Array(repeating: false, count: selections.count)
    walk = StageWalk(grid.program.measuring(specification.measurements), slots: slots)
    block = CompiledBlock.empty
  }

  private mutating func expand() {
    let variants =
      specification.variants.isEmpty ? [specification.axes] : specification.variants
    let compiled = variants.map {
      CompiledBlock($0, of: specification, slots: slots, selections: selections)
    }
    runs.reserveCapacity(compiled.reduce(0) { $0 + ($1?.runCount ?? 0) })
    places.reserveCapacity(runs.capacity)
    for (index, block) in compiled.enumerated() {
      guard let block else { continue }
      self.block = block
      blockIndex = index
      points = Array(repeating: 0, count: block.axes.count)
      values = block.values
      fragments = block.values.indices.map { slots.fragment($0, block.values[$0]) }
      walk.enter(block)
      descend(axis: 0, alive: block.selections)
    }
  }

  /// Goes through the points of one axis and all below it; the first axis is the outermost.
  ///
  /// - Parameter alive: the selections that the points of the outer axes agree with.
  private mutating func descend(axis: Int, alive: [Int]) {
    if axis == block.axes.count {
      finishRun(matching: alive)
      return
    }
    let current = block.axes[axis]
    for (index, point) in current.points.enumerated() {
      points[axis] = index
      for (position, slot) in current.slots.enumerated() {
        values[slot] = point.values[position]
        fragments[slot] = point.fragments[position]
      }
      descend(
        axis: axis + 1, alive: alive.isEmpty ? alive : alive.filter { point.agrees[$0] })
    }
  }

  private mutating func finishRun(matching alive: [Int]) {
    if !alive.isEmpty {
      for selection in alive where selection < specification.exclude.count {
        isMatched[selection] = true
      }
      if alive[0] < specification.exclude.count { return }
      // Only the baseline is left.
      isMatched[alive[0]] = true
    }
    text.clear()
    for fragment in fragments { text.append(fragment) }
    text.close()
    let digest = text.bytes.withUnsafeBytes { Digest(of: $0) }
    let parameters = String(decoding: text.bytes, as: UTF8.self)
    let bits = digest.prefix64 >> 16
    if let place = places[bits] {
      meet(runs[Int(place)], at: Int(place), id: RunID(digest: digest), parameters: parameters)
      return
    }
    places[bits] = Int32(runs.count)
    if !specification.variants.isEmpty { blocks.append(Int32(blockIndex)) }
    runs.append(
      PlannedRun(
        id: RunID(digest: digest), index: runs.count, axisValues: axisValues(),
        parameters: parameters, stages: walk.stages(points: points, values: values)))
  }

  private func axisValues() -> [ParameterValue] {
    block.columns.map { column in
      switch column {
      case .axis(let axis): block.axes[axis].points[points[axis]].label
      case .slot(let slot): values[slot] ?? .string("")
      case .nothing: .string("")
      }
    }
  }

  // MARK: Faults

  /// A run has the id of an earlier one. Variants may overlap: their union has the run once.
  private mutating func meet(
    _ other: PlannedRun, at index: Int, id: RunID, parameters: String
  ) {
    let values = axisValues()
    let isSame = other.parameters == parameters
    let isOverlap = !blocks.isEmpty && blocks[index] != Int32(blockIndex)
    if isSame, isOverlap, other.axisValues == values { return }
    let first = words(other.axisValues)
    let second = words(values)
    let difference = zip(other.axisValues, values).enumerated().first { $1.0 != $1.1 }
    let axis = difference.map { specification.axes[$0.offset].name }
    let path = axis.map { ["axes", $0] } ?? ["axes"]
    // One cause brings many of them; the first says it.
    if diagnostics.hasFault(at: path) { return }
    diagnostics.fault(
      isSame
        ? .sameRunTwice(first: first, second: second)
        : .sameIdentifier(id, first: first, second: second),
      at: axis.flatMap { grid.places.axes[$0] } ?? grid.places.root, path: path)
  }

  private func words(_ values: [ParameterValue]) -> String {
    let words = zip(specification.axes, values).map { "\($0.name)=\($1)" }
    return "“\(words.joined(separator: " "))”"
  }

  private mutating func checkClaims() {
    for objection in ClaimCheck(specification, runs: runs).objections() {
      // A specification from the job table has no places.
      let claim = grid.places.claims.indices.contains(objection.claim)
        ? grid.places.claims[objection.claim] : nil
      let place = claim.flatMap {
        $0.selections.indices.contains(objection.selection)
          ? $0.selections[objection.selection] : nil
      }
      let of = specification.claims[objection.claim].of.count
      var path = ["claims", "\(claim?.index ?? objection.claim)"]
      if objection.selection >= of {
        path.append("against")
      } else if of > 1 {
        path += ["of", "\(objection.selection)"]
      } else if !specification.claims[objection.claim].of[0].isEmpty {
        path.append("of")
      }
      diagnostics.fault(objection.fault, at: place ?? grid.places.root, path: path)
    }
  }

  private mutating func checkSchedules() {
    guard let (schedule, steps) = walk.overlong else { return }
    diagnostics.fault(
      .tooManyPhases(schedule: schedule, steps: steps, limit: StageWalk.phaseLimit),
      at: grid.places.axes["schedule"] ?? grid.places.root, path: ["schedule"])
  }

  private mutating func checkSelections() {
    if runs.isEmpty, !diagnostics.hasFaults {
      diagnostics.fault(
        .nothingIsLeft,
        at: grid.places.conditions ?? grid.places.exclude.first ?? grid.places.root, path: [])
      return
    }
    for index in specification.exclude.indices where !isMatched[index] {
      let place = grid.places.exclude.indices.contains(index) ? grid.places.exclude[index] : nil
      diagnostics.warning(
        .excludeMatchesNothing, at: place ?? grid.places.root, path: ["exclude", "\(index)"])
    }
    checkClaims()
    if specification.report.baseline != nil, isMatched.last == false {
      diagnostics.fault(
        .baselineMatchesNothing, at: grid.places.baseline ?? grid.places.root,
        path: ["report", "baseline"])
    }
  }
}
