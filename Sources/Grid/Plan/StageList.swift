import Keys

/// The stages of a plan, each once, column by column: two million of them take about 130 MB. Elements
/// are made when they are asked for.
package struct StageList: Sendable {
  /// What the stages have in common that differ in their step only, or that have several parents.
  private struct Lineage {
    /// The key without a step.
    let key: StageKey
    let parents: [Int32]
  }

  private var keys: [StageKey] = []
  private var templateNumbers: [Int32] = []
  /// By stage; `none` for one of no steps and at most one parent.
  private var lineageNumbers: [Int32] = []
  /// The step of a stage with a lineage, the parent of any other; `noDetail` where there is none.
  private var details: [Int] = []
  private var lineages: [Lineage] = []
  /// Parents that are not in the list. Their numbers are below `none`.
  private var foreign: [StageKey] = []
  private var places = KeyIndex()
  package let templates: any StageTemplates

  private static let none: Int32 = -1
  private static let noDetail = -1

  /// - Complexity: O(n).
  package init(_ stages: some Sequence<Stage>) {
    let stages = Array(stages)
    var templates = ListedTemplates()
    for stage in stages { templates.append(stage) }
    self.init(templates: templates)
    reserveCapacity(stages.count)
    // Parents may come after their children, so all are numbered before any is referred to.
    for stage in stages {
      places.note(stage.key)
      keys.append(stage.key)
    }
    var known: [StageKey: Int32] = [:]
    var strangers: [StageKey: Int32] = [:]
    for (index, stage) in stages.enumerated() {
      let parents = stage.parents.map { parent in
        if let index = self.index(of: parent) { return Int32(index) }
        if let number = strangers[parent] { return number }
        foreign.append(parent)
        let number = Self.none - Int32(foreign.count)
        strangers[parent] = number
        return number
      }
      templateNumbers.append(Int32(index))
      if stage.step == nil, parents.count < 2 {
        lineageNumbers.append(Self.none)
        details.append(parents.first.map { Int($0) } ?? Self.noDetail)
        continue
      }
      let lineage: Int32
      if let number = known[stage.trajectory] {
        lineage = number
      } else {
        lineage = Int32(lineages.count)
        known[stage.trajectory] = lineage
        lineages.append(Lineage(key: stage.trajectory, parents: parents))
      }
      lineageNumbers.append(lineage)
      details.append(stage.step ?? Self.noDetail)
    }
  }

  /// An empty list of stages that will be made of these templates.
  package init(templates: any StageTemplates) {
    self.templates = templates
  }

  /// The same stages with other templates, of the same numbers.
  package func replacing(templates: any StageTemplates) -> StageList {
    var list = StageList(templates: templates)
    list.keys = keys
    list.templateNumbers = templateNumbers
    list.lineageNumbers = lineageNumbers
    list.details = details
    list.lineages = lineages
    list.foreign = foreign
    list.places = places
    return list
  }

  package mutating func reserveCapacity(_ count: Int) {
    keys.reserveCapacity(count)
    templateNumbers.reserveCapacity(count)
    lineageNumbers.reserveCapacity(count)
    details.reserveCapacity(count)
  }

  // MARK: Making

  /// Takes up what stages have in common that differ in their step only.
  package mutating func addLineage(key: StageKey, parents: [Int32]) -> Int {
    lineages.append(Lineage(key: key, parents: parents))
    return lineages.count - 1
  }

  /// Takes up a stage of a lineage, if the list does not have it.
  ///
  /// - Returns: its place, and whether it is new.
  package mutating func append(
    _ key: StageKey, template: Int, lineage: Int, step: Int?
  ) -> (place: Int, isNew: Bool) {
    append(key, template, Int32(lineage), step ?? Self.noDetail)
  }

  /// Takes up a stage of no steps and at most one parent, if the list does not have it.
  ///
  /// - Returns: its place, and whether it is new.
  package mutating func append(
    _ key: StageKey, template: Int, parent: Int?
  ) -> (place: Int, isNew: Bool) {
    append(key, template, Self.none, parent ?? Self.noDetail)
  }

  private mutating func append(
    _ key: StageKey, _ template: Int, _ lineage: Int32, _ detail: Int
  ) -> (place: Int, isNew: Bool) {
    let known = places.placeOrNote(key) { keys[$0] == key }
    if let known { return (known, false) }
    keys.append(key)
    templateNumbers.append(Int32(template))
    lineageNumbers.append(lineage)
    details.append(detail)
    return (keys.count - 1, true)
  }

  // MARK: Asking

  package func key(at index: Int) -> StageKey { keys[index] }

  package func template(at index: Int) -> Int { Int(templateNumbers[index]) }

  /// The number of the kind with its version, an index of `templates.sorts`.
  package func sort(at index: Int) -> Int { templates.sort(of: Int(templateNumbers[index])) }

  /// For a state of a trajectory: after how many steps.
  package func step(at index: Int) -> Int? {
    lineageNumbers[index] == Self.none || details[index] == Self.noDetail ? nil : details[index]
  }

  /// The number of what the stage shares with those that differ in their step only; `nil` for one of no
  /// steps and at most one parent.
  package func lineage(at index: Int) -> Int? {
    lineageNumbers[index] == Self.none ? nil : Int(lineageNumbers[index])
  }

  package var lineageCount: Int { lineages.count }

  /// The key of a lineage's stages without their step.
  package func key(ofLineage lineage: Int) -> StageKey { lineages[lineage].key }

  package func parents(ofLineage lineage: Int) -> [Int32] { lineages[lineage].parents }

  package func parentCount(at index: Int) -> Int {
    let lineage = lineageNumbers[index]
    if lineage != Self.none { return lineages[Int(lineage)].parents.count }
    return details[index] == Self.noDetail ? 0 : 1
  }

  /// The place of a parent; `nil` for one that is not in the list.
  package func parent(_ position: Int, at index: Int) -> Int? {
    let number = parentNumber(position, at: index)
    return number >= 0 ? Int(number) : nil
  }

  package func parentKey(_ position: Int, at index: Int) -> StageKey {
    let number = parentNumber(position, at: index)
    return number >= 0 ? keys[Int(number)] : foreign[Int(Self.none - number) - 1]
  }

  private func parentNumber(_ position: Int, at index: Int) -> Int32 {
    let lineage = lineageNumbers[index]
    return lineage == Self.none ? Int32(details[index]) : lineages[Int(lineage)].parents[position]
  }

  // MARK: The index

  /// The place of a stage.
  ///
  /// - Complexity: O(1).
  package func index(of key: StageKey) -> Int? {
    places.place(of: key) { keys[$0] == key }
  }
}

extension StageList: RandomAccessCollection {
  package var startIndex: Int { 0 }
  package var endIndex: Int { keys.count }

  package subscript(index: Int) -> Stage {
    let template = Int(templateNumbers[index])
    let sort = templates.sorts[templates.sort(of: template)]
    let step = step(at: index)
    return Stage(
      key: keys[index], kind: sort.kind, version: sort.version,
      parameters: templates.parameters(of: template),
      parents: (0..<parentCount(at: index)).map { parentKey($0, at: index) }, step: step,
      trajectory: step == nil ? keys[index] : lineages[Int(lineageNumbers[index])].key)
  }
}
