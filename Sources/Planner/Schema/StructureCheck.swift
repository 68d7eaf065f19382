import Grid

/// Holds a tree against a form. Whatever passes can be read without asking again; what does not has
/// been reported.
struct StructureCheck {
  private let program: ProgramDescription
  private var diagnostics: DiagnosticList

  /// - Parameter program: whose parameters may have slipped to the top of the file.
  static func check(
    _ node: YAMLNode, is form: Form.Record, program: ProgramDescription,
    into diagnostics: inout DiagnosticList
  ) {
    var check = StructureCheck(program: program, diagnostics: diagnostics)
    if node.entries == nil {
      check.fault(.wrongType(.grid, found: node.found), at: node.place, [])
    } else {
      check.check(node, form, [])
    }
    diagnostics = check.diagnostics
  }

  private mutating func check(_ node: YAMLNode, is form: Form, _ path: [String]) {
    if let scalar = node.scalar, scalar.text.unicodeScalars.contains("\0") {
      fault(.nulCharacter, at: node.place, path)
      return
    }
    switch form {
    case .text, .word, .choice, .value, .integer, .number, .memory, .duration:
      guard let scalar = node.scalar else {
        wrong(node, form, path)
        return
      }
      check(scalar, of: node, is: form, path)
    case .list(let element, let minimum, let maximum):
      if node.isNothing { return }
      guard let nodes = node.list else {
        wrong(node, form, path)
        return
      }
      if nodes.count < minimum {
        fault(.tooFewEntries(minimum: minimum), at: node.place, path)
      }
      if let maximum, nodes.count > maximum {
        fault(.tooManyEntries(maximum: maximum), at: node.place, path)
      }
      for (index, node) in nodes.enumerated() {
        check(node, is: element, path + ["\(index)"])
      }
    case .record(let record):
      if node.isNothing { return }
      if node.entries == nil {
        wrong(node, form, path)
      } else {
        check(node, record, path)
      }
    case .names(_, let value):
      if node.isNothing { return }
      guard let entries = node.entries else {
        wrong(node, form, path)
        return
      }
      for entry in entries { check(entry.value, is: value, path + [entry.key]) }
    case .shape(_, let scalar, let list, let mapping):
      let chosen: Form? =
        switch node.content {
        case .scalar: scalar
        case .list: list
        case .mapping: mapping
        }
      if let chosen {
        check(node, is: chosen, path)
      } else {
        wrong(node, form, path)
      }
    case .alternatives(_, let records):
      guard let entries = node.entries else {
        wrong(node, form, path)
        return
      }
      checkAlternatives(node, entries, form, records, path)
    }
  }

  private mutating func check(
    _ scalar: YAMLScalar, of node: YAMLNode, is form: Form, _ path: [String]
  ) {
    let literal = YAMLLiteral(scalar)
    if literal == .null {
      fault(.noValue(form.expectation), at: node.place, path)
      return
    }
    switch form {
    case .integer(let minimum, let maximum):
      guard case .value(let value) = literal, let integer = value.integer else {
        wrong(node, form, path)
        return
      }
      if integer < minimum ?? .min || integer > maximum ?? .max {
        fault(
          .outOfRange(scalar.text, GridFault.Bounds(minimum: minimum, maximum: maximum)),
          at: node.place, path)
      }
    case .number(let minimum, let maximum):
      if literal == .notFinite {
        fault(.notFinite(scalar.text), at: node.place, path)
      } else if !scalar.isPlain || NumberText(scalar.text) == nil {
        wrong(node, form, path)
      } else if case .value(let value) = literal, let number = value.double,
        number < minimum.map(Double.init) ?? -.infinity
          || number > maximum.map(Double.init) ?? .infinity
      {
        fault(
          .outOfRange(scalar.text, GridFault.Bounds(minimum: minimum, maximum: maximum)),
          at: node.place, path)
      }
    case .choice(let words):
      if !words.contains(scalar.text) {
        fault(
          .unknownWord(
            scalar.text, suggestion: Suggestion.nearest(to: scalar.text, among: words),
            allowed: words),
          at: node.place, path)
      }
    case .memory:
      if Quantity.bytes(scalar.text) == nil { wrong(node, form, path) }
    case .duration:
      if Quantity.seconds(scalar.text) == nil { wrong(node, form, path) }
    case .value:
      if literal == .notFinite { fault(.notFinite(scalar.text), at: node.place, path) }
    default: break
    }
  }

  private mutating func check(_ node: YAMLNode, _ record: Form.Record, _ path: [String]) {
    for entry in node.entries ?? [] {
      if let key = record.key(named: entry.key) {
        check(entry.value, is: key.form, path + [entry.key])
      } else {
        unknown(entry, among: record.keys.map(\.name), path)
      }
    }
    for key in record.keys where key.isRequired && node[key.name] == nil {
      fault(.missingKey(key.name), at: node.place, path)
    }
  }

  private mutating func checkAlternatives(
    _ node: YAMLNode, _ entries: [YAMLNode.Entry], _ form: Form, _ records: [Form.Record],
    _ path: [String]
  ) {
    let marked = entries.lazy.compactMap { entry in
      records.first { $0.marks.contains(entry.key) }.map { (mark: entry.key, record: $0) }
    }.first
    guard let (mark, record) = marked else {
      if entries.isEmpty { wrong(node, form, path) }
      for entry in entries {
        unknown(entry, among: records.flatMap { $0.keys.map(\.name) }, path)
      }
      return
    }
    for entry in entries {
      if let key = record.key(named: entry.key) {
        check(entry.value, is: key.form, path + [entry.key])
      } else if records.contains(where: { $0.key(named: entry.key) != nil }) {
        fault(.keysExclude(mark, entry.key), at: entry.place, path + [entry.key])
      } else {
        unknown(entry, among: record.keys.map(\.name), path)
      }
    }
    for key in record.keys where key.isRequired && node[key.name] == nil {
      fault(.missingKey(key.name), at: node.place, path)
    }
  }

  // MARK: Faults

  private mutating func unknown(
    _ entry: YAMLNode.Entry, among allowed: [String], _ path: [String]
  ) {
    if path.isEmpty, program.parameter(named: entry.key) != nil {
      fault(.parameterAtTheTop(entry.key), at: entry.place, [entry.key])
      return
    }
    fault(
      .unknownKey(
        entry.key, suggestion: Suggestion.nearest(to: entry.key, among: allowed),
        allowed: allowed),
      at: entry.place, path + [entry.key])
  }

  private mutating func wrong(_ node: YAMLNode, _ form: Form, _ path: [String]) {
    fault(.wrongType(form.expectation, found: node.found), at: node.place, path)
  }

  private mutating func fault(_ fault: GridFault, at place: Place, _ path: [String]) {
    diagnostics.fault(fault, at: place, path: path)
  }
}

extension YAMLNode {
  /// Whether nothing stands there, as after a key whose lines are commented out.
  var isNothing: Bool {
    scalar.map { YAMLLiteral($0) == .null } ?? false
  }

  var found: GridFault.Found {
    switch content {
    case .scalar(let scalar): isNothing ? .nothing : .scalar(scalar.text)
    case .list: .list
    case .mapping: .mapping
    }
  }
}
