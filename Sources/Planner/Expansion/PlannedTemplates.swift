import Grid

/// The parameters of a plan's stages. Each is a combination of points on the few axes that decide it,
/// and is put together from that when it is asked for.
struct PlannedTemplates: StageTemplates {
  /// A rule in one block.
  struct Source: Sendable {
    let sort: Int
    let base: Int
    let block: CompiledBlock
    let combination: CompiledRule.Combination
    let members: [CompiledRule.Member]
    /// Whether a member is the same for all combinations, by its place.
    let isFixed: [Bool]
  }

  private enum Entry {
    case combination(source: Int32, index: Int32)
    /// One that a schedule made.
    case listed(Int32)
  }

  private let slots: ParameterSlots
  private(set) var sorts: [StageSort] = []
  private(set) var bases: [String] = ["{}"]
  private var sources: [Source] = []
  private var entries: [Entry] = []
  private var listed: [(sort: Int, parameters: ParameterAssignment)] = []

  init(slots: ParameterSlots) {
    self.slots = slots
  }

  var count: Int { entries.count }

  mutating func sort(_ rule: StageRule) -> Int {
    let sort = StageSort(kind: rule.kind, version: rule.version)
    if let known = sorts.firstIndex(of: sort) { return known }
    sorts.append(sort)
    return sorts.count - 1
  }

  /// Takes up a rule of a block; returns its number.
  mutating func addSource(_ rule: CompiledRule, _ block: CompiledBlock) -> Int {
    let varying = Set(rule.ownAxes.axes.flatMap { block.axes[$0].slots })
    var isFixed: [Bool] = []
    var text = JSONObjectText()
    for member in rule.members {
      switch member {
      case .constant(_, _, let fragment):
        isFixed.append(true)
        text.append(fragment)
      case .parameter(let slot):
        let names = [slots.names[slot]] + (slots.parameters[slot].relevantWhen?.names ?? [])
        let fixed = slots.slots(behind: names).isDisjoint(with: varying)
        isFixed.append(fixed)
        if fixed { text.append(fragment(slot, in: block.values)) }
      }
    }
    text.close()
    bases.append(String(decoding: text.bytes, as: UTF8.self))
    sources.append(
      Source(
        sort: sort(rule.rule), base: bases.count - 1, block: block, combination: rule.ownAxes,
        members: rule.members, isFixed: isFixed))
    return sources.count - 1
  }

  /// Takes up the parameters of one combination of a source; returns their number.
  mutating func append(source: Int, combination: Int) -> Int {
    entries.append(.combination(source: Int32(source), index: Int32(combination)))
    return entries.count - 1
  }

  mutating func append(_ parameters: ParameterAssignment, of rule: StageRule) -> Int {
    listed.append((sort(rule), parameters))
    entries.append(.listed(Int32(listed.count - 1)))
    return entries.count - 1
  }

  /// The member that a slot makes of a stage's parameters; empty where it is not relevant or has no
  /// value.
  func fragment(_ slot: Int, in values: [ParameterValue?]) -> [UInt8] {
    guard slots.holds(slots.parameters[slot].relevantWhen, in: values),
      let value = slots.effective(slot, in: values)
    else { return [] }
    return slots.fragment(slot, value)
  }

  private func values(_ source: Source, _ combination: Int32) -> [ParameterValue?] {
    var values = source.block.values
    for (place, axis) in source.combination.axes.enumerated() {
      let point = source.combination.point(of: Int(combination), at: place)
      for (position, slot) in source.block.axes[axis].slots.enumerated() {
        values[slot] = source.block.axes[axis].points[point].values[position]
      }
    }
    return values
  }

  // MARK: StageTemplates

  func sort(of template: Int) -> Int {
    switch entries[template] {
    case .combination(let source, _): sources[Int(source)].sort
    case .listed(let index): listed[Int(index)].sort
    }
  }

  func parameters(of template: Int) -> ParameterAssignment {
    if case .listed(let index) = entries[template] { return listed[Int(index)].parameters }
    var parameters: ParameterAssignment = [:]
    forEachParameter(of: template) { parameters[$0] = $1 }
    return parameters
  }

  func forEachParameter(of template: Int, _ body: (String, ParameterValue) -> Void) {
    switch entries[template] {
    case .listed(let index):
      for (name, value) in listed[Int(index)].parameters { body(name, value) }
    case .combination(let number, let combination):
      let source = sources[Int(number)]
      let values = values(source, combination)
      for member in source.members {
        switch member {
        case .constant(let name, let value, _): body(name, value)
        case .parameter(let slot):
          guard slots.holds(slots.parameters[slot].relevantWhen, in: values),
            let value = slots.effective(slot, in: values)
          else { continue }
          body(slots.names[slot], value)
        }
      }
    }
  }

  func text(of template: Int) -> (base: Int, own: [UInt8]) {
    switch entries[template] {
    case .listed(let index):
      return (0, Array(listed[Int(index)].parameters.canonical.text.utf8))
    case .combination(let number, let combination):
      let source = sources[Int(number)]
      let values = values(source, combination)
      var text = JSONObjectText()
      for (member, isFixed) in zip(source.members, source.isFixed) where !isFixed {
        if case .parameter(let slot) = member { text.append(fragment(slot, in: values)) }
      }
      text.close()
      return (source.base, text.bytes)
    }
  }
}
