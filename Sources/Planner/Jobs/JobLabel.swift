import Grid

/// Names jobs for people: by what tells them from each other, and by how much they do.
struct JobLabel {
  private let tree: StageTree
  /// The parameters that differ between stages of a kind, in the order of the program.
  private let varying: [String: [String]]
  /// The order of the program's parameters.
  private let order: [String]

  init(_ tree: StageTree, _ program: ProgramDescription) {
    self.tree = tree
    order = program.parameters.map(\.name)
    var first: [String: ParameterAssignment] = [:]
    var differing: [String: Set<String>] = [:]
    var seen: Set<StageKey> = []
    for stage in tree.stages where seen.insert(stage.trajectory).inserted {
      guard let other = first[stage.kind] else {
        first[stage.kind] = stage.parameters
        continue
      }
      for (name, value) in stage.parameters where other[name] != value {
        differing[stage.kind, default: []].insert(name)
      }
      for name in other.keys where stage.parameters[name] == nil {
        differing[stage.kind, default: []].insert(name)
      }
    }
    varying = differing.mapValues { names in program.parameters.map(\.name).filter(names.contains) }
  }

  /// `em temperature=0.5 seed=3, 10 steps, 10 × evaluate`.
  ///
  /// - Parameter stages: the job's stages in order, as indices of the tree.
  func text(for stages: [Int]) -> String {
    let head = tree.stages[stages[0]]
    var words = [head.kind]
    let isMeasurement = tree.product(of: head) == .measurement
    // Several measurements have in common what they measure.
    let deciding = isMeasurement && stages.count > 1 ? head.parents.compactMap(tree.stage) : [head]
    let values = values(deciding: deciding)
    words += order.compactMap { name in values[name].map { "\(name)=\($0)" } }
    var counts: [(kind: String, count: Int)] = []
    for index in stages.dropFirst() where tree.stages[index].step == nil {
      let kind = tree.stages[index].kind
      if let position = counts.firstIndex(where: { $0.kind == kind }) {
        counts[position].count += 1
      } else {
        counts.append((kind, 1))
      }
    }
    if head.step == nil, let own = counts.firstIndex(where: { $0.kind == head.kind }) {
      counts[own].count += 1
    }
    let steps = steps(of: stages)
    return ([words.joined(separator: " ")] + [steps].compactMap { $0 }
      + counts.map { "\($0.count) × \($0.kind)" }).joined(separator: ", ")
  }

  /// `10 steps` from the start, `steps 3–10` from a fork or a state that is there.
  private func steps(of stages: [Int]) -> String? {
    let states = stages.map { tree.stages[$0] }.filter { $0.step != nil }
    guard let first = states.first, let last = states.last?.step else { return nil }
    if let below = tree.stateBelow(first)?.step { return "steps \(below + 1)–\(last)" }
    return last == 1 ? "1 step" : "\(last) steps"
  }

  /// What tells stages from others of their kind: their varying values and their ancestors'.
  private func values(deciding stages: [Stage]) -> ParameterAssignment {
    var values: ParameterAssignment = [:]
    var waiting = stages
    var seen: Set<StageKey> = []
    while let next = waiting.popLast() {
      for name in varying[next.kind] ?? [] where values[name] == nil {
        values[name] = next.parameters[name]
      }
      waiting += next.parents.filter { seen.insert($0).inserted }.compactMap(tree.stage)
    }
    return values
  }
}
