import Grid
import Keys

/// The forms of the grid file as a JSON Schema (draft 7, which editors know), for completion and for
/// checking while one types.
///
/// It is made from the forms that the planner itself checks, and refuses nothing that the planner
/// takes. It cannot say everything: what names and values mean together is the planner's. A grid that
/// includes another one and names no program may be of either kind, and is checked as an external one,
/// of whose parameters nothing is known.
package struct EditorSchema {
  /// Whose parameters may be named.
  enum Workload {
    case builtin, external
  }

  let program: ProgramDescription

  /// The schema of grid files, `builtin` being the built-in program.
  package static func document(for builtin: ProgramDescription) -> CanonicalJSON {
    EditorSchema(program: builtin).document
  }

  private var document: CanonicalJSON {
    var properties: [String: CanonicalJSON] = [:]
    for key in GridSchema.grid.keys {
      properties[key.name] =
        key.form.dependsOnProgram
        ? .object(["description": .string(key.about)]) : property(key, for: .builtin)
    }
    return .object([
      "$schema": .string("http://json-schema.org/draft-07/schema#"),
      "title": .string("Espalier grid"),
      "description": .string("Made by `espalier schema`; not to be edited."),
      "type": .string("object"),
      "properties": .object(properties),
      "additionalProperties": .boolean(false),
      "if": Self.isExternal,
      "then": dependingProperties(for: .external),
      "else": dependingProperties(for: .builtin),
      "definitions": .object(definitions),
    ])
  }

  /// Whether the work is a program of the user's; a grid that includes another one and names no
  /// program may be.
  private static let isExternal = CanonicalJSON.object([
    "anyOf": .array([
      .object([
        "required": .array([.string("program")]),
        "properties": .object([
          "program": .object([
            "type": .string("object"),
            "not": .object(["required": .array([.string("name")])]),
          ])
        ]),
      ]),
      .object([
        "required": .array([.string("include")]),
        "not": .object(["required": .array([.string("program")])]),
      ]),
    ])
  ])

  private func dependingProperties(for workload: Workload) -> CanonicalJSON {
    let keys = GridSchema.grid.keys.filter(\.form.dependsOnProgram)
    return .object(["properties": properties(keys, for: workload)])
  }

  // MARK: Definitions

  private var definitions: [String: CanonicalJSON] {
    var definitions: [String: CanonicalJSON] = [:]
    for parameter in program.parameters {
      var members = parameter.type.schema
      members["description"] = .string(parameter.about)
      if let value = parameter.defaultValue { members["default"] = value.canonical }
      definitions[Self.name(of: parameter)] = .object(members)
    }
    for workload in [Workload.builtin, .external] {
      definitions[Self.name(of: .point, workload)] = .object(
        ["type": .string("object")].merging(names(.point, to: .value, workload)) { $1 })
      for (names, value) in GridSchema.namesOfPrograms {
        let members = ["type": CanonicalJSON.array([.string("object"), .string("null")])]
        definitions[Self.name(of: names, workload)] = .object(
          members.merging(self.names(names, to: value, workload)) { $1 })
      }
    }
    for (name, record) in Self.seriesRecords {
      definitions[name] = schema(of: .record(record), for: .builtin)
    }
    return definitions
  }

  private static let seriesRecords = [
    ("range", GridSchema.range), ("count", GridSchema.count), ("log", GridSchema.logarithmic),
  ]

  private static func name(of parameter: ParameterDescription) -> String {
    "parameter.\(parameter.name)"
  }

  private static func name(of names: Form.Names, _ workload: Workload) -> String {
    "\(names)" + (workload == .builtin ? "" : ".external")
  }

  private static func reference(_ name: String) -> CanonicalJSON {
    .object(["$ref": .string("#/definitions/\(name)")])
  }

  private var parameterReferences: [String: CanonicalJSON] {
    var references: [String: CanonicalJSON] = [:]
    for parameter in program.parameters {
      references[parameter.name] = Self.reference(Self.name(of: parameter))
    }
    return references
  }

  // MARK: Forms

  private func property(_ key: Form.Key, for workload: Workload) -> CanonicalJSON {
    guard case .object(var members) = schema(of: key.form, orNothing: true, for: workload) else {
      return .boolean(true)
    }
    members["description"] = .string(key.about)
    return .object(members)
  }

  private func properties(_ keys: [Form.Key], for workload: Workload) -> CanonicalJSON {
    var members: [String: CanonicalJSON] = [:]
    for key in keys { members[key.name] = property(key, for: workload) }
    return .object(members)
  }

  /// - Parameter orNothing: whether a list or a mapping may be left empty, as after a key whose lines
  ///   are commented out.
  private func schema(
    of form: Form, orNothing: Bool = false, for workload: Workload
  ) -> CanonicalJSON {
    switch form {
    case .text, .value: return Self.scalar
    case .word(let words):
      let known =
        switch words {
        case .preset: program.presets.keys.sorted()
        case .metric: program.metrics.map(\.name)
        case .measurement: program.measurements
        }
      return workload == .external || known.isEmpty
        ? Self.scalar : .object(["enum": .array(known.map { .string($0) })])
    case .choice(let words):
      return .object(["enum": .array(words.map { .string($0) })])
    case .integer(let minimum, let maximum):
      return .object(Self.number("integer", minimum.map(Double.init), maximum.map(Double.init)))
    case .number(let minimum, let maximum):
      return .object(Self.number("number", minimum.map(Double.init), maximum.map(Double.init)))
    case .memory:
      return Self.quantity(#"^[0-9.]+ *([kKMGT]?B|[KMGT]iB)? *$"#)
    case .duration:
      return Self.quantity(#"^([0-9.]+ *(d|h|m|min|s)? *)+$"#)
    case .list(let element, let minimum, let maximum):
      var members = Self.type("array", orNothing)
      members["items"] = schema(of: element, orNothing: true, for: workload)
      if minimum > 0 { members["minItems"] = .integer(minimum) }
      if let maximum { members["maxItems"] = .integer(maximum) }
      return .object(members)
    case .record(let record):
      var members = Self.type("object", orNothing)
      members["properties"] = properties(record.keys, for: workload)
      members["additionalProperties"] = .boolean(false)
      let required = record.keys.filter(\.isRequired).map { CanonicalJSON.string($0.name) }
      if !required.isEmpty { members["required"] = .array(required) }
      return .object(members)
    case .names(.anything, let value):
      return .object(
        Self.type("object", orNothing).merging(names(.anything, to: value, workload)) { $1 })
    case .names(let names, _):
      return Self.reference(Self.name(of: names, workload))
    case .shape(_, let scalar, let list, let mapping):
      return Self.either(
        [scalar, list, mapping].compactMap(\.self).map { schema(of: $0, for: workload) })
    case .alternatives(_, let records):
      return Self.either(records.map { schema(of: .record($0), for: workload) })
    }
  }

  private func names(
    _ names: Form.Names, to value: Form, _ workload: Workload
  ) -> [String: CanonicalJSON] {
    let other = schema(of: value, for: workload)
    let preset = schema(of: .word(.preset), for: workload)
    switch (names, workload) {
    case (.anything, _): return ["additionalProperties": other]
    case (.selection, .external): return ["additionalProperties": other]
    case (.selection, .builtin):
      return ["properties": .object(parameterReferences), "additionalProperties": other]
    case (.parameters, .builtin):
      return [
        "properties": .object(parameterReferences.merging(["preset": preset]) { own, _ in own }),
        "additionalProperties": .boolean(false),
      ]
    case (.parameters, .external):
      return ["additionalProperties": other, "propertyNames": Self.nameSchema(but: ["label"])]
    case (.point, .builtin):
      let own = ["label": Self.scalar, "preset": preset]
      return [
        "properties": .object(parameterReferences.merging(own) { parameter, _ in parameter }),
        "additionalProperties": .boolean(false), "minProperties": .integer(1),
      ]
    case (.point, .external):
      return [
        "properties": .object(["label": Self.scalar]), "additionalProperties": other,
        "propertyNames": Self.nameSchema(but: []), "minProperties": .integer(1),
      ]
    case (.axes, .external):
      let series = Self.seriesRecords.map { Self.reference($0.0) }
      return [
        "additionalProperties": Self.either(
          [
            Self.list(of: Self.scalar),
            Self.list(of: Self.reference(Self.name(of: .point, .external))),
          ]
            + series),
        "propertyNames": Self.nameSchema(but: GridSchema.columnNames),
      ]
    case (.axes, .builtin):
      var axes: [String: CanonicalJSON] = [:]
      for parameter in program.parameters { axes[parameter.name] = axis(of: parameter) }
      return [
        "properties": .object(axes),
        "additionalProperties": Self.list(of: Self.reference(Self.name(of: .point, .builtin))),
        "propertyNames": Self.nameSchema(but: GridSchema.columnNames),
      ]
    }
  }

  private func axis(of parameter: ParameterDescription) -> CanonicalJSON {
    let lists = [
      Self.reference(Self.name(of: parameter)), Self.reference(Self.name(of: .point, .builtin)),
    ]
    .map(Self.list)
    let series = Self.seriesRecords.map { Self.reference($0.0) }
    guard case .object(var members) = Self.either(parameter.type.hasSeries ? lists + series : lists)
    else { return .boolean(true) }
    members["description"] = .string(parameter.about)
    return .object(members)
  }

  // MARK: Pieces

  private static let scalar = CanonicalJSON.object([
    "type": .array([.string("string"), .string("number"), .string("boolean")])
  ])

  private static func type(_ name: String, _ orNothing: Bool) -> [String: CanonicalJSON] {
    ["type": orNothing ? .array([.string(name), .string("null")]) : .string(name)]
  }

  private static func either(_ schemas: [CanonicalJSON]) -> CanonicalJSON {
    schemas.count == 1 ? schemas[0] : .object(["anyOf": .array(schemas)])
  }

  private static func list(of element: CanonicalJSON) -> CanonicalJSON {
    .object(["type": .string("array"), "items": element, "minItems": .integer(1)])
  }

  private static func quantity(_ pattern: String) -> CanonicalJSON {
    .object([
      "type": .array([.string("string"), .string("number")]), "pattern": .string(pattern),
      "exclusiveMinimum": .integer(0),
    ])
  }

  private static func nameSchema(but excluded: [String]) -> CanonicalJSON {
    var members: [String: CanonicalJSON] = ["pattern": .string("^[A-Za-z_][A-Za-z0-9_-]*$")]
    if !excluded.isEmpty {
      members["not"] = .object(["enum": .array(excluded.map { .string($0) })])
    }
    return .object(members)
  }

  fileprivate static func number(
    _ type: String, _ minimum: Double?, _ maximum: Double?
  ) -> [String: CanonicalJSON] {
    var members: [String: CanonicalJSON] = ["type": .string(type)]
    if let minimum { members["minimum"] = .number(minimum) }
    if let maximum { members["maximum"] = .number(maximum) }
    return members
  }
}

extension ParameterType {
  /// Of one value, as the members of a schema.
  fileprivate var schema: [String: CanonicalJSON] {
    switch self {
    case .boolean: return ["type": .string("boolean")]
    case .integer(let minimum, let maximum):
      return EditorSchema.number("integer", minimum.map(Double.init), maximum.map(Double.init))
    case .number(let minimum, let maximum):
      return EditorSchema.number("number", minimum, maximum)
    case .numberOrTied(let minimum, let maximum, let word, _):
      return [
        "anyOf": .array([
          .object(EditorSchema.number("number", minimum, maximum)),
          .object(["enum": .array([.string(word)])]),
        ])
      ]
    case .choice(let words): return ["enum": .array(words.map { .string($0) })]
    case .schedule(let methods):
      let method = "(\(methods.joined(separator: "|")))"
      let phase = "\(method) +[1-9][0-9]*"
      return [
        "type": .string("string"),
        "pattern": .string(
          "^ *(\(phase) +then +)*(\(method)|repeat +\(phase)( +then +\(phase))*) *$"),
      ]
    case .string, .any:
      return ["type": .array([.string("string"), .string("number"), .string("boolean")])]
    }
  }

  /// Whether its values can be written as a range, a count or a logarithmic series.
  fileprivate var hasSeries: Bool {
    switch self {
    case .integer, .number, .numberOrTied, .any: true
    case .boolean, .choice, .string, .schedule: false
    }
  }
}

extension Form {
  /// Whether what may stand there is the program's to say.
  fileprivate var dependsOnProgram: Bool {
    switch self {
    case .text, .choice, .value, .integer, .number, .memory, .duration: false
    case .word: true
    case .list(let element, _, _): element.dependsOnProgram
    case .record(let record): record.keys.contains { $0.form.dependsOnProgram }
    case .names(.anything, let value): value.dependsOnProgram
    case .names: true
    case .shape(_, let scalar, let list, let mapping):
      [scalar, list, mapping].contains { $0?.dependsOnProgram ?? false }
    case .alternatives(_, let records):
      records.contains { $0.keys.contains { $0.form.dependsOnProgram } }
    }
  }
}
