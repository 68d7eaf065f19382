/// The stages of a plan as a tree: which depend on which, where trajectories fork, what a worker has
/// to know and to keep.
package struct StageTree: Sendable {
  /// As they were given.
  package let stages: [Stage]
  /// The states from which something other than a measurement goes on: another trajectory, another
  /// selection. Jobs end there, and their models are kept.
  package let forks: Set<StageKey>
  private let indices: [StageKey: Int]
  private let products: [String: StageRule.Product]
  /// The states of each trajectory, from the lowest step to the highest, as indices of `stages`.
  private let trajectories: [StageKey: [Int]]

  /// - Parameter program: tells what stages of a kind leave behind.
  /// - Complexity: O(n log n) for n stages.
  package init(_ stages: [Stage], of program: ProgramDescription) {
    var indices: [StageKey: Int] = [:]
    indices.reserveCapacity(stages.count)
    var products: [String: StageRule.Product] = [:]
    for rule in program.stages { products[rule.kind] = rule.product }
    var trajectories: [StageKey: [Int]] = [:]
    var forks: Set<StageKey> = []
    for (index, stage) in stages.enumerated() {
      indices[stage.key] = index
      if stage.step != nil { trajectories[stage.trajectory, default: []].append(index) }
    }
    for stage in stages where products[stage.kind] != .measurement {
      for parent in stage.parents {
        if let index = indices[parent], case .trajectory = products[stages[index].kind] {
          forks.insert(parent)
        }
      }
    }
    for (trajectory, members) in trajectories {
      trajectories[trajectory] = members.sorted { stages[$0].step! < stages[$1].step! }
    }
    self.stages = stages
    self.indices = indices
    self.products = products
    self.trajectories = trajectories
    self.forks = forks
  }

  package func index(of key: StageKey) -> Int? { indices[key] }

  package func stage(_ key: StageKey) -> Stage? { indices[key].map { stages[$0] } }

  /// What stages of a kind leave behind; `nil` for a kind that the program does not have.
  package func product(of stage: Stage) -> StageRule.Product? { products[stage.kind] }

  /// The states of a trajectory that the plan needs, from the lowest step to the highest.
  package func states(of trajectory: StageKey) -> [Stage] {
    (trajectories[trajectory] ?? []).map { stages[$0] }
  }

  /// The nearest state below this one on its trajectory, if the plan has one.
  package func stateBelow(_ stage: Stage) -> Stage? {
    guard let step = stage.step else { return nil }
    let members = trajectories[stage.trajectory] ?? []
    // Binary search for the first state that is not below.
    var low = 0
    var high = members.count
    while low < high {
      let middle = (low + high) / 2
      if stages[members[middle]].step! < step { low = middle + 1 } else { high = middle }
    }
    return low > 0 ? stages[members[low - 1]] : nil
  }

  /// Of these stages, those whose model must be kept: the last of a trajectory, and forks.
  package func kept(among keys: [StageKey]) -> [StageKey] {
    keys.filter { key in
      guard let index = indices[key], case .trajectory = products[stages[index].kind] else {
        return false
      }
      return forks.contains(key) || trajectories[stages[index].trajectory]?.last == index
    }
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
