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
    /// The members that are not the same for all combinations.
    let varying: [Varying]
    /// Whether each of them is what one axis sets, whatever the others say.
    let isPlain: Bool
  }

  /// A parameter in which the templates of a source differ.
  struct Varying: Sendable {
    let slot: Int
    /// The axis that sets it: its place among those of the combination, its number in the block, and
    /// the parameter's place among those that it sets. `nil` for a parameter that other axes have a
    /// say in.
    let axis: (place: Int, number: Int, position: Int)?
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
    var varying: Set<Int> = []
    var values = block.values
    for axis in rule.ownAxes.axes.map({ block.axes[$0] }) {
      if axis.points.count > 1 {
        varying.formUnion(axis.slots)
      } else {
        for (slot, value) in zip(axis.slots, axis.points[0].values) { values[slot] = value }
      }
    }
    func axis(setting slot: Int) -> (place: Int, number: Int, position: Int)? {
      for (place, number) in rule.ownAxes.axes.enumerated() {
        if let position = block.axes[number].slots.firstIndex(of: slot) {
          return (place, number, position)
        }
      }
      return nil
    }
    var members: [Varying] = []
    var text = JSONObjectText()
    for member in rule.members {
      switch member {
      case .constant(_, _, let fragment): text.append(fragment)
      case .parameter(let slot, _):
        let names = [slots.names[slot]] + (slots.parameters[slot].relevantWhen?.names ?? [])
        let behind = slots.slots(behind: names)
        if behind.isDisjoint(with: varying) {
          text.append(fragment(slot, in: values))
        } else {
          members.append(Varying(slot: slot, axis: behind == [slot] ? axis(setting: slot) : nil))
        }
      }
    }
    text.close()
    bases.append(String(decoding: text.bytes, as: UTF8.self))
    sources.append(
      Source(
        sort: sort(rule.rule), base: bases.count - 1, block: block, combination: rule.ownAxes,
        members: rule.members, varying: members, isPlain: members.allSatisfy { $0.axis != nil }))
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
        case .parameter(let slot, let asks):
          if asks, !slots.holds(slots.parameters[slot].relevantWhen, in: values) { continue }
          if let value = slots.effective(slot, in: values) { body(slots.names[slot], value) }
        }
      }
    }
  }

  func writeText(of template: Int, to text: inout JSONObjectText) -> Int {
    switch entries[template] {
    case .listed(let index):
      text.set(listed[Int(index)].parameters.canonical.text)
      return 0
    case .combination(let number, let combination):
      let source = sources[Int(number)]
      let values = source.isPlain ? [] : values(source, combination)
      text.clear()
      for member in source.varying {
        if let axis = member.axis {
          let point = source.combination.point(of: Int(combination), at: axis.place)
          text.append(source.block.axes[axis.number].points[point].fragments[axis.position])
        } else {
          text.append(fragment(member.slot, in: values))
        }
      }
      text.close()
      return source.base
    }
  }

  func family(of template: Int) -> Int? {
    if case .combination(let source, _) = entries[template] { Int(source) } else { nil }
  }

  func varying(inFamily family: Int) -> [String] {
    sources[family].varying.map { slots.names[$0.slot] }
  }

  func forEachVarying(of template: Int, _ body: (Int, ParameterValue) -> Void) {
    guard case .combination(let number, let combination) = entries[template] else { return }
    let source = sources[Int(number)]
    let values = source.isPlain ? [] : values(source, combination)
    for (place, member) in source.varying.enumerated() {
      if let axis = member.axis {
        let point = source.combination.point(of: Int(combination), at: axis.place)
        if let value = source.block.axes[axis.number].points[point].values[axis.position] {
          body(place, value)
        }
      } else if slots.holds(slots.parameters[member.slot].relevantWhen, in: values),
        let value = slots.effective(member.slot, in: values)
      {
        body(place, value)
      }
    }
  }
}
