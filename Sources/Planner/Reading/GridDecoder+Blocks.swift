import Grid

extension GridDecoder {
  /// Reads `preset`, `parameters` and `axes` of the file or of a variant.
  mutating func decodeBlock(_ node: YAMLNode, path: [String]) -> GridBlock {
    var block = GridBlock()
    if let preset = node["preset"] {
      block.preset = decodePreset(preset, path: path + ["preset"])
    }
    for entry in node["parameters"]?.entries ?? [] {
      let entryPath = path + ["parameters", entry.key]
      if entry.key == "preset", parameters["preset"] == nil {
        if let other = node.entries?.first(where: { $0.key == "preset" }) {
          fault(.keysExclude("preset", "parameters.preset"), at: other.place, path + ["preset"])
        }
        block.preset = decodePreset(entry.value, path: entryPath)
        continue
      }
      guard let parameter = parameter(named: entry.key, at: entry.place, entryPath),
        let value = value(of: entry.value, for: parameter, entryPath)
      else { continue }
      block.fixed.append(GridBlock.Fixed(name: entry.key, value: value, place: entry.place))
    }
    for entry in node["axes"]?.entries ?? [] {
      if let axis = decodeAxis(entry, path: path + ["axes", entry.key]) { block.axes.append(axis) }
    }
    return block
  }

  /// The blocks of the variants; `nil` for a grid without.
  mutating func decodeVariants(over base: GridBlock) -> [GridBlock]? {
    guard let nodes = tree["variants"]?.list else { return nil }
    return nodes.enumerated().map { index, node in
      let path = ["variants", "\(index)"]
      let own = decodeBlock(node, path: path)
      checkConflicts(in: own)
      let presetIsGiven = node["preset"] != nil || node["parameters"]?["preset"] != nil
      let block = own.laid(over: base, presetIsGiven: presetIsGiven)
      checkConflicts(in: block)
      return block
    }
  }

  /// The description of the parameter, or a fault.
  mutating func parameter(
    named name: String, at place: Place, _ path: [String]
  ) -> ParameterDescription? {
    if let parameter = parameters[name] { return parameter }
    if program.name == ExternalProgram.stageKind {
      let isReserved = GridSchema.reservedNames.contains(name)
      fault(isReserved ? .reservedName(name) : .badName(name), at: place, path)
    } else {
      let names = program.parameters.map(\.name)
      fault(
        .unknownKey(
          name, suggestion: Suggestion.nearest(to: name, among: names), allowed: names),
        at: place, path)
    }
    return nil
  }

  mutating func decodePreset(_ node: YAMLNode, path: [String]) -> ParameterAssignment {
    guard let name = text(of: node) else { return [:] }
    if program.name == ExternalProgram.stageKind {
      fault(.presetOfExternalProgram, at: node.place, path)
      return [:]
    }
    guard let preset = program.presets[name] else {
      let names = program.presets.keys.sorted()
      fault(
        .unknownPreset(
          name, suggestion: Suggestion.nearest(to: name, among: names), allowed: names),
        at: node.place, path)
      return [:]
    }
    return preset
  }

  /// The value of a parameter as its type holds it, or a fault. What has no value at all has been
  /// reported with the structure.
  mutating func value(
    of node: YAMLNode, for parameter: ParameterDescription, _ path: [String]
  ) -> ParameterValue? {
    guard let scalar = node.scalar, !node.isNothing else { return nil }
    var written: ParameterValue
    switch parameter.type {
    case .string, .choice: written = .string(scalar.text)
    default:
      guard case .value(let value) = YAMLLiteral(scalar) else { return nil }
      written = value
    }
    switch parameter.type.accept(written) {
    case .success(let value): return value
    case .failure(let refusal):
      fault(
        .refusedValue(
          GridFault.RefusedValue(
            parameter: parameter.name, type: parameter.type, refusal: refusal, text: scalar.text,
            isQuoted: !scalar.isPlain)),
        at: node.place, path)
      return nil
    }
  }

  // MARK: Checks of a block

  /// Reports parameters that are set from two sides.
  mutating func checkConflicts(in block: GridBlock) {
    var owners: [String: String] = [:]
    for axis in block.axes {
      for name in axis.names {
        if let owner = owners[name] {
          once(.twoAxesSet(name, first: owner, second: axis.name), at: axis.place, axis.path)
        }
        owners[name] = axis.name
        if let fixed = block.fixed(name) {
          let place = if case .override = fixed.place.source { fixed.place } else { axis.place }
          once(.fixedAndAxis(name), at: place, axis.path)
        }
      }
    }
    // Presets of two axes may meet; what is said explicitly is out of their way.
    owners = [:]
    for (axis, resolved) in zip(block.axes, block.resolvedAxes) where axis.isZip {
      let names = resolved.points.parameterNames.subtracting(axis.names).sorted()
      for name in names {
        if let owner = owners[name] {
          once(.twoAxesSet(name, first: owner, second: axis.name), at: axis.place, axis.path)
        }
        owners[name] = axis.name
      }
    }
  }

  /// A block that lies over another one is looked at twice.
  private mutating func once(_ fault: GridFault, at place: Place, _ path: [String]) {
    if !diagnostics.hasFault(at: path) { self.fault(fault, at: place, path) }
  }

  /// Reports parameters that have neither a value nor a default.
  mutating func checkComplete(_ block: GridBlock) {
    if isAboutToLack { return }
    let fixed = block.fixedValues
    for parameter in program.parameters
    where parameter.defaultValue == nil && fixed[parameter.name] == nil {
      let name = parameter.name
      let isSet = block.axes.contains { axis in
        axis.points.values(of: name).count == axis.points.count
      }
      let path = ["parameters", name]
      let wasReported =
        diagnostics.hasFault(below: path)
        || diagnostics.hasFault(below: ["axes", name]) || diagnostics.hasFault(below: ["variants"])
      if isSet || wasReported { continue }
      let place = tree.entries?.first { $0.key == "parameters" }?.place ?? tree.place
      fault(.missingParameter(name, about: parameter.about), at: place, path)
    }
  }

  /// Whether a fault that was found may be why a parameter has no value.
  private var isAboutToLack: Bool {
    diagnostics.hasFault(at: []) || diagnostics.hasFault(at: ["parameters"])
      || diagnostics.hasFault(at: ["include"]) || diagnostics.hasFault(below: ["program"])
      || (tree.entries ?? []).contains {
        GridSchema.grid.key(named: $0.key) == nil && diagnostics.hasFault(at: [$0.key])
      }
  }

  /// Runs of a grid. A plan holds about a kilobyte for each.
  static let runLimit = 10_000_000

  mutating func checkSize(of blocks: [GridBlock]) {
    var total: Int? = 0
    for block in blocks {
      var runs = 1
      for axis in block.axes {
        let (product, overflow) = runs.multipliedReportingOverflow(by: axis.points.count)
        if overflow {
          total = nil
          break
        }
        runs = product
      }
      let (sum, overflow) = (total ?? 0).addingReportingOverflow(runs)
      if overflow { total = nil }
      if total == nil { break }
      total = sum
    }
    if let total, total <= Self.runLimit { return }
    let place = tree.entries?.first { $0.key == "axes" }?.place ?? tree.place
    fault(.tooManyRuns(count: total, limit: Self.runLimit), at: place, ["axes"])
  }
}
