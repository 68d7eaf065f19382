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

  /// The phases that lead to a stage that a schedule made: the rules of their kinds, and their steps.
  private var phases: [Int32: [(rule: Int, steps: Int)]] = [:]
  private var phaseTrajectories: [PhaseKey: StageTrajectory] = [:]
  /// A schedule that has more phases than a run may have, with the steps that it was to be followed for.
  private(set) var overlong: (schedule: String, steps: Int)?
  /// Each phase is a job of its own, and its last state is kept.
  static let phaseLimit = 1_000

  private struct PhaseKey: Hashable {
    let rule: Int
    let combination: Int
    let earlierSteps: Int
    let state: StageKey?
  }

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
    phaseTrajectories = [:]
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
      count(stage, of: index)
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

  private mutating func count(_ stage: Int32, of index: Int) {
    if case .schedule = rules[index].rule.product {
      for phase in phases[stage] ?? [] {
        uses[phase.rule] += 1
        stepsAlone[phase.rule] += phase.steps
      }
      return
    }
    uses[index] += 1
    stepsAlone[index] += stages[Int(stage)].step ?? 0
  }

  private mutating func makeStage(
    _ index: Int, state: Int?, points: [Int], values: [ParameterValue?]
  ) -> Int32 {
    if case .schedule(let parameter, _) = rules[index].rule.product {
      return makePhases(index, parameter, state: state, points: points, values: values)
    }
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
    let parents = parents(
      of: rule, before: index, state: state.map { keys[Int(current[$0])] }, values: values)
    let trajectory: StageTrajectory
    if let latest = latest[index], latest.template == template, latest.parents == parents {
      trajectory = latest.trajectory
    } else {
      trajectory = templates[Int(template)].trajectory(parents: parents)
      latest[index] = (template, parents, trajectory)
    }
    return place(trajectory, step: step)
  }

  private func parents(
    of rule: StageRule, before index: Int, state: StageKey?, values: [ParameterValue?]
  ) -> [StageKey] {
    rule.parents.compactMap { parent in
      switch parent {
      case .state: return state
      case .kind(let kind, let when):
        guard slots.holds(when, in: values), let earlier = latestStage(of: kind, before: index)
        else { return nil }
        return keys[Int(current[earlier])]
      }
    }
  }

  /// The number of a trajectory's stage, which is taken up if it is new.
  private mutating func place(_ trajectory: StageTrajectory, step: Int?) -> Int32 {
    let stage = trajectory.stage(step: step)
    if let known = indices[stage.key] { return known }
    let number = Int32(stages.count)
    indices[stage.key] = number
    keys.append(stage.key)
    stages.append(stage)
    if let step { lengths[stage.trajectory] = max(step, lengths[stage.trajectory] ?? 0) }
    return number
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
    var below = state.map { keys[Int(current[$0])] }
    var last = CompiledRule.none
    var made: [(rule: Int, steps: Int)] = []
    for part in parts {
      guard let phase = rules[..<index].firstIndex(where: { $0.rule.kind == part.method }) else {
        return CompiledRule.none
      }
      let key = PhaseKey(
        rule: phase, combination: combination, earlierSteps: part.earlierSteps, state: below)
      let trajectory: StageTrajectory
      if let known = phaseTrajectories[key] {
        trajectory = known
      } else {
        trajectory = phaseTemplate(rules[phase].rule, part.earlierSteps, values: values)
          .trajectory(
            parents: parents(
              of: rules[phase].rule, before: index, state: below, values: values))
        phaseTrajectories[key] = trajectory
      }
      last = place(trajectory, step: part.steps)
      below = keys[Int(last)]
      made.append((phase, part.steps))
    }
    phases[last] = made
    return last
  }

  private func phaseTemplate(
    _ rule: StageRule, _ earlierSteps: Int, values: [ParameterValue?]
  ) -> StageTemplate {
    var parameters: ParameterAssignment = [:]
    for slot in rule.parameters.compactMap(slots.index(of:))
    where slots.holds(slots.parameters[slot].relevantWhen, in: values) {
      parameters[slots.names[slot]] = slots.effective(slot, in: values)
    }
    if earlierSteps > 0 { parameters[Schedule.earlierStepsName] = .integer(earlierSteps) }
    return StageTemplate(kind: rule.kind, version: rule.version, parameters: parameters)
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
    for rule in program.stages where !kinds.contains(rule.kind) {
      if case .schedule = rule.product { continue }
      kinds.append(rule.kind)
    }
    return kinds.map { kind in
      let own = program.stages.indices.filter { program.stages[$0].kind == kind }
      return StageSharing(
        kind: kind, stages: counts[kind] ?? 0, uses: own.reduce(0) { $0 + uses[$1] },
        steps: steps[kind] ?? 0, stepsAlone: own.reduce(0) { $0 + stepsAlone[$1] })
    }
  }
}
