import Grid

extension GridDecoder {
  /// Points of one axis; each takes some hundred bytes of a plan.
  static let pointLimit = 1_000_000

  /// Reads one axis; `nil` if it has a fault.
  mutating func decodeAxis(_ entry: YAMLNode.Entry, path: [String]) -> GridBlock.AxisEntry? {
    let node = entry.value
    if isColumn(entry.key) {
      fault(.columnName(entry.key), at: entry.place, path)
      return nil
    }
    guard let nodes = node.list else {
      guard let parameter = parameter(named: entry.key, at: entry.place, path),
        node.entries != nil
      else { return nil }
      return decodeSeries(entry, parameter, path)
    }
    if nodes.isEmpty {
      fault(.emptyAxis, at: node.place, path)
      return nil
    }
    let mappings = nodes.filter { $0.entries != nil }
    if mappings.isEmpty {
      guard let parameter = parameter(named: entry.key, at: entry.place, path) else { return nil }
      return decodeValues(nodes, entry, parameter, path)
    }
    guard mappings.count == nodes.count else {
      if !nodes.contains(where: { $0.list != nil }) { fault(.mixedAxis, at: node.place, path) }
      return nil
    }
    return decodePoints(nodes, entry, path)
  }

  /// Whether runs.csv has a column of that name that is no axis.
  func isColumn(_ name: String) -> Bool {
    GridSchema.columnNames.contains(name)
      || parameters[name] == nil && program.metrics.contains { $0.name == name }
  }

  // MARK: A list of values

  private mutating func decodeValues(
    _ nodes: [YAMLNode], _ entry: YAMLNode.Entry, _ parameter: ParameterDescription,
    _ path: [String]
  ) -> GridBlock.AxisEntry? {
    var values: [ParameterValue] = []
    var seen: Set<String> = []
    for (index, node) in nodes.enumerated() {
      let valuePath = path + ["\(index)"]
      guard let value = value(of: node, for: parameter, valuePath) else { continue }
      guard seen.insert(value.description).inserted else {
        fault(.duplicateValue(value.description), at: node.place, path)
        continue
      }
      values.append(value)
    }
    guard values.count == nodes.count else { return nil }
    // What one value of a program of the user's shows of the type holds for all.
    let areNumbers = values.contains { if case .number = $0 { true } else { false } }
    return axis(entry, path, areNumbers ? values.map(Self.asNumber) : values)
  }

  private static func asNumber(_ value: ParameterValue) -> ParameterValue {
    if case .integer(let integer) = value { .number(Double(integer)) } else { value }
  }

  private func axis(
    _ entry: YAMLNode.Entry, _ path: [String], _ values: [ParameterValue]
  ) -> GridBlock.AxisEntry {
    GridBlock.AxisEntry(
      name: entry.key, place: entry.place, path: path, points: .values(values, of: entry.key))
  }

  // MARK: from/to/by, count, log

  private mutating func decodeSeries(
    _ entry: YAMLNode.Entry, _ parameter: ParameterDescription, _ path: [String]
  ) -> GridBlock.AxisEntry? {
    let node = entry.value
    if diagnostics.hasFault(below: path) { return nil }
    let series: Result<[ParameterValue], AxisSeries.Objection>
    if let count = node["count"].flatMap(integer(of:)) {
      series = AxisSeries.count(count)
    } else if let bounds = node["log"]?.list?.compactMap({ $0.scalar?.text }), bounds.count == 2 {
      series = AxisSeries.logarithmic(
        from: bounds[0], to: bounds[1],
        perDecade: node["per_decade"].flatMap(integer(of:)) ?? 1,
        digits: node["digits"].flatMap(integer(of:)) ?? 3)
    } else if let from = node["from"]?.scalar?.text, let to = node["to"]?.scalar?.text {
      series = AxisSeries.range(from: from, to: to, by: node["by"]?.scalar?.text)
    } else {
      return nil
    }
    switch series {
    case .success(let values): return axis(values, entry, parameter, path)
    case .failure(let objection):
      let part = objection.key.flatMap { key in
        objection.index.map { node[key]?.list?[$0] } ?? node[key]
      }
      let keys = [objection.key, objection.index.map(String.init)].compactMap { $0 }
      fault(objection.fault, at: part?.place ?? node.place, path + keys)
      return nil
    }
  }

  private mutating func axis(
    _ written: [ParameterValue], _ entry: YAMLNode.Entry, _ parameter: ParameterDescription,
    _ path: [String]
  ) -> GridBlock.AxisEntry? {
    let areNumbers = written.contains { if case .number = $0 { true } else { false } }
    var values: [ParameterValue] = []
    values.reserveCapacity(written.count)
    let type = parameter.type
    for value in written {
      switch type.accept(areNumbers ? Self.asNumber(value) : value) {
      case .success(let value): values.append(value)
      case .failure(let refusal):
        // One of a series stands for all: the cause is one.
        fault(
          .refusedValue(
            GridFault.RefusedValue(
              parameter: parameter.name, type: parameter.type, refusal: refusal,
              text: value.description, isQuoted: false)),
          at: entry.value.place, path)
        return nil
      }
    }
    return axis(entry, path, values)
  }

  // MARK: A list of mappings

  private mutating func decodePoints(
    _ nodes: [YAMLNode], _ entry: YAMLNode.Entry, _ path: [String]
  ) -> GridBlock.AxisEntry? {
    if !CommandTemplate.isName(entry.key) { fault(.badName(entry.key), at: entry.place, path) }
    var points: [BlockPoints.Point] = []
    var labels: Set<String> = []
    for (index, node) in nodes.enumerated() {
      let pointPath = path + ["\(index)"]
      guard let point = decodePoint(node, axis: entry.key, pointPath) else { continue }
      if !labels.insert(point.label.description).inserted {
        fault(.duplicateLabel(point.label.description), at: node.place, path)
      }
      points.append(point)
    }
    guard points.count == nodes.count else { return nil }
    return GridBlock.AxisEntry(
      name: entry.key, place: entry.place, path: path, points: .listed(points))
  }

  private mutating func decodePoint(
    _ node: YAMLNode, axis: String, _ path: [String]
  ) -> BlockPoints.Point? {
    var preset: ParameterAssignment = [:]
    var label: ParameterValue?
    var explicit: ParameterAssignment = [:]
    var names: [String] = []
    var isWhole = true
    let entries = node.entries ?? []
    for entry in entries {
      let entryPath = path + [entry.key]
      switch entry.key {
      case "label" where parameters["label"] == nil:
        if let scalar = entry.value.scalar, case .value(let value) = YAMLLiteral(scalar) {
          label = value
        }
      case "preset" where parameters["preset"] == nil:
        preset = decodePreset(entry.value, path: entryPath)
      default:
        guard let parameter = parameter(named: entry.key, at: entry.place, entryPath),
          let value = value(of: entry.value, for: parameter, entryPath)
        else {
          isWhole = false
          continue
        }
        explicit[entry.key] = value
        names.append(entry.key)
      }
    }
    if entries.isEmpty {
      fault(.pointSetsNothing, at: node.place, path)
      return nil
    }
    guard isWhole else { return nil }
    if parameters[axis] != nil, explicit[axis] == nil {
      fault(.namedLikeAParameter(axis), at: node.place, path)
      return nil
    }
    let words = names.map { "\($0)=\(explicit[$0]!)" }
    let presetName = node["preset"].flatMap(text(of:))
    return BlockPoints.Point(
      label: label ?? explicit[axis]
        ?? .string(([presetName].compactMap { $0 } + words).joined(separator: " ")),
      preset: preset, explicit: explicit, names: names)
  }
}
