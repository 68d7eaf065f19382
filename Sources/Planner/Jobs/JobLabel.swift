import Grid

/// Names jobs for people: by what tells them from each other, and by how much they do.
struct JobLabel {
  private let tree: StageTree
  private let stages: StageList
  /// By sort of stages: the parameters that differ between stages of its kind, as places in `order`.
  private let varying: [[Int]]
  /// The parameters that differ between stages of any kind, in the order of the program.
  private let order: [String]

  init(_ tree: StageTree, _ program: ProgramDescription) {
    self.tree = tree
    stages = tree.stages
    let templates = tree.stages.templates
    let differing = Self.differing(in: tree.stages)
    let all = differing.values.reduce(into: Set<String>()) { $0.formUnion($1) }
    let order = program.parameters.map(\.name).filter(all.contains)
    varying = templates.sorts.map { sort in
      order.indices.filter { differing[sort.kind]?.contains(order[$0]) ?? false }
    }
    self.order = order
  }

  /// By kind: the names of the parameters that some stages have and others have not, or not alike.
  private static func differing(in stages: StageList) -> [String: Set<String>] {
    let templates = stages.templates
    let kinds = templates.sorts.map(\.kind)
    let numbers = kinds.map { kinds.firstIndex(of: $0)! }
    var first = [ParameterAssignment?](repeating: nil, count: kinds.count)
    var differing = [Set<String>](repeating: [], count: kinds.count)
    var isSeen: [Bool] = []
    for index in 0..<stages.count {
      let template = stages.template(at: index)
      while isSeen.count <= template { isSeen.append(false) }
      if isSeen[template] { continue }
      isSeen[template] = true
      let kind = numbers[templates.sort(of: template)]
      guard let other = first[kind] else {
        first[kind] = templates.parameters(of: template)
        continue
      }
      var shared = 0
      templates.forEachParameter(of: template) { name, value in
        let known = other[name]
        if known != nil { shared += 1 }
        if known != value { differing[kind].insert(name) }
      }
      if shared < other.count {
        let own = templates.parameters(of: template)
        for name in other.keys where own[name] == nil { differing[kind].insert(name) }
      }
    }
    var result: [String: Set<String>] = [:]
    for (kind, names) in zip(kinds, differing) where !names.isEmpty { result[kind] = names }
    return result
  }

  /// `em temperature=0.5 seed=3, 10 steps, 10 × evaluate`.
  ///
  /// - Parameter stages: the job's stages in order, as indices of the tree.
  func text(for members: [Int32]) -> String {
    let head = Int(members[0])
    var text = kind(head)
    let isMeasurement = tree.product(at: head) == .measurement
    // Several measurements have in common what they measure.
    let deciding = isMeasurement && members.count > 1 ? parents(of: head) : [head]
    for (place, value) in values(deciding: deciding).enumerated() {
      guard let value else { continue }
      text += " "
      text += order[place]
      text += "="
      text += value.description
    }
    if let steps = steps(of: members) { text += ", " + steps }
    if members.count == 1 { return text }
    var counts: [(kind: String, count: Int)] = []
    for index in members.dropFirst() where stages.step(at: Int(index)) == nil {
      let kind = kind(Int(index))
      if let position = counts.firstIndex(where: { $0.kind == kind }) {
        counts[position].count += 1
      } else {
        counts.append((kind, 1))
      }
    }
    if stages.step(at: head) == nil, let own = counts.firstIndex(where: { $0.kind == kind(head) }) {
      counts[own].count += 1
    }
    for (kind, count) in counts { text += ", \(count) × \(kind)" }
    return text
  }

  private func kind(_ index: Int) -> String { stages.templates.sorts[stages.sort(at: index)].kind }

  private func parents(of index: Int) -> [Int] {
    (0..<stages.parentCount(at: index)).compactMap { stages.parent($0, at: index) }
  }

  /// `10 steps` from the start, `steps 3–10` from a fork or a state that is there.
  private func steps(of members: [Int32]) -> String? {
    guard let first = members.first(where: { stages.step(at: Int($0)) != nil }),
      let highest = members.last(where: { stages.step(at: Int($0)) != nil }),
      let last = stages.step(at: Int(highest))
    else { return nil }
    if let below = tree.stateBelow(at: Int(first)).flatMap({ stages.step(at: $0) }) {
      return "steps \(below + 1)–\(last)"
    }
    return last == 1 ? "1 step" : "\(last) steps"
  }

  /// What tells stages from others of their kind: their varying values and their ancestors', aligned
  /// with `order`.
  private func values(deciding indices: [Int]) -> [ParameterValue?] {
    var values = [ParameterValue?](repeating: nil, count: order.count)
    if order.isEmpty { return values }
    var waiting = indices
    var seen: Set<Int> = []
    while let next = waiting.popLast() {
      let places = varying[stages.sort(at: next)]
      if !places.isEmpty {
        stages.templates.forEachParameter(of: stages.template(at: next)) { name, value in
          if let place = places.first(where: { order[$0] == name }), values[place] == nil {
            values[place] = value
          }
        }
      }
      for position in 0..<stages.parentCount(at: next) {
        if let parent = stages.parent(position, at: next), seen.insert(parent).inserted {
          waiting.append(parent)
        }
      }
    }
    return values
  }
}
