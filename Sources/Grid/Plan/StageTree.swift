/// The stages of a plan as a tree: which depend on which, where trajectories fork, what a worker has
/// to know and to keep.
package struct StageTree: Sendable {
  /// As they were given.
  package let stages: StageList
  /// The states from which something other than a measurement goes on: another trajectory, another
  /// selection. Jobs end there, and their models are kept.
  package let forks: Set<StageKey>
  private let isForkAt: [Bool]
  /// By sort of stages; `nil` for a kind that the program does not have.
  private let products: [StageRule.Product?]
  private let productsByKind: [String: StageRule.Product]
  /// `members[offsets[l]..<offsets[l + 1]]` are the states of lineage l, from the lowest step to the
  /// highest, as indices of `stages`. A lineage without steps has none.
  private let offsets: [Int32]
  private let members: [Int32]
  private let lineages: [StageKey: Int32]

  /// - Complexity: O(n) and as in `init(_:of:)` of a list.
  package init(_ stages: some Sequence<Stage>, of program: ProgramDescription) {
    self.init(StageList(stages), of: program)
  }

  /// - Parameter program: tells what stages of a kind leave behind.
  /// - Complexity: O(n log n) for n stages; O(n) where the states of trajectories come in order.
  package init(_ stages: StageList, of program: ProgramDescription) {
    var productsByKind: [String: StageRule.Product] = [:]
    for rule in program.stages { productsByKind[rule.kind] = rule.product }
    let products = stages.templates.sorts.map { productsByKind[$0.kind] }
    self.stages = stages
    self.products = products
    self.productsByKind = productsByKind

    var offsets = [Int32](repeating: 0, count: stages.lineageCount + 1)
    for index in 0..<stages.count where stages.step(at: index) != nil {
      if let lineage = stages.lineage(at: index) { offsets[lineage + 1] += 1 }
    }
    var lineages: [StageKey: Int32] = [:]
    for lineage in 0..<stages.lineageCount {
      if offsets[lineage + 1] > 0 { lineages[stages.key(ofLineage: lineage)] = Int32(lineage) }
      offsets[lineage + 1] += offsets[lineage]
    }
    var next = offsets
    var members = [Int32](repeating: 0, count: Int(offsets[stages.lineageCount]))
    var isSorted = true
    for index in 0..<stages.count {
      guard let step = stages.step(at: index), let lineage = stages.lineage(at: index) else {
        continue
      }
      let place = Int(next[lineage])
      if place > Int(offsets[lineage]), let before = stages.step(at: Int(members[place - 1])),
        before > step
      {
        isSorted = false
      }
      members[place] = Int32(index)
      next[lineage] += 1
    }
    if !isSorted {
      for lineage in 0..<stages.lineageCount {
        members[Int(offsets[lineage])..<Int(offsets[lineage + 1])].sort {
          stages.step(at: Int($0))! < stages.step(at: Int($1))!
        }
      }
    }
    self.offsets = offsets
    self.members = members
    self.lineages = lineages

    let measures = products.map { $0 == .measurement }
    let isTrajectory = products.map { product in
      if case .trajectory = product { true } else { false }
    }
    var isForkAt = [Bool](repeating: false, count: stages.count)
    var forks: Set<StageKey> = []
    if isTrajectory.contains(true) {
      for index in 0..<stages.count where !measures[stages.sort(at: index)] {
        for position in 0..<stages.parentCount(at: index) {
          guard let parent = stages.parent(position, at: index),
            isTrajectory[stages.sort(at: parent)], !isForkAt[parent]
          else { continue }
          isForkAt[parent] = true
          forks.insert(stages.key(at: parent))
        }
      }
    }
    self.isForkAt = isForkAt
    self.forks = forks
  }

  package func index(of key: StageKey) -> Int? { stages.index(of: key) }

  package func stage(_ key: StageKey) -> Stage? { stages.index(of: key).map { stages[$0] } }

  /// What stages of a kind leave behind; `nil` for a kind that the program does not have.
  package func product(of stage: Stage) -> StageRule.Product? { productsByKind[stage.kind] }

  package func product(at index: Int) -> StageRule.Product? { products[stages.sort(at: index)] }

  package func isFork(at index: Int) -> Bool { isForkAt[index] }

  /// The states of a trajectory that the plan needs, from the lowest step to the highest.
  package func states(of trajectory: StageKey) -> [Stage] {
    lineages[trajectory].map { stateIndices(ofLineage: Int($0)).map { stages[Int($0)] } } ?? []
  }

  /// The same as indices; empty for a lineage without steps.
  package func stateIndices(ofLineage lineage: Int) -> ArraySlice<Int32> {
    members[Int(offsets[lineage])..<Int(offsets[lineage + 1])]
  }

  /// The nearest state below this one on its trajectory, if the plan has one.
  package func stateBelow(_ stage: Stage) -> Stage? {
    guard let step = stage.step, let lineage = lineages[stage.trajectory] else { return nil }
    return stateBelow(step: step, ofLineage: Int(lineage)).map { stages[$0] }
  }

  package func stateBelow(at index: Int) -> Int? {
    guard let step = stages.step(at: index), let lineage = stages.lineage(at: index) else {
      return nil
    }
    return stateBelow(step: step, ofLineage: lineage)
  }

  private func stateBelow(step: Int, ofLineage lineage: Int) -> Int? {
    let states = stateIndices(ofLineage: lineage)
    // Binary search for the first state that is not below.
    var low = states.startIndex
    var high = states.endIndex
    while low < high {
      let middle = (low + high) / 2
      if stages.step(at: Int(states[middle]))! < step { low = middle + 1 } else { high = middle }
    }
    return low > states.startIndex ? Int(states[low - 1]) : nil
  }

  /// Of these stages, those whose model must be kept: the last of a trajectory, and forks.
  package func kept(among keys: [StageKey]) -> [StageKey] {
    keys.filter { key in stages.index(of: key).map(isKept(at:)) ?? false }
  }

  package func isKept(at index: Int) -> Bool {
    guard case .trajectory = products[stages.sort(at: index)] else { return false }
    if isForkAt[index] { return true }
    return stages.lineage(at: index).map { stateIndices(ofLineage: $0).last == Int32(index) }
      ?? false
  }

  /// Every other stage on the way from the roots to these, parents before children and the lower
  /// states of a trajectory before the higher ones.
  ///
  /// - Complexity: O(size of the answer).
  package func context(of keys: [StageKey]) -> [Stage] {
    enum Visit {
      case enter(StageKey)
      case leave(Stage)
    }
    var seen = Set(keys)
    var context: [Stage] = []
    // Chains of trajectories are as long as schedules have phases: no recursion.
    var stack: [Visit] = []
    func push(whatComesBefore stage: Stage) {
      let lower = states(of: stage.trajectory).prefix { $0.step ?? 0 < stage.step ?? 0 }
      for key in (stage.parents + lower.map(\.key)).reversed() where !seen.contains(key) {
        stack.append(.enter(key))
      }
    }
    for key in keys {
      if let stage = stage(key) { push(whatComesBefore: stage) }
      while let visit = stack.popLast() {
        switch visit {
        case .enter(let key):
          guard seen.insert(key).inserted, let stage = stage(key) else { continue }
          stack.append(.leave(stage))
          push(whatComesBefore: stage)
        case .leave(let stage): context.append(stage)
        }
      }
    }
    return context
  }
}
