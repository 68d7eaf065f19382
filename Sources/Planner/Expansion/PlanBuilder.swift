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
  private var diagnostics = DiagnosticList()

  private var compiled: [CompiledBlock] = []
  private var blocks: [RunBlock] = []
  /// By run: its block, and its number in it.
  private var blockNumbers: [Int32] = []
  private var numbers: [Int] = []
  private var identifiers: [UInt64] = []

  /// Expands a grid: its runs in order, and every stage that they need, once.
  ///
  /// - Throws: `GridFaults` where nothing is left, the baseline matches nothing, or two points give
  ///   every parameter the same value.
  /// - Complexity: O(runs), one to two microseconds each on two cores, and about 50 bytes; as much
  ///   again for each stage.
  package static func plan(_ grid: ReadGrid) throws(GridFaults) -> Plan {
    try planWithWarnings(grid).plan
  }

  /// The same, with warnings of what shows only when the runs are made: an exclude that matches
  /// nothing.
  package static func planWithWarnings(
    _ grid: ReadGrid
  ) throws(GridFaults) -> (plan: Plan, warnings: [GridDiagnostic]) {
    var builder = PlanBuilder(grid)
    let plan = builder.expand()
    builder.checkSelections(plan.runs)
    if builder.diagnostics.hasFaults { throw builder.diagnostics.faults }
    return (plan, builder.diagnostics.sorted)
  }

  private init(_ grid: ReadGrid) {
    self.grid = grid
    specification = grid.specification
    slots = ParameterSlots(grid.program)
    selections = specification.exclude + [specification.report.baseline].compactMap { $0 }
    isMatched = Array(repeating: false, count: selections.count)
  }

  private mutating func expand() -> Plan {
    let variants =
      specification.variants.isEmpty ? [specification.axes] : specification.variants
    compiled = variants.compactMap {
      CompiledBlock($0, of: specification, slots: slots, selections: selections)
    }
    blocks = compiled.map { $0.runBlock(slots) }
    for index in compiled.indices { enumerate(index) }
    let hashing = RunHashing(blocks: blocks, blockNumbers: blockNumbers, numbers: numbers)
    var walk = RunWalk(grid.program.measuring(specification.measurements), slots: slots)
    if compiled.count == 1 {
      // Ids and stages say nothing of each other, as no run of a single block is dropped.
      takeWithoutRepetitions(hashing.identifiers { walk.walk(compiled, blockNumbers, numbers) })
    } else {
      takeWithoutRepetitions(hashing.identifiers {})
      walk.walk(compiled, blockNumbers, numbers)
    }
    checkSchedules(walk.overlong)
    let stages = walk.stages
    return Plan(
      specification: specification, hash: grid.hash,
      runs: RunList(
        blocks: blocks, blockNumbers: compiled.count == 1 ? [] : blockNumbers, numbers: numbers,
        identifiers: identifiers, stageOffsets: Array(walk.offsets.prefix(numbers.count + 1)),
        stagePlaces: walk.places, stages: stages),
      stages: stages, sharing: walk.sharing)
  }

  // MARK: The runs of a block

  private mutating func enumerate(_ index: Int) {
    let block = compiled[index]
    let before = numbers.count
    if block.selections.isEmpty {
      numbers.append(contentsOf: 0..<block.runCount)
    } else {
      numbers.reserveCapacity(before + block.runCount)
      descend(block, axis: 0, run: 0, alive: block.selections)
    }
    if compiled.count > 1 {
      blockNumbers.append(contentsOf: repeatElement(Int32(index), count: numbers.count - before))
    }
  }

  /// Goes through the points of one axis and all below it; the first axis is the outermost.
  ///
  /// - Parameters:
  ///   - run: the number that the points of the outer axes make.
  ///   - alive: the selections that these points agree with.
  private mutating func descend(_ block: CompiledBlock, axis: Int, run: Int, alive: [Int]) {
    if axis == block.axes.count {
      if !alive.isEmpty {
        for selection in alive where selection < specification.exclude.count {
          isMatched[selection] = true
        }
        if alive[0] < specification.exclude.count { return }
        // Only the baseline is left.
        isMatched[alive[0]] = true
      }
      numbers.append(run)
      return
    }
    let points = block.axes[axis].points
    for (index, point) in points.enumerated() {
      descend(
        block, axis: axis + 1, run: run * points.count + index,
        alive: alive.isEmpty ? alive : alive.filter { point.agrees[$0] })
    }
  }

  // MARK: Runs that come twice

  /// Variants may overlap: their union has a run once. Anything else that comes twice is a fault.
  private mutating func takeWithoutRepetitions(_ ids: (all: [UInt64], areRepeated: Bool)) {
    identifiers = ids.all
    if !ids.areRepeated { return }
    var places: [UInt64: Int] = [:]
    var kept: [Int] = []
    for index in numbers.indices {
      if let place = places[identifiers[index]] {
        meet(place, index)
      } else {
        places[identifiers[index]] = index
        kept.append(index)
      }
    }
    numbers = kept.map { numbers[$0] }
    identifiers = kept.map { identifiers[$0] }
    if !blockNumbers.isEmpty { blockNumbers = kept.map { blockNumbers[$0] } }
  }

  private func block(of index: Int) -> Int { blockNumbers.isEmpty ? 0 : Int(blockNumbers[index]) }

  /// A run has the id of an earlier one.
  private mutating func meet(_ earlier: Int, _ index: Int) {
    let (block, otherBlock) = (block(of: index), block(of: earlier))
    let values = blocks[block].axisValues(of: numbers[index])
    let others = blocks[otherBlock].axisValues(of: numbers[earlier])
    let isSame =
      blocks[block].parameters(of: numbers[index])
      == blocks[otherBlock].parameters(of: numbers[earlier])
    if isSame, block != otherBlock, others == values { return }
    let first = words(others)
    let second = words(values)
    let difference = zip(others, values).enumerated().first { $1.0 != $1.1 }
    let axis = difference.map { specification.axes[$0.offset].name }
    let path = axis.map { ["axes", $0] } ?? ["axes"]
    // One cause brings many of them; the first says it.
    if diagnostics.hasFault(at: path) { return }
    diagnostics.fault(
      isSame
        ? .sameRunTwice(first: first, second: second)
        : .sameIdentifier(RunID(bits: identifiers[index]), first: first, second: second),
      at: axis.flatMap { grid.places.axes[$0] } ?? grid.places.root, path: path)
  }

  private func words(_ values: [ParameterValue]) -> String {
    let words = zip(specification.axes, values).map { "\($0.name)=\($1)" }
    return "“\(words.joined(separator: " "))”"
  }

  // MARK: Faults

  private mutating func checkClaims(_ runs: RunList) {
    for objection in ClaimCheck(specification, runs: runs).objections() {
      // A specification from the job table has no places.
      let claim =
        grid.places.claims.indices.contains(objection.claim)
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

  private mutating func checkSchedules(_ overlong: (schedule: String, steps: Int)?) {
    guard let (schedule, steps) = overlong else { return }
    diagnostics.fault(
      .tooManyPhases(schedule: schedule, steps: steps, limit: StageWalk.phaseLimit),
      at: grid.places.axes["schedule"] ?? grid.places.root, path: ["schedule"])
  }

  private mutating func checkSelections(_ runs: RunList) {
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
    checkClaims(runs)
    if specification.report.baseline != nil, isMatched.last == false {
      diagnostics.fault(
        .baselineMatchesNothing, at: grid.places.baseline ?? grid.places.root,
        path: ["report", "baseline"])
    }
  }
}
