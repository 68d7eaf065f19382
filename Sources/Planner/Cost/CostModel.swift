import Grid

/// Estimates what stages will cost from what stages of the same kinds have cost.
///
/// Of every missing stage the timed ones are taken that differ from it in the fewest parameters. What
/// differs in a word or a truth value (another model, another method) is not comparable. The sum of n
/// new units of a pool with mean m and variance s² over k timed ones has expectation n·m and prediction
/// variance n·s² + n²·s²/k; pools are taken as independent.
package struct CostModel {
  private let program: ProgramDescription
  private var pools: [String: [Group]] = [:]

  /// Timed stages of one kind that differ in nothing but seeds.
  private struct Group {
    let parameters: ParameterAssignment
    var costs: [Double] = []
    var kept: [Int] = []
  }

  /// Groups of a kind that are looked through; the latest come first.
  private static let groupLimit = 300
  /// Missing stages that are all looked at; of more, a regular sample of about this size stands for all.
  private static let sampleLimit = 20_000
  private static let sampleSize = 4_000

  /// - Parameter timed: stages that are done, the latest first; other kinds and versions than the
  ///   program's are passed over.
  package init(of program: ProgramDescription, timed: [TimedStage]) {
    self.program = program
    for rule in program.stages {
      var groups: [Group] = []
      var numbers: [ParameterAssignment: Int] = [:]
      for stage in timed where stage.kind == rule.kind && stage.version == rule.version {
        let parameters = deciding(stage.parameters)
        let number: Int
        if let known = numbers[parameters] {
          number = known
        } else {
          guard groups.count < Self.groupLimit else { continue }
          number = groups.count
          numbers[parameters] = number
          groups.append(Group(parameters: parameters))
        }
        groups[number].costs.append(stage.seconds / Double(max(1, stage.steps)))
        if stage.bytes > 0 { groups[number].kept.append(stage.bytes) }
      }
      pools[rule.kind] = groups
    }
  }

  private func deciding(_ parameters: ParameterAssignment) -> ParameterAssignment {
    Self.deciding(parameters, of: program)
  }

  /// The parameters that decide a cost: seeds decide results and not what they cost.
  static func deciding(
    _ parameters: ParameterAssignment, of program: ProgramDescription
  ) -> ParameterAssignment {
    parameters.filter { name, _ in name != program.replicateAxis && !name.hasSuffix("seed") }
  }

  /// - Parameter isMissing: whether a stage of the tree is still to be done.
  /// - Complexity: O(stages + missing kinds of parameters × timed ones).
  package func cost(of tree: StageTree, isMissing: (StageKey) -> Bool) -> PlanCost {
    cost(of: tree, missing: (0..<tree.stages.count).filter { isMissing(tree.stages.key(at: $0)) })
  }

  /// - Parameters:
  ///   - missing: the stages of the tree that are still to be done, by their places.
  ///   - weight: how many stages each of them stands for.
  package func cost(of tree: StageTree, missing: [Int], weight: Double = 1) -> PlanCost {
    // Odd, so that of states that alternate with their measurements both are met.
    let stride =
      missing.count > Self.sampleLimit
      ? (missing.count + Self.sampleSize - 1) / Self.sampleSize | 1 : 1
    var whole = WholeParameters(tree)
    var units: [Demand: Double] = [:]
    var order: [Demand] = []
    for index in Swift.stride(from: 0, to: missing.count, by: stride) {
      let place = missing[index]
      let stage = tree.stages[place]
      let demand = Demand(kind: stage.kind, parameters: deciding(whole.parameters(of: stage)))
      if units[demand] == nil { order.append(demand) }
      let steps =
        stage.step.map { step in
          step - (tree.stateBelow(at: place).flatMap { tree.stages.step(at: $0) } ?? 0)
        } ?? 1
      units[demand, default: 0] += Double(max(1, steps)) * Double(stride) * weight
    }
    var cost = predict(order.map { ($0, units[$0] ?? 0) })
    cost.stages = Double(missing.count) * weight
    cost.memory = order.compactMap { program.footprint?.memory($0.kind, $0.parameters) }.max()
    cost.disk = disk(of: missing, in: tree, &whole)
    return cost
  }

  // MARK: Time

  private struct Demand: Hashable {
    let kind: String
    let parameters: ParameterAssignment
  }

  /// Some of the groups of a kind.
  private struct Pool: Hashable {
    let kind: String
    let groups: [Int]
  }

  private func predict(_ demands: [(Demand, units: Double)]) -> PlanCost {
    var cost = PlanCost()
    var units: [Pool: Double] = [:]
    var order: [Pool] = []
    var other: Set<String> = []
    var unknown: Set<String> = []
    for (demand, count) in demands {
      guard let (groups, names) = nearest(to: demand) else {
        unknown.insert(demand.kind)
        continue
      }
      let pool = Pool(kind: demand.kind, groups: groups)
      other.formUnion(names)
      if units[pool] == nil { order.append(pool) }
      units[pool, default: 0] += count
    }
    for kind in program.stages.map(\.kind)
    where unknown.contains(kind) && !cost.unknownKinds.contains(kind) {
      cost.unknownKinds.append(kind)
    }
    cost.otherValues = program.parameters.map(\.name).filter(other.contains)
    let samples = order.map { pool in
      Sample(pool.groups.flatMap { pools[pool.kind]?[$0].costs ?? [] })
    }
    // A pool of one timing says nothing of how much timings differ: it gets what the others show.
    let known = samples.filter { $0.count > 1 && $0.mean > 0 }
    cost.degreesOfFreedom = known.reduce(0) { $0 + $1.count - 1 }
    var relative: Double?
    if cost.degreesOfFreedom > 0 {
      let sum = known.reduce(0) {
        $0 + $1.variance / ($1.mean * $1.mean) * Double($1.count - 1)
      }
      relative = sum / Double(cost.degreesOfFreedom)
    }
    var variance = 0.0
    for (pool, sample) in zip(order, samples) {
      let count = units[pool] ?? 0
      cost.seconds += count * sample.mean
      let own = sample.count > 1 ? sample.variance : (relative ?? 0) * sample.mean * sample.mean
      variance += own * count * (1 + count / Double(sample.count))
    }
    if relative != nil { cost.standardError = variance.squareRoot() }
    return cost
  }

  private struct Sample {
    let count: Int
    let mean: Double
    let variance: Double

    init(_ values: [Double]) {
      count = values.count
      let mean = values.reduce(0, +) / Double(max(1, values.count))
      self.mean = mean
      let squares = values.reduce(0) { $0 + ($1 - mean) * ($1 - mean) }
      variance = squares / Double(max(1, values.count - 1))
    }
  }

  /// The comparable groups that differ in the fewest parameters, and which parameters those are.
  private func nearest(to demand: Demand) -> (groups: [Int], names: [String])? {
    var best: (difference: [String], groups: [Int])?
    for (number, group) in (pools[demand.kind] ?? []).enumerated() {
      let limit = best?.difference.count ?? .max
      guard let names = difference(demand.parameters, group.parameters, atMost: limit) else {
        continue
      }
      if names.count < limit {
        best = (names, [number])
      } else {
        best?.groups.append(number)
      }
    }
    return best.map { ($0.groups, $0.difference) }
  }

  /// The parameters in which two stages differ; `nil` where they cannot be compared or differ in more
  /// than `limit`.
  private func difference(
    _ left: ParameterAssignment, _ right: ParameterAssignment, atMost limit: Int
  ) -> [String]? {
    guard left.count == right.count else { return nil }
    var names: [String] = []
    for (name, value) in left {
      guard let other = right[name] else { return nil }
      if value.isSame(as: other) { continue }
      if value.double == nil || other.double == nil || names.count == limit { return nil }
      names.append(name)
    }
    return names
  }

  // MARK: Disk

  /// By what was kept of stages of a kind before, else by what the program says of itself.
  private func disk(
    of missing: [Int], in tree: StageTree, _ whole: inout WholeParameters
  ) -> Int? {
    let stages = tree.stages
    let sorts = stages.templates.sorts
    let means = sorts.map { sort in
      let bytes = (pools[sort.kind] ?? []).flatMap(\.kept)
      return bytes.isEmpty ? nil : bytes.reduce(0, +) / bytes.count
    }
    // Of many stages without a mean a regular sample is asked, kind by kind.
    var asked = [Int](repeating: 0, count: sorts.count)
    var isKept: [Int] = []
    for index in missing {
      if case .process? = tree.product(at: index) { continue }
      if stages.step(at: index) != nil, !tree.isKept(at: index) { continue }
      asked[stages.sort(at: index)] += 1
      isKept.append(index)
    }
    var total = 0
    var seen = [Int](repeating: 0, count: sorts.count)
    for index in isKept {
      let sort = stages.sort(at: index)
      if let mean = means[sort] {
        total += mean
        continue
      }
      let stride =
        asked[sort] > Self.sampleLimit ? (asked[sort] + Self.sampleSize - 1) / Self.sampleSize : 1
      defer { seen[sort] += 1 }
      if seen[sort] % stride != 0 { continue }
      let parameters = whole.parameters(of: stages[index])
      guard let bytes = program.footprint?.disk(sorts[sort].kind, parameters) else { return nil }
      total += bytes * min(stride, asked[sort] - seen[sort])
    }
    return total
  }
}
