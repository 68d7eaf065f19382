import Grid
import Keys

/// Walks the rules of a program for one run after the other, and gathers the stages, each once.
struct StageWalk {
  private let program: ProgramDescription
  private let slots: ParameterSlots

  /// Parents before children, in the order of the first run that needs them. Their templates are told
  /// at the end.
  private var stages: StageList
  private var templates: PlannedTemplates
  /// The keys that begin with the parameters of a template, of the first ones and of the latest.
  private var heads: [StageKeyHead?] = []
  /// The text of a key in the making.
  private var keyText: [UInt8] = []
  /// By rule.
  private var latestHead: [(template: Int, head: StageKeyHead)?]
  private static let headLimit = 50_000

  private var lineages: [StageKey: Int] = [:]
  /// By lineage: its rule, and the highest step that is needed.
  private var lineageRules: [Int32] = []
  private var lengths: [Int] = []

  /// By rule: how many stages it made, how many runs have one, and their steps.
  private var made: [Int]
  private var uses: [Int]
  private var stepsAlone: [Int]

  private var rules: [CompiledRule] = []
  /// The rules that some run of the block may have a stage of.
  private var active: [Int] = []
  /// By rule: its number among the sources of templates, once it has made one in this block.
  private var sources: [Int?] = []
  /// By rule: the last lineage, with what it was made from. Stages of one trajectory mostly come one
  /// after the other.
  private var latest: [Latest?]
  /// By rule: the stage of the current run.
  private var current: [Int32]
  private var block = CompiledBlock.empty

  /// The phases that lead to a stage that a schedule made: the rules of their kinds, and their steps.
  private var phases: [Int32: [(rule: Int, steps: Int)]] = [:]
  private var phaseLineages: [PhaseKey: Latest] = [:]
  /// A schedule that has more phases than a run may have, with the steps that it was to be followed for.
  private(set) var overlong: (schedule: String, steps: Int)?
  /// Each phase is a job of its own, and its last state is kept.
  static let phaseLimit = 1_000

  private struct Latest {
    let template: Int
    let parents: [Int32]
    let lineage: Int
    let tail: StageKeyTail
  }

  private struct PhaseKey: Hashable {
    let rule: Int
    let combination: Int
    let earlierSteps: Int
    let state: Int32?
  }

  init(_ program: ProgramDescription, slots: ParameterSlots) {
    self.program = program
    self.slots = slots
    let count = program.stages.count
    templates = PlannedTemplates(slots: slots)
    stages = StageList(templates: templates)
    made = Array(repeating: 0, count: count)
    uses = Array(repeating: 0, count: count)
    stepsAlone = Array(repeating: 0, count: count)
    latest = Array(repeating: nil, count: count)
    latestHead = Array(repeating: nil, count: count)
    current = Array(repeating: CompiledRule.none, count: count)
  }

  mutating func enter(_ block: CompiledBlock) {
    self.block = block
    rules = CompiledRule.compile(program, for: block, slots: slots)
    active = rules.indices.filter { !rules[$0].isExcluded }
    current = Array(repeating: CompiledRule.none, count: rules.count)
    sources = Array(repeating: nil, count: rules.count)
    latest = Array(repeating: nil, count: rules.count)
    latestHead = Array(repeating: nil, count: rules.count)
    phaseLineages = [:]
  }

  /// Adds the numbers of the stages whose metrics become the run's.
  ///
  /// - Parameters:
  ///   - points: the run's point on each axis of the block.
  ///   - values: its parameters.
  ///   - fragments: their members of a JSON object.
  mutating func walk(
    points: [Int], values: [ParameterValue?], fragments: [[UInt8]], into own: inout [Int32]
  ) {
    var state: Int?
    for index in active {
      let combination = rules[index].allAxes.index(of: points)
      var stage = rules[index].stages[combination]
      if stage == CompiledRule.unknown {
        stage = makeStage(index, state: state, points, values, fragments)
        rules[index].stages[combination] = stage
      }
      current[index] = stage
      if stage == CompiledRule.none { continue }
      count(stage, of: index)
      if rules[index].leavesState { state = index }
    }
    for index in active where current[index] != CompiledRule.none {
      if rules[index].isMeasured || (index == state && rules[index].stepSlot != nil) {
        own.append(current[index])
      }
    }
  }

  private mutating func count(_ stage: Int32, of index: Int) {
    if rules[index].isSchedule {
      for phase in phases[stage] ?? [] {
        uses[phase.rule] += 1
        stepsAlone[phase.rule] = stepsAlone[phase.rule].addingSaturated(phase.steps)
      }
      return
    }
    uses[index] += 1
    if rules[index].stepSlot != nil, let steps = stages.step(at: Int(stage)) {
      stepsAlone[index] = stepsAlone[index].addingSaturated(steps)
    }
  }

  private mutating func makeStage(
    _ index: Int, state: Int?, _ points: [Int], _ values: [ParameterValue?],
    _ fragments: [[UInt8]]
  ) -> Int32 {
    if rules[index].isSchedule, case .schedule(let parameter, _) = rules[index].rule.product {
      return makePhases(index, parameter, state: state, points: points, values: values)
    }
    let combination = rules[index].ownAxes.index(of: points)
    var template = rules[index].templates[combination]
    let isFirst = template == CompiledRule.unknown
    if isFirst {
      template = makeTemplate(index, combination, values: values)
      rules[index].templates[combination] = template
    }
    if template == CompiledRule.none { return CompiledRule.none }
    var step: Int?
    if let slot = rules[index].stepSlot {
      step = values[slot]?.integer
      if case .trajectory = rules[index].rule.product, (step ?? 0) <= 0 {
        return CompiledRule.none
      }
    }
    // A closure over `self` would copy all of it.
    let below: Int32? = if let state { current[state] } else { nil }
    let parents = parents(ofRule: index, before: index, state: below, values: values)
    if step == nil, parents.count < 2 {
      let key =
        isFirst
        ? key(index, parent: parents.first, values, fragments)
        : key(head(of: Int(template), index, values, fragments), index, parent: parents.first)
      let (number, isNew) = stages.append(
        key, template: Int(template), parent: parents.first.map { Int($0) })
      if isNew { made[index] += 1 }
      return Int32(number)
    }
    let line: Latest
    if let latest = latest[index], latest.template == Int(template), latest.parents == parents {
      line = latest
    } else {
      line = lineage(
        of: Int(template), parents,
        head: head(of: Int(template), index, values, fragments), rule: index)
      latest[index] = line
    }
    return place(line, step: step, rule: index)
  }

  private func parents(
    ofRule rule: Int, before index: Int, state: Int32?, values: [ParameterValue?]
  ) -> [Int32] {
    var parents: [Int32] = []
    for parent in rules[rule].rule.parents {
      switch parent {
      case .state: if let state { parents.append(state) }
      case .kind(let kind, let when):
        guard slots.holds(when, in: values) else { continue }
        if let earlier = latestStage(of: kind, before: index) { parents.append(current[earlier]) }
      }
    }
    return parents
  }

  /// What the stages of a template and these parents have in common, which is taken up if it is new.
  private mutating func lineage(
    of template: Int, _ parents: [Int32], head: StageKeyHead, rule: Int
  ) -> Latest {
    var parentKeys: [StageKey] = []
    for parent in parents { parentKeys.append(stages.key(at: Int(parent))) }
    let tail = head.with(parents: parentKeys)
    let key = tail.key(step: nil)
    let number: Int
    if let known = lineages[key] {
      number = known
    } else {
      number = stages.addLineage(key: key, parents: parents)
      lineages[key] = number
      lineageRules.append(Int32(rule))
      lengths.append(0)
    }
    return Latest(template: template, parents: parents, lineage: number, tail: tail)
  }

  /// The number of a lineage's stage, which is taken up if it is new.
  private mutating func place(_ line: Latest, step: Int?, rule: Int) -> Int32 {
    let key = step == nil ? stages.key(ofLineage: line.lineage) : line.tail.key(step: step)
    let (number, isNew) = stages.append(
      key, template: line.template, lineage: line.lineage, step: step)
    if isNew {
      made[rule] += 1
      if let step { lengths[line.lineage] = max(step, lengths[line.lineage]) }
    }
    return Int32(number)
  }

  // MARK: Templates

  private mutating func makeTemplate(
    _ index: Int, _ combination: Int, values: [ParameterValue?]
  ) -> Int32 {
    guard slots.holds(rules[index].rule.when, in: values) else { return CompiledRule.none }
    let source: Int
    if let known = sources[index] {
      source = known
    } else {
      source = templates.addSource(rules[index], block)
      sources[index] = source
    }
    if heads.count < Self.headLimit { heads.append(nil) }
    return Int32(templates.append(source: source, combination: combination))
  }

  /// The key that begins with the parameters of the current run's template.
  private mutating func head(
    of template: Int, _ index: Int, _ values: [ParameterValue?], _ fragments: [[UInt8]]
  ) -> StageKeyHead {
    if let latest = latestHead[index], latest.template == template { return latest.head }
    if template < heads.count, let head = heads[template] {
      latestHead[index] = (template, head)
      return head
    }
    writeBeginning(index, values, fragments)
    let head = StageKeyHead(text: keyText, version: rules[index].rule.version)
    latestHead[index] = (template, head)
    if template < heads.count { heads[template] = head }
    return head
  }

  /// The key of a stage of no steps whose parameters come for the first time, and often for the last
  /// one: nothing of it is kept for others.
  private mutating func key(
    _ index: Int, parent: Int32?, _ values: [ParameterValue?], _ fragments: [[UInt8]]
  ) -> StageKey {
    writeBeginning(index, values, fragments)
    writeEnd(index, parent: parent)
    return StageKey(keyText.withUnsafeBytes { Digest(of: $0) })
  }

  /// The key of a stage of no steps whose parameters others have too.
  private mutating func key(_ head: StageKeyHead, _ index: Int, parent: Int32?) -> StageKey {
    keyText.removeAll(keepingCapacity: true)
    writeEnd(index, parent: parent)
    return keyText.withUnsafeBytes { head.key(rest: $0) }
  }

  /// Writes what stands in a key's text from the parents on, of a stage without a step.
  private mutating func writeEnd(_ index: Int, parent: Int32?) {
    if let parent {
      keyText.append(UInt8(ascii: "\""))
      stages.key(at: Int(parent)).digest.appendHex(to: &keyText)
      keyText.append(UInt8(ascii: "\""))
    }
    keyText.append(UInt8(ascii: "]"))
    keyText.append(contentsOf: rules[index].keyEnd)
  }

  /// Writes what a key's text says of kind and parameters of the current run's stage.
  private mutating func writeBeginning(
    _ index: Int, _ values: [ParameterValue?], _ fragments: [[UInt8]]
  ) {
    keyText.removeAll(keepingCapacity: true)
    keyText.append(contentsOf: rules[index].keyBeginning)
    keyText.append(UInt8(ascii: "{"))
    var isEmpty = true
    func write(_ fragment: [UInt8]) {
      if fragment.isEmpty { return }
      if !isEmpty { keyText.append(UInt8(ascii: ",")) }
      isEmpty = false
      keyText.append(contentsOf: fragment)
    }
    for member in rules[index].members {
      switch member {
      case .constant(_, _, let fragment): write(fragment)
      case .parameter(let slot, let asks):
        if asks, !slots.holds(slots.parameters[slot].relevantWhen, in: values) { continue }
        write(
          slots.isTied(slot, in: values)
            ? slots.fragment(slot, slots.effective(slot, in: values)) : fragments[slot])
      }
    }
    keyText.append(UInt8(ascii: "}"))
    keyText.append(contentsOf: StageKeyHead.middle)
  }

  // MARK: Schedules

  /// The last of the stages that the phases of a run's schedule make, each on top of the one before.
  private mutating func makePhases(
    _ index: Int, _ parameter: String, state: Int?, points: [Int], values: [ParameterValue?]
  ) -> Int32 {
    guard slots.holds(rules[index].rule.when, in: values),
      let text = slots.index(of: parameter).flatMap({ values[$0]?.string }),
      let schedule = try? Schedule(text),
      let steps = rules[index].stepSlot.flatMap({ values[$0]?.integer }), steps > 0
    else { return CompiledRule.none }
    guard let parts = schedule.parts(of: steps, limit: Self.phaseLimit) else {
      if overlong == nil { overlong = (text, steps) }
      return CompiledRule.none
    }
    let combination = rules[index].ownAxes.index(of: points)
    var below = state.map { current[$0] }
    var last = CompiledRule.none
    var made: [(rule: Int, steps: Int)] = []
    for part in parts {
      guard let phase = rules[..<index].firstIndex(where: { $0.rule.kind == part.method }) else {
        return CompiledRule.none
      }
      let key = PhaseKey(
        rule: phase, combination: combination, earlierSteps: part.earlierSteps, state: below)
      let line: Latest
      if let known = phaseLineages[key] {
        line = known
      } else {
        let rule = rules[phase].rule
        let parameters = phaseParameters(rule, part.earlierSteps, values: values)
        if heads.count < Self.headLimit { heads.append(nil) }
        line = lineage(
          of: templates.append(parameters, of: rule),
          parents(ofRule: phase, before: index, state: below, values: values),
          head: StageKeyHead(
            kind: rule.kind, version: rule.version,
            parametersText: Array(parameters.canonical.text.utf8)),
          rule: phase)
        phaseLineages[key] = line
      }
      last = place(line, step: part.steps, rule: phase)
      below = last
      made.append((phase, part.steps))
    }
    phases[last] = made
    return last
  }

  private func phaseParameters(
    _ rule: StageRule, _ earlierSteps: Int, values: [ParameterValue?]
  ) -> ParameterAssignment {
    var parameters: ParameterAssignment = [:]
    for slot in rule.parameters.compactMap(slots.index(of:))
    where slots.holds(slots.parameters[slot].relevantWhen, in: values) {
      parameters[slots.names[slot]] = slots.effective(slot, in: values)
    }
    if earlierSteps > 0 { parameters[Schedule.earlierStepsName] = .integer(earlierSteps) }
    return parameters
  }

  /// The last rule of a kind that the current run has a stage of.
  private func latestStage(of kind: String, before index: Int) -> Int? {
    for earlier in active.reversed() where earlier < index {
      if current[earlier] != CompiledRule.none, rules[earlier].rule.kind == kind { return earlier }
    }
    return nil
  }

  // MARK: What comes of it

  /// The stages of the runs walked so far, with their templates.
  var finished: StageList { stages.replacing(templates: templates) }

  /// What the runs walked so far share.
  var sharing: [StageSharing] {
    var steps: [String: Int] = [:]
    for (rule, length) in zip(lineageRules, lengths) {
      let kind = program.stages[Int(rule)].kind
      steps[kind] = length.addingSaturated(steps[kind] ?? 0)
    }
    var kinds: [String] = []
    for rule in program.stages where !kinds.contains(rule.kind) {
      if case .schedule = rule.product { continue }
      kinds.append(rule.kind)
    }
    return kinds.map { kind in
      let own = program.stages.indices.filter { program.stages[$0].kind == kind }
      return StageSharing(
        kind: kind, stages: own.reduce(0) { $0 + made[$1] },
        uses: own.reduce(0) { $0 + uses[$1] }, steps: steps[kind] ?? 0,
        stepsAlone: own.reduce(0) { $0.addingSaturated(stepsAlone[$1]) })
    }
  }
}
