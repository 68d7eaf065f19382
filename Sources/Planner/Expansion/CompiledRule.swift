import Grid

/// A stage rule made ready for one block: which axes decide its stages, and the stages found so far.
///
/// A rule asks few of the axes, so that most runs find their stage in a table, by the numbers of
/// their points on these axes.
struct CompiledRule {
  /// Points on some of the axes as one number.
  struct Combination {
    let axes: [Int]
    private let strides: [Int]
    private let counts: [Int]
    let count: Int

    init(axes: Set<Int>, of block: CompiledBlock) {
      self.axes = axes.sorted()
      // As runs go on the last axis goes on first, so that what neighbours ask for lies together.
      var strides: [Int] = []
      var count = 1
      for axis in self.axes.reversed() {
        strides.append(count)
        count *= block.axes[axis].points.count
      }
      self.strides = strides.reversed()
      counts = self.axes.map { block.axes[$0].points.count }
      self.count = count
    }

    /// The point that a number stands for on the axis at a place of `axes`.
    func point(of index: Int, at place: Int) -> Int { index / strides[place] % counts[place] }

    func index(of points: [Int]) -> Int {
      var index = 0
      for position in axes.indices { index += points[axes[position]] * strides[position] }
      return index
    }
  }

  /// In the tables: not looked at yet; no stage for these runs. Else an index.
  static let unknown: Int32 = -2
  static let none: Int32 = -1

  let rule: StageRule
  let stepSlot: Int?
  let leavesState: Bool
  let isMeasured: Bool
  let isSchedule: Bool
  /// Whether no run of the block has a stage of it, whatever its axes say.
  let isExcluded: Bool
  /// What stands before and behind the parameters and parents in the texts of its stages' keys.
  let keyBeginning: [UInt8]
  let keyEnd: [UInt8]
  /// Of the rule's parameters and conditions.
  let ownAxes: Combination
  /// Of its step and its parents too.
  let allAxes: Combination
  /// The members of the stage's parameters, in the order of their names.
  let members: [Member]
  var templates: [Int32]
  var stages: [Int32]

  enum Member {
    /// `asks`: whether its relevance differs between runs of the block.
    case parameter(slot: Int, asks: Bool)
    case constant(name: String, value: ParameterValue, fragment: [UInt8])
  }

  static func compile(
    _ program: ProgramDescription, for block: CompiledBlock, slots: ParameterSlots
  ) -> [CompiledRule] {
    var deciding: [Set<Int>] = []
    return program.stages.enumerated().map { index, rule in
      let looksAt = rule.parameters.flatMap { name in
        [name] + (program.parameter(named: name)?.relevantWhen?.names ?? [])
      }
      let schedule: [String] =
        if case .schedule(let parameter, _) = rule.product { [parameter] } else { [] }
      let own = Self.axes(
        behind: slots.slots(behind: looksAt + schedule + (rule.when?.names ?? [])), in: block)
      var all = own
      let step = rule.product.stepParameter.flatMap(slots.index(of:))
      if let step { all.formUnion(Self.axes(behind: [step], in: block)) }
      for parent in rule.parents {
        if case .kind(_, let when?) = parent {
          all.formUnion(Self.axes(behind: slots.slots(behind: when.names), in: block))
        }
        for (earlier, other) in program.stages[..<index].enumerated() {
          let counts =
            switch parent {
            case .state: other.product.leavesState
            case .kind(let kind, _): other.kind == kind
            }
          if counts { all.formUnion(deciding[earlier]) }
        }
      }
      deciding.append(all)
      return CompiledRule(
        rule: rule, stepSlot: step,
        isExcluded: Self.axes(behind: slots.slots(behind: rule.when?.names ?? []), in: block)
          .isEmpty && !slots.holds(rule.when, in: block.values),
        ownAxes: Combination(axes: own, of: block),
        allAxes: Combination(axes: all, of: block),
        members: members(of: rule, in: block, slots: slots))
    }
  }

  private init(
    rule: StageRule, stepSlot: Int?, isExcluded: Bool, ownAxes: Combination, allAxes: Combination,
    members: [Member]
  ) {
    self.rule = rule
    self.stepSlot = stepSlot
    self.isExcluded = isExcluded
    leavesState = rule.product.leavesState
    isMeasured = rule.product.isMeasured
    keyBeginning = StageKeyHead.beginning(kind: rule.kind)
    keyEnd = StageKeyHead.end(version: rule.version)
    isSchedule = if case .schedule = rule.product { true } else { false }
    self.ownAxes = ownAxes
    self.allAxes = allAxes
    self.members = members
    templates = Array(repeating: Self.unknown, count: ownAxes.count)
    stages = Array(repeating: Self.unknown, count: allAxes.count)
  }

  private static func axes(behind slots: Set<Int>, in block: CompiledBlock) -> Set<Int> {
    Set(block.axes.indices.filter { !slots.isDisjoint(with: block.axes[$0].slots) })
  }

  /// Without the parameters that are relevant for no run of the block.
  private static func members(
    of rule: StageRule, in block: CompiledBlock, slots: ParameterSlots
  ) -> [Member] {
    let parameters = rule.parameters.compactMap { name -> (String, Member)? in
      guard let slot = slots.index(of: name) else { return nil }
      let condition = slots.parameters[slot].relevantWhen
      let asks = !Self.axes(behind: slots.slots(behind: condition?.names ?? []), in: block).isEmpty
      if !asks, !slots.holds(condition, in: block.values) { return nil }
      return (name, .parameter(slot: slot, asks: asks))
    }
    let constants = rule.constants.map { name, value in
      (
        name,
        Member.constant(
          name: name, value: value, fragment: ParameterSlots.fragment(name, value))
      )
    }
    return (parameters + constants)
      .sorted { $0.0.utf8.lexicographicallyPrecedes($1.0.utf8) }
      .map(\.1)
  }
}

extension StageRule.Product {
  /// Whether later stages go on from what this one leaves.
  var leavesState: Bool {
    switch self {
    case .state, .trajectory, .schedule: true
    case .side, .measurement, .process: false
    }
  }

  /// Whether the metrics of such a stage are those of the runs that it belongs to.
  var isMeasured: Bool {
    switch self {
    case .measurement, .process: true
    case .state, .trajectory, .schedule, .side: false
    }
  }
}
