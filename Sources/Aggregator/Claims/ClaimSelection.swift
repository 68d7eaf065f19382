import Grid

/// Finds the runs of a claim and lines them up: the same replicates under every condition.
struct ClaimSelection {
  let groups: [Group]
  /// Replicates that every condition has, by their values on the factors.
  let replicates: [[Int32]]
  /// For every condition, one run for each of `replicates`.
  let runs: [[Int]]
  let factors: [ClaimSample.Factor]
  /// The most replicates that a condition has.
  let planned: Int

  struct Group {
    let values: [ClaimVerdict.Value]
    let runs: [Int]
  }

  /// Why there is nothing to line up.
  enum Obstacle: Error {
    case unknownAxis(String)
    case nothingSelected(ParameterAssignment)
    /// The runs of a selection differ on an axis that the claim does not speak of.
    case leftOpen(axis: String)
    case shortAxis(String, values: Int)
    case noCommonReplicates
  }

  /// - Complexity: O(selections × runs).
  init(_ claim: Claim, in table: RunTable) throws(Obstacle) {
    var across: [Int] = []
    for name in claim.across {
      guard let axis = table.axisIndex(name) else { throw .unknownAxis(name) }
      across.append(axis)
    }
    var over: Int?
    if let name = claim.over {
      guard let axis = table.axisIndex(name) else { throw .unknownAxis(name) }
      over = axis
    }
    let selections = claim.selections { selection in
      (try? Self.members(of: selection, in: table))?.isEmpty == false
    }
    var conditions: [(values: [ClaimVerdict.Value], runs: [Int])] = []
    for selection in selections {
      let members = try Self.members(of: selection, in: table)
      if members.isEmpty { throw .nothingSelected(selection) }
      let values = table.axes.compactMap { axis in
        selection[axis.name].map { ClaimVerdict.Value(axis: axis.name, value: $0) }
      }
      if let over {
        let places = Self.places(on: over, of: members, in: table)
        if places.count < claim.test.shortestAxis {
          throw .shortAxis(table.axes[over].name, values: places.count)
        }
        for place in places {
          let value = ClaimVerdict.Value(
            axis: table.axes[over].name, value: table.axes[over].values[Int(place)])
          conditions.append(
            (values + [value], members.filter { table.axes[over].codes[$0] == place }))
        }
      } else {
        conditions.append((values, members))
      }
    }

    var runOf: [[[Int32]: Int]] = []
    for condition in conditions {
      var found: [[Int32]: Int] = [:]
      for run in condition.runs {
        let replicate = across.map { table.axes[$0].codes[run] }
        if found.updateValue(run, forKey: replicate) != nil {
          throw .leftOpen(axis: Self.openAxis(condition.runs, across: across, in: table))
        }
      }
      runOf.append(found)
    }
    let common = runOf.dropFirst().reduce(Set(runOf[0].keys)) { $0.intersection($1.keys) }
      .sorted { $0.lexicographicallyPrecedes($1) }
    if common.isEmpty { throw .noCommonReplicates }
    replicates = common
    runs = runOf.map { found in common.map { found[$0]! } }
    planned = runOf.map(\.count).max() ?? 0
    groups = zip(conditions, runs).map { Group(values: $0.values, runs: $1.sorted()) }
    factors = across.enumerated().map { place, axis in
      let levels = Set(common.map { $0[place] }).sorted()
      let numbers = Dictionary(uniqueKeysWithValues: levels.enumerated().map { ($1, $0) })
      return ClaimSample.Factor(
        name: table.axes[axis].name, levels: levels.count,
        levelOf: common.map { numbers[$0[place]]! })
    }
  }

  private static func members(
    of selection: ParameterAssignment, in table: RunTable
  ) throws(Obstacle) -> [Int] {
    var wanted: [(axis: Int, code: Int32)] = []
    for (name, value) in selection.sorted(by: { $0.key < $1.key }) {
      guard let axis = table.axisIndex(name) else { throw .unknownAxis(name) }
      guard let code = table.axes[axis].values.firstIndex(where: { $0.isSame(as: value) }) else {
        return []
      }
      wanted.append((axis, Int32(code)))
    }
    return (0..<table.count).filter { run in
      wanted.allSatisfy { table.axes[$0.axis].codes[run] == $0.code }
    }
  }

  /// The values of the ordered axis that the runs have: numbers by size, others in the grid's order.
  private static func places(
    on axis: Int, of members: [Int], in table: RunTable
  ) -> [Int32] {
    let codes = Set(members.map { table.axes[axis].codes[$0] }).sorted()
    let numbers = codes.compactMap { table.axes[axis].values[Int($0)].double }
    guard numbers.count == codes.count else { return codes }
    return zip(codes, numbers).sorted { ($0.1, $0.0) < ($1.1, $1.0) }.map(\.0)
  }

  private static func openAxis(
    _ runs: [Int], across: [Int], in table: RunTable
  ) -> String {
    let open = table.axes.indices.first { axis in
      !across.contains(axis) && Set(runs.map { table.axes[axis].codes[$0] }).count > 1
    }
    return open.map { table.axes[$0].name } ?? ""
  }
}
