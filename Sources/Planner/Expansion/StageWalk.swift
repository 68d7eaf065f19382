import Grid

/// Walks the rules of a program for one run after the other, and gathers the stages, each once.
struct StageWalk {
  private let program: ProgramDescription
  private let slots: ParameterSlots

  /// Parents before children, in the order of the first run that needs them.
  private(set) var stages: [Stage] = []
  /// The keys of `stages`.
  private var keys: [StageKey] = []
  private var indices: [StageKey: Int32] = [:]
  private var templates: [StageTemplate] = []
  /// Of the trajectories: the highest step that is needed.
  private var lengths: [StageKey: Int] = [:]

  /// By rule: how many runs have a stage of it, and their steps.
  private var uses: [Int]
  private var stepsAlone: [Int]

  private var rules: [CompiledRule] = []
  /// By rule: the trajectory of the last stage that was made, with what it was made from. Stages of
  /// one trajectory mostly come one after the other.
  private var latest: [(template: Int32, parents: [StageKey], trajectory: StageTrajectory)?]
  /// By rule: the stage of the current run.
  private var current: [Int32]

  init(_ program: ProgramDescription, slots: ParameterSlots) {
    self.program = program
    self.slots = slots
    let count = program.stages.count
    uses = Array(repeating: 0, count: count)
    stepsAlone = Array(repeating: 0, count: count)
    latest = Array(repeating: nil, count: count)
    current = Array(repeating: CompiledRule.none, count: count)
  }

  mutating func enter(_ block: CompiledBlock) {
    rules = CompiledRule.compile(program, for: block, slots: slots)
    latest = Array(repeating: nil, count: rules.count)
  }

  /// The keys of the stages whose metrics become the run's.
  ///
  /// - Parameters:
  ///   - points: the run's point on each axis of the block.
  ///   - values: its parameters.
  mutating func stages(points: [Int], values: [ParameterValue?]) -> [StageKey] {
    var state: Int?
    for index in rules.indices {
      let combination = rules[index].allAxes.index(of: points)
      var stage = rules[index].stages[combination]
      if stage == CompiledRule.unknown {
        stage = makeStage(index, state: state, points: points, values: values)
        rules[index].stages[combination] = stage
      }
      current[index] = stage
      if stage == CompiledRule.none { continue }
      uses[index] += 1
      stepsAlone[index] += stages[Int(stage)].step ?? 0
      if rules[index].rule.product.leavesState { state = index }
    }
    var own: [StageKey] = []
    for index in rules.indices where current[index] != CompiledRule.none {
      let product = rules[index].rule.product
      if product.isMeasured || (index == state && product.stepParameter != nil) {
        own.append(keys[Int(current[index])])
      }
    }
    return own
  }

  private mutating func makeStage(
    _ index: Int, state: Int?, points: [Int], values: [ParameterValue?]
  ) -> Int32 {
    let combination = rules[index].ownAxes.index(of: points)
    var template = rules[index].templates[combination]
    if template == CompiledRule.unknown {
      template = makeTemplate(rules[index], values: values)
      rules[index].templates[combination] = template
    }
    if template == CompiledRule.none { return CompiledRule.none }
    let rule = rules[index].rule
    var step: Int?
    if let slot = rules[index].stepSlot {
      step = values[slot]?.integer
      if case .trajectory = rule.product, (step ?? 0) <= 0 { return CompiledRule.none }
    }
    let parents = rule.parents.compactMap { parent -> StageKey? in
      let earlier =
        switch parent {
        case .state: state
        case .kind(let kind, let when):
          slots.holds(when, in: values) ? latestStage(of: kind, before: index) : nil
        }
      guard let earlier, current[earlier] != CompiledRule.none else { return nil }
      return keys[Int(current[earlier])]
    }
    let trajectory: StageTrajectory
    if let latest = latest[index], latest.template == template, latest.parents == parents {
      trajectory = latest.trajectory
    } else {
      trajectory = templates[Int(template)].trajectory(parents: parents)
      latest[index] = (template, parents, trajectory)
    }
    let stage = trajectory.stage(step: step)
    if let known = indices[stage.key] { return known }
    let number = Int32(stages.count)
    indices[stage.key] = number
    keys.append(stage.key)
    stages.append(stage)
    if let step { lengths[stage.trajectory] = max(step, lengths[stage.trajectory] ?? 0) }
    return number
  }

  /// The last rule of a kind that the current run has a stage of.
  private func latestStage(of kind: String, before index: Int) -> Int? {
    rules[..<index].indices.last {
      rules[$0].rule.kind == kind && current[$0] != CompiledRule.none
    }
  }

  private mutating func makeTemplate(_ rule: CompiledRule, values: [ParameterValue?]) -> Int32 {
    guard slots.holds(rule.rule.when, in: values) else { return CompiledRule.none }
    var parameters = ParameterAssignment(minimumCapacity: rule.members.count)
    var text = ObjectText()
    for member in rule.members {
      switch member {
      case .constant(let name, let value, let fragment):
        parameters[name] = value
        text.append(fragment)
      case .parameter(let slot):
        guard slots.holds(slots.parameters[slot].relevantWhen, in: values),
          let value = slots.effective(slot, in: values)
        else { continue }
        parameters[slots.names[slot]] = value
        text.append(slots.fragment(slot, value))
      }
    }
    text.close()
    templates.append(
      StageTemplate(
        kind: rule.rule.kind, version: rule.rule.version, parameters: parameters,
        parametersText: text.bytes))
    return Int32(templates.count - 1)
  }

  /// What the runs walked so far share.
  var sharing: [StageSharing] {
    var counts: [String: Int] = [:]
    for stage in stages { counts[stage.kind, default: 0] += 1 }
    var steps: [String: Int] = [:]
    var seen: Set<StageKey> = []
    for stage in stages where seen.insert(stage.trajectory).inserted {
      steps[stage.kind, default: 0] += lengths[stage.trajectory] ?? 0
    }
    var kinds: [String] = []
    for rule in program.stages where !kinds.contains(rule.kind) { kinds.append(rule.kind) }
    return kinds.map { kind in
      let own = program.stages.indices.filter { program.stages[$0].kind == kind }
      return StageSharing(
        kind: kind, stages: counts[kind] ?? 0, uses: own.reduce(0) { $0 + uses[$1] },
        steps: steps[kind] ?? 0, stepsAlone: own.reduce(0) { $0 + stepsAlone[$1] })
    }
  }
}
