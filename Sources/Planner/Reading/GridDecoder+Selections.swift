import Grid

extension GridDecoder {
  /// What a name in `where`, `exclude` or `baseline` stands for.
  private enum Subject {
    case parameter(ParameterDescription)
    /// An axis that sets several parameters together: its labels are compared.
    case labels
  }

  private mutating func subject(
    _ name: String, columns: [Axis], at place: Place, _ path: [String], under: [String]
  ) -> Subject? {
    if let parameter = parameters[name] { return .parameter(parameter) }
    if columns.contains(where: { $0.name == name }) { return .labels }
    if axisNames.contains(name) { return nil }
    let names = axisNames + program.parameters.map(\.name).filter { !axisNames.contains($0) }
    fault(
      .unknownAxis(
        name, suggestion: Suggestion.nearest(to: name, among: names), allowed: axisNames),
      at: place, under)
    return nil
  }

  // MARK: exclude and baseline

  /// A mapping of names to values; `nil` if it has a fault.
  private mutating func decodeSelection(
    _ node: YAMLNode, columns: [Axis], _ path: [String]
  ) -> ParameterAssignment? {
    guard let entries = node.entries else { return nil }
    if entries.isEmpty {
      fault(.emptySelection, at: node.place, path)
      return nil
    }
    var selection: ParameterAssignment = [:]
    for entry in entries {
      let entryPath = path + [entry.key]
      switch subject(
        entry.key, columns: columns, at: entry.place, entryPath, under: path)
      {
      case .parameter(let parameter):
        selection[entry.key] = value(of: entry.value, for: parameter, entryPath)
      case .labels:
        selection[entry.key] = entry.value.scalar.map { .string($0.text) }
      case nil: break
      }
    }
    return selection.count == entries.count ? selection : nil
  }

  mutating func decodeExclude(
    columns: [Axis], places: inout GridPlaces
  ) -> [ParameterAssignment] {
    var selections: [ParameterAssignment] = []
    for (index, node) in (tree["exclude"]?.list ?? []).enumerated() {
      guard let selection = decodeSelection(node, columns: columns, ["exclude", "\(index)"])
      else { continue }
      selections.append(selection)
      places.exclude.append(node.place)
    }
    return selections
  }

  // MARK: where

  mutating func decodeConditions(columns: [Axis], places: inout GridPlaces) -> [RunCondition] {
    guard let node = tree["where"] else { return [] }
    places.conditions = node.place
    let isList = node.list != nil
    return texts(of: node).enumerated().compactMap { index, item in
      decodeCondition(
        item.text, columns: columns, at: item.place, ["where"] + (isList ? ["\(index)"] : []))
    }
  }

  mutating func decodeCondition(
    _ text: String, columns: [Axis], at place: Place, _ path: [String]
  ) -> RunCondition? {
    guard let (name, comparison, written) = Self.parts(of: text) else {
      fault(.conditionUnreadable(text), at: place, path)
      return nil
    }
    guard let subject = subject(name, columns: columns, at: place, path, under: path) else {
      return nil
    }
    let scalar = Self.scalar(written)
    var value: ParameterValue?
    switch subject {
    case .labels: value = .string(scalar.text)
    case .parameter(let parameter) where comparison.isOrdered:
      // A bound need not be a value that the parameter takes: step < 2.5, temperature > -1.
      guard case .value(let bound) = YAMLLiteral(scalar) else { break }
      value = bound
      if bound.double == nil || !parameter.type.hasOrder { value = nil }
    case .parameter(let parameter):
      let node = YAMLNode(place: place, content: .scalar(scalar))
      value = self.value(of: node, for: parameter, path)
      if value == nil { return nil }
    }
    guard let value, !comparison.isOrdered || value.double != nil else {
      fault(.orderOfText(name: name, value: scalar.text), at: place, path)
      return nil
    }
    return RunCondition(name: name, comparison: comparison, value: value)
  }

  /// `temperature <= 1.0` in its three parts.
  private static func parts(
    of text: String
  ) -> (name: String, comparison: RunCondition.Comparison, value: String)? {
    guard let start = text.firstIndex(where: { "=!<>".contains($0) }) else { return nil }
    let sign = text[start...].prefix { "=!<>".contains($0) }
    guard let comparison = RunCondition.Comparison(rawValue: String(sign)) else { return nil }
    let name = trimmed(text[..<start])
    let value = trimmed(text[sign.endIndex...])
    guard CommandTemplate.isName(name), !value.isEmpty else { return nil }
    return (name, comparison, value)
  }

  private static func trimmed(_ text: Substring) -> String {
    let head = text.drop(while: \.isWhitespace)
    guard let last = head.lastIndex(where: { !$0.isWhitespace }) else { return "" }
    return String(head[...last])
  }

  /// A value in a comparison, which may stand in quotes of its own.
  private static func scalar(_ text: String) -> YAMLScalar {
    for quote in ["\"", "'"] where text.count >= 2 && text.hasPrefix(quote) && text.hasSuffix(quote)
    {
      return YAMLScalar(text: String(text.dropFirst().dropLast()), isPlain: false)
    }
    return YAMLScalar(text: text, isPlain: true)
  }

  // MARK: measure, replicate and report

  /// In the order of the program, so that grids that ask for the same are the same.
  mutating func decodeMeasurements() -> [String] {
    guard let node = tree["measure"] else { return [] }
    let known = program.measurements
    var asked: Set<String> = []
    for (name, place) in texts(of: node) {
      if known.contains(name) {
        asked.insert(name)
      } else {
        fault(
          .unknownMeasurement(
            name, suggestion: Suggestion.nearest(to: name, among: known), allowed: known),
          at: place, ["measure"])
      }
    }
    return known.filter(asked.contains)
  }

  mutating func decodeReplicate() -> String? {
    guard let node = tree["replicate"], let name = text(of: node) else {
      return program.replicateAxis.flatMap { axisNames.contains($0) ? $0 : nil }
    }
    checkAxis(name, at: node.place, ["replicate"])
    return name
  }

  mutating func decodeReport(columns: [Axis], places: inout GridPlaces) -> ReportSpecification {
    var report = ReportSpecification()
    guard let node = tree["report"] else { return report }
    if let metric = node["metric"], let entry = node.entries?.first(where: { $0.key == "metrics" })
    {
      fault(.keysExclude("metric", "metrics"), at: entry.place, ["report", "metrics"])
      report.metrics = texts(of: metric).map(\.text)
    }
    for key in ["metric", "metrics"] {
      guard let metrics = node[key] else { continue }
      report.metrics = texts(of: metrics).map { name, place in
        checkMetric(name, at: place, ["report", key])
        return name
      }
    }
    var seen: Set<String> = []
    func axes(_ key: String, _ decoder: inout GridDecoder) -> [String] {
      guard let list = node[key] else { return [] }
      return decoder.texts(of: list).map { name, place in
        decoder.checkAxis(name, at: place, ["report", key])
        if !seen.insert(name).inserted {
          decoder.fault(.twiceInTheTable(name), at: place, ["report", key])
        }
        return name
      }
    }
    report.rows = axes("rows", &self)
    report.columns = axes("columns", &self)
    if let baseline = node["baseline"] {
      places.baseline = baseline.place
      report.baseline = decodeSelection(baseline, columns: columns, ["report", "baseline"])
    }
    if let statistic = node["statistic"].flatMap(text(of:)) {
      report.statistic = ReportStatistic(rawValue: statistic)
    }
    if let best = node["best"].flatMap(text(of:)) { report.best = ReportBest(rawValue: best) }
    report.figures = decodeFigures(node, columns: columns)
    return report
  }

  /// Whether the program reports a metric, and the grid asks for what gives it.
  mutating func checkMetric(_ name: String, at place: Place, _ path: [String]) {
    if program.metrics.isEmpty { return }
    guard let metric = program.metrics.first(where: { $0.name == name }) else {
      let known = program.metrics.map(\.name)
      fault(
        .unknownMetric(
          name, suggestion: Suggestion.nearest(to: name, among: known), allowed: known),
        at: place, path)
      return
    }
    if let measurement = metric.measurement, !measurements.contains(measurement) {
      fault(.notMeasured(metric: name, by: measurement), at: place, path)
    }
  }

  mutating func checkAxis(_ name: String, at place: Place, _ path: [String]) {
    if axisNames.contains(name) { return }
    fault(
      .unknownAxis(
        name, suggestion: Suggestion.nearest(to: name, among: axisNames), allowed: axisNames),
      at: place, path)
  }
}

extension ParameterType {
  /// Whether values can be compared by order.
  fileprivate var hasOrder: Bool {
    switch self {
    case .integer, .number, .numberOrTied, .any: true
    case .boolean, .choice, .string, .schedule: false
    }
  }
}
