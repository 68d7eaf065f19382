extension ProgramDescription {
  /// A mistake of whoever wrote a description; a program's tests expect none.
  package enum Inconsistency: Hashable, Sendable {
    case parameterTwice(String)
    case defaultOutOfType(parameter: String)
    case tiedToNothing(parameter: String, to: String)
    case conditionOnNothing(parameter: String, where: String)
    case presetOfNothing(preset: String, parameter: String)
    case presetOutOfType(preset: String, parameter: String)
    case kindTwice(String)
    case ruleOnNothing(kind: String, parameter: String)
    case ruleNamesItsStep(kind: String)
    case stepIsNoInteger(kind: String)
    case parentComesLater(kind: String, parent: String)
    case readsAnotherMeasurement(kind: String, parent: String)
    case measurementLeavesState(kind: String)
    case metricOfNoMeasurement(String)
    case noSchedule(kind: String, parameter: String)
    case phaseWithoutRule(kind: String, method: String)
    case phaseDecidedByMore(kind: String, method: String)
  }

  /// Everything that is wrong with the description itself.
  package var inconsistencies: [Inconsistency] {
    parameterInconsistencies + presetInconsistencies + stageInconsistencies
      + metrics.filter { $0.measurement.map { !measurements.contains($0) } ?? false }
      .map { .metricOfNoMeasurement($0.name) }
  }

  private var parameterInconsistencies: [Inconsistency] {
    var found: [Inconsistency] = []
    var seen: Set<String> = []
    for parameter in parameters {
      if !seen.insert(parameter.name).inserted { found.append(.parameterTwice(parameter.name)) }
      if let value = parameter.defaultValue, case .failure = parameter.type.accept(value) {
        found.append(.defaultOutOfType(parameter: parameter.name))
      }
      if case .numberOrTied(_, _, _, let target) = parameter.type,
        self.parameter(named: target) == nil
      {
        found.append(.tiedToNothing(parameter: parameter.name, to: target))
      }
      for name in parameter.relevantWhen?.names ?? [] where self.parameter(named: name) == nil {
        found.append(.conditionOnNothing(parameter: name, where: parameter.name))
      }
    }
    return found
  }

  private var presetInconsistencies: [Inconsistency] {
    var found: [Inconsistency] = []
    for (preset, values) in presets.sorted(by: { $0.key < $1.key }) {
      for (name, value) in values.sorted(by: { $0.key < $1.key }) {
        guard let parameter = parameter(named: name) else {
          found.append(.presetOfNothing(preset: preset, parameter: name))
          continue
        }
        if case .failure = parameter.type.accept(value) {
          found.append(.presetOutOfType(preset: preset, parameter: name))
        }
      }
    }
    return found
  }

  private var stageInconsistencies: [Inconsistency] {
    var found: [Inconsistency] = []
    var earlier: [String: StageRule] = [:]
    for rule in stages {
      for name in rule.parameters where parameter(named: name) == nil {
        found.append(.ruleOnNothing(kind: rule.kind, parameter: name))
      }
      for name in rule.when?.names ?? [] where parameter(named: name) == nil {
        found.append(.conditionOnNothing(parameter: name, where: rule.kind))
      }
      for case .kind(let parent, let when) in rule.parents {
        if earlier[parent] == nil {
          found.append(.parentComesLater(kind: rule.kind, parent: parent))
        }
        if let own = earlier[parent]?.measurement, own != rule.measurement {
          found.append(.readsAnotherMeasurement(kind: rule.kind, parent: parent))
        }
        for name in when?.names ?? [] where parameter(named: name) == nil {
          found.append(.conditionOnNothing(parameter: name, where: rule.kind))
        }
      }
      if rule.measurement != nil, rule.product != .side, rule.product != .measurement {
        found.append(.measurementLeavesState(kind: rule.kind))
      }
      if let step = rule.product.stepParameter {
        if rule.parameters.contains(step) { found.append(.ruleNamesItsStep(kind: rule.kind)) }
        switch parameter(named: step)?.type {
        case .integer(.some(0...), _), .any: break
        default: found.append(.stepIsNoInteger(kind: rule.kind))
        }
      }
      found += scheduleInconsistencies(of: rule, after: earlier)
      if let other = earlier[rule.kind], !rule.makesTrajectories(of: other) {
        found.append(.kindTwice(rule.kind))
      }
      earlier[rule.kind] = rule
    }
    return found
  }

  private func scheduleInconsistencies(
    of rule: StageRule, after earlier: [String: StageRule]
  ) -> [Inconsistency] {
    guard case .schedule(let parameter, _) = rule.product else { return [] }
    guard case .schedule(let methods) = self.parameter(named: parameter)?.type else {
      return [.noSchedule(kind: rule.kind, parameter: parameter)]
    }
    return methods.flatMap { method -> [Inconsistency] in
      guard let phase = earlier[method], case .trajectory = phase.product else {
        return [.phaseWithoutRule(kind: rule.kind, method: method)]
      }
      let isCovered =
        Set(phase.parameters).isSubset(of: rule.parameters) && phase.constants.isEmpty
        && !phase.parameters.contains(Schedule.earlierStepsName)
        && phase.parents.allSatisfy(rule.parents.contains)
      return isCovered ? [] : [.phaseDecidedByMore(kind: rule.kind, method: method)]
    }
  }
}

extension StageRule {
  /// Whether both rules make the states of the same trajectories and differ only in when they apply
  /// and in the parameter that says how far to go.
  fileprivate func makesTrajectories(of other: StageRule) -> Bool {
    guard case .trajectory = product, case .trajectory = other.product else { return false }
    return version == other.version && parents == other.parents && parameters == other.parameters
      && constants == other.constants
  }
}

extension StageRule.Product {
  /// The parameter that says how far a trajectory goes, for products that have one.
  package var stepParameter: String? {
    switch self {
    case .trajectory(let parameter), .schedule(_, let parameter): parameter
    case .process(let prefix): prefix
    case .state, .side, .measurement: nil
    }
  }
}
