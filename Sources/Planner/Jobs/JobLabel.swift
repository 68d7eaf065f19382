import Grid

/// Names jobs for people: by what tells them from each other, and by how much they do.
struct JobLabel {
  private let tree: StageTree
  private let stages: StageList
  private let templates: any StageTemplates
  /// The parameters that differ between stages of any kind, in the order of the program.
  private let order: [String]
  /// ` name=` for each of them.
  private let heads: [[UInt8]]
  /// By sort of stages: the parameters that differ between stages of its kind, as places in `order`.
  private let varying: [[Int]]
  private let kinds: [String]
  /// By family of templates, once it was met: by varying parameter its place in `order`, if its kind
  /// differs there; `nil` for a family of which that is not all.
  private var places: [[Int?]??] = []

  // Memory that is used again.
  private var text: [UInt8] = []
  private var values: [ParameterValue?]
  private var waiting: [Int] = []

  init(_ tree: StageTree, _ program: ProgramDescription) {
    self.tree = tree
    stages = tree.stages
    templates = tree.stages.templates
    kinds = templates.sorts.map(\.kind)
    let differing = DifferingParameters(of: tree.stages).byKind
    let all = differing.values.reduce(into: Set<String>()) { $0.formUnion($1) }
    let order = program.parameters.map(\.name).filter(all.contains)
    varying = kinds.map { kind in
      order.indices.filter { differing[kind]?.contains(order[$0]) ?? false }
    }
    self.order = order
    heads = order.map { Array(" \($0)=".utf8) }
    values = Array(repeating: nil, count: order.count)
  }

  /// `em temperature=0.5 seed=3, 10 steps, 10 × evaluate`.
  ///
  /// - Parameter stages: the job's stages in order, as indices of the tree.
  mutating func text(for members: [Int32]) -> String {
    let head = Int(members[0])
    text.removeAll(keepingCapacity: true)
    text.append(contentsOf: kind(head).utf8)
    let isMeasurement = tree.product(at: head) == .measurement
    // Several measurements have in common what they measure.
    if isMeasurement && members.count > 1 { waitForParents(of: head) } else { waiting.append(head) }
    findValues()
    for place in order.indices {
      guard let value = values[place] else { continue }
      text.append(contentsOf: heads[place])
      text.append(contentsOf: value.description.utf8)
      values[place] = nil
    }
    if let steps = steps(of: members) { text.append(contentsOf: ", \(steps)".utf8) }
    if members.count > 1 { appendCounts(of: members) }
    return String(decoding: text, as: UTF8.self)
  }

  private mutating func appendCounts(of members: [Int32]) {
    let head = Int(members[0])
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
    for (kind, count) in counts { text.append(contentsOf: ", \(count) × \(kind)".utf8) }
  }

  private func kind(_ index: Int) -> String { kinds[stages.sort(at: index)] }

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

  private mutating func waitForParents(of index: Int) {
    for position in 0..<stages.parentCount(at: index) {
      if let parent = stages.parent(position, at: index) { waiting.append(parent) }
    }
  }

  /// What tells the stages that wait from others of their kind: their varying values and their
  /// ancestors', aligned with `order`.
  private mutating func findValues() {
    if order.isEmpty { return waiting.removeAll(keepingCapacity: true) }
    var seen: Set<Int> = []
    while let next = waiting.popLast() {
      takeValues(of: next)
      let count = stages.parentCount(at: next)
      if count == 0 { continue }
      for position in 0..<count {
        if let parent = stages.parent(position, at: next), seen.insert(parent).inserted {
          waiting.append(parent)
        }
      }
    }
  }

  private mutating func takeValues(of index: Int) {
    let wanted = varying[stages.sort(at: index)]
    if wanted.isEmpty { return }
    let template = stages.template(at: index)
    if let family = templates.family(of: template), let known = places(of: family, wanted) {
      templates.forEachVarying(of: template) { member, value in
        if let place = known[member], values[place] == nil { values[place] = value }
      }
      return
    }
    templates.forEachParameter(of: template) { name, value in
      if let place = wanted.first(where: { order[$0] == name }), values[place] == nil {
        values[place] = value
      }
    }
  }

  /// Where the varying parameters of a family stand in the order; `nil` where others are wanted too.
  private mutating func places(of family: Int, _ wanted: [Int]) -> [Int?]? {
    while places.count <= family { places.append(nil) }
    if let known = places[family] { return known }
    let own = templates.varying(inFamily: family).map { name in
      wanted.first { order[$0] == name }
    }
    let found: [Int?]? = own.count { $0 != nil } == wanted.count ? own : nil
    places[family] = .some(found)
    return found
  }
}
