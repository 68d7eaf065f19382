import Keys

extension ProgramDescription {
  /// What of the description decides a plan, as one JSON value: descriptions that plan every grid
  /// alike have equal texts. Words for people are left out. For a hash; there is no way back.
  package var canonical: CanonicalJSON {
    .object([
      "name": .string(name),
      "parameters": .array(parameters.map(\.canonical)),
      "presets": .object(presets.mapValues(\.canonical)),
      "stages": .array(stages.map(\.canonical)),
      "metrics": .array(metrics.map { .string($0.name) }),
      "replicateAxis": replicateAxis.map { .string($0) } ?? .null,
    ])
  }
}

extension ParameterDescription {
  fileprivate var canonical: CanonicalJSON {
    .object([
      "name": .string(name),
      "type": type.canonical,
      "default": defaultValue?.canonical ?? .null,
      "relevantWhen": relevantWhen?.canonical ?? .null,
    ])
  }
}

extension ParameterType {
  fileprivate var canonical: CanonicalJSON {
    switch self {
    case .boolean: .string("boolean")
    case .string: .string("string")
    case .any: .string("any")
    case .choice(let words): .array(words.map { .string($0) })
    case .schedule(let methods): .object(["schedule": .array(methods.map { .string($0) })])
    case .integer(let minimum, let maximum):
      .object([
        "integer": .array([
          minimum.map { .integer($0) } ?? .null, maximum.map { .integer($0) } ?? .null,
        ])
      ])
    case .number(let minimum, let maximum):
      .object(["number": Self.bounds(minimum, maximum)])
    case .numberOrTied(let minimum, let maximum, let word, let to):
      .object([
        "number": Self.bounds(minimum, maximum), "word": .string(word), "to": .string(to),
      ])
    }
  }

  private static func bounds(_ minimum: Double?, _ maximum: Double?) -> CanonicalJSON {
    .array([minimum.map { .number($0) } ?? .null, maximum.map { .number($0) } ?? .null])
  }
}

extension ParameterCondition {
  fileprivate var canonical: CanonicalJSON {
    switch self {
    case .isOne(let values, let parameter):
      .object([parameter: .array(values.map(\.canonical))])
    case .isAbove(let bound, let parameter):
      .object([parameter: .object(["above": .number(bound)])])
    case .schedules(let method, let parameter):
      .object([parameter: .object(["schedules": .string(method)])])
    case .all(let conditions):
      .array(conditions.map(\.canonical))
    case .any(let conditions):
      .object(["any": .array(conditions.map(\.canonical))])
    }
  }
}

extension StageRule {
  fileprivate var canonical: CanonicalJSON {
    .object([
      "measurement": measurement.map { .string($0) } ?? .null,
      "kind": .string(kind),
      "version": .integer(version),
      "when": when?.canonical ?? .null,
      "parents": .array(
        parents.map {
          switch $0 {
          case .state: .null
          case .kind(let kind, let when):
            when.map { .object([kind: $0.canonical]) } ?? .string(kind)
          }
        }),
      "parameters": .array(parameters.map { .string($0) }),
      "constants": constants.canonical,
      "product": product.canonical,
    ])
  }
}

extension StageRule.Product {
  fileprivate var canonical: CanonicalJSON {
    switch self {
    case .state: .string("state")
    case .side: .string("side")
    case .measurement: .string("measurement")
    case .trajectory(let parameter): .object(["trajectory": .string(parameter)])
    case .schedule(let parameter, let step):
      .object(["schedule": .array([.string(parameter), .string(step)])])
    case .process(let prefix): .object(["process": prefix.map { .string($0) } ?? .null])
    }
  }
}
