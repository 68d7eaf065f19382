import Grid

/// The parameters that some stages of a kind have and others have not, or not alike.
struct DifferingParameters {
  private(set) var byKind: [String: Set<String>] = [:]

  private let templates: any StageTemplates
  /// By sort: the first sort of the same kind, which stands for the kind.
  private let numbers: [Int]
  /// By kind: the parameters of the first template that was met.
  private var first: [ParameterAssignment?]
  private var differing: [Set<String>]
  /// By family: whether its kind differs in all in which the family varies; then another member of it
  /// tells nothing new.
  private var isSettled: [Bool] = []

  /// - Complexity: O(templates) where templates come in families that vary in few parameters.
  init(of stages: StageList) {
    templates = stages.templates
    let kinds = templates.sorts.map(\.kind)
    numbers = kinds.map { kinds.firstIndex(of: $0)! }
    first = Array(repeating: nil, count: kinds.count)
    differing = Array(repeating: [], count: kinds.count)
    var isSeen: [Bool] = []
    for index in 0..<stages.count {
      let template = stages.template(at: index)
      while isSeen.count <= template { isSeen.append(false) }
      if isSeen[template] { continue }
      isSeen[template] = true
      meet(template)
    }
    for (kind, names) in zip(kinds, differing) where !names.isEmpty { byKind[kind] = names }
  }

  private mutating func meet(_ template: Int) {
    let family = templates.family(of: template)
    if let family, family < isSettled.count, isSettled[family] { return }
    let kind = numbers[templates.sort(of: template)]
    if let other = first[kind] {
      compare(template, with: other, kind: kind)
    } else {
      first[kind] = templates.parameters(of: template)
    }
    // What the family has in common was compared just now.
    guard let family else { return }
    while isSettled.count <= family { isSettled.append(false) }
    isSettled[family] = templates.varying(inFamily: family)
      .allSatisfy { differing[kind].contains($0) }
  }

  private mutating func compare(
    _ template: Int, with other: ParameterAssignment, kind: Int
  ) {
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
}
