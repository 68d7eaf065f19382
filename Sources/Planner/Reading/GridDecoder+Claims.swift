import Grid

extension GridDecoder {
  /// Reads what the grid states beforehand. A claim with a fault is left out.
  mutating func decodeClaims(columns: [Axis], places: inout GridPlaces) -> [Claim] {
    var claims: [Claim] = []
    var lines: [String: Int] = [:]
    for (index, node) in (tree["claims"]?.list ?? []).enumerated() where node.entries != nil {
      let path = ["claims", "\(index)"]
      checkID(of: node, path, &lines)
      guard let claim = decodeClaim(node, columns: columns, path) else { continue }
      claims.append(claim)
      let of = node["of"].map { $0.list?.map(\.place) ?? [$0.place] } ?? [node.place]
      places.claims.append(
        GridPlaces.ClaimPlaces(
          index: index, selections: of + [node["against"]?.place].compactMap(\.self)))
    }
    return claims
  }

  private mutating func checkID(
    of node: YAMLNode, _ path: [String], _ lines: inout [String: Int]
  ) {
    guard let idNode = node["id"], let id = text(of: idNode) else { return }
    if !CommandTemplate.isName(id) { fault(.badName(id), at: idNode.place, path + ["id"]) }
    if let line = lines[id] {
      fault(.claimTwice(id, firstLine: line), at: idNode.place, path + ["id"])
    }
    lines[id] = lines[id] ?? idNode.place.line
  }

  private mutating func decodeClaim(
    _ node: YAMLNode, columns: [Axis], _ path: [String]
  ) -> Claim? {
    for key in ["metric", "with"] { checkMetric(of: node, key, path) }
    guard let test = node["test"].flatMap(text(of:)).flatMap(Claim.Test.init(rawValue:)) else {
      return nil
    }
    checkKeys(of: node, test, path)
    let expectation = decodeExpectation(node, test, path)
    let over = decodeOver(node, test, columns: columns, path)
    let across = decodeAcross(node, path)
    var used: [String: String] = [:]
    for axis in across { used[axis] = "across" }
    if let over { used[over] = "over" }
    let of = decodeSelections(node, test, columns: columns, path)
    let against = node["against"].flatMap {
      decodeLabels($0, columns: columns, path + ["against"])
    }
    checkUse(of: node, used, path)
    if diagnostics.hasFault(below: path) { return nil }
    if let against, let first = of.first, first.merging(against, uniquingKeysWith: { $1 }) == first
    {
      fault(.comparedWithItself, at: node["against"]!.place, path + ["against"])
    }
    guard let id = node["id"].flatMap(text(of:)), let metric = node["metric"].flatMap(text(of:)),
      let expectation
    else { return nil }
    return Claim(
      id: id, says: node["says"].flatMap(text(of:)), test: test, metric: metric,
      partner: node["with"].flatMap(text(of:)), of: of, against: against, over: over,
      across: across, expectation: expectation)
  }

  private mutating func checkMetric(of node: YAMLNode, _ key: String, _ path: [String]) {
    guard let metric = node[key], let name = text(of: metric) else { return }
    checkMetric(name, at: metric.place, path + [key])
  }

  /// Reports keys that the test needs and does not have, or has and does not need.
  private mutating func checkKeys(of node: YAMLNode, _ test: Claim.Test, _ path: [String]) {
    let needed: [String]
    let allowed: [String]
    switch test {
    case .pairedDifference, .medianDifference, .varianceRatio:
      (needed, allowed) = (["of", "against", "expect"], [])
    case .equivalence: (needed, allowed) = (["of", "against", "margin"], [])
    case .maxOverMean: (needed, allowed) = (["expect"], ["of"])
    case .trend: (needed, allowed) = (["over", "expect"], ["of"])
    case .interiorPeak: (needed, allowed) = (["over"], ["of", "expect"])
    case .correlation: (needed, allowed) = (["expect"], ["of", "over", "with"])
    case .order: (needed, allowed) = (["of"], ["expect"])
    }
    let isNothing = { (key: String) in node[key]?.isNothing ?? true }
    for key in needed where isNothing(key) && !diagnostics.hasFault(at: path + [key]) {
      fault(.claimLacks(test, key), at: node.place, path)
    }
    if test == .correlation, isNothing("over"), isNothing("with") {
      fault(.claimLacks(test, "over or with"), at: node.place, path)
    }
    for entry in node.entries ?? []
    where ["with", "of", "against", "over", "expect", "margin"].contains(entry.key)
      && !(needed + allowed).contains(entry.key)
    {
      fault(.claimHasNoUse(test, entry.key), at: entry.place, path + [entry.key])
    }
  }

  private mutating func decodeExpectation(
    _ node: YAMLNode, _ test: Claim.Test, _ path: [String]
  ) -> Claim.Expectation? {
    if test == .equivalence {
      guard let margin = node["margin"], let text = text(of: margin), let value = Double(text)
      else {
        return nil
      }
      let expectation = Claim.Expectation.within(center: 0, margin: value)
      // A negative or infinite one has been reported with the structure.
      if value == 0 {
        fault(.expectationOutOfRange(text, test), at: margin.place, path + ["margin"])
      }
      return expectation
    }
    guard let expect = node["expect"], let written = text(of: expect) else {
      return test == .interiorPeak || test == .order ? .above(0) : nil
    }
    guard let expectation = ClaimExpectation.read(written, for: test) else {
      fault(.expectationUnreadable(written, test), at: expect.place, path + ["expect"])
      return nil
    }
    if !ClaimExpectation.isOpen(expectation, for: test) {
      fault(.expectationOutOfRange(written, test), at: expect.place, path + ["expect"])
    }
    return expectation
  }

  private mutating func decodeOver(
    _ node: YAMLNode, _ test: Claim.Test, columns: [Axis], _ path: [String]
  ) -> String? {
    guard let over = node["over"], let name = text(of: over) else { return nil }
    let path = path + ["over"]
    checkAxis(name, at: over.place, path)
    if let axis = columns.first(where: { $0.name == name }), axis.points.count < test.shortestAxis {
      fault(
        .axisTooShort(name, values: axis.points.count, minimum: test.shortestAxis), at: over.place,
        path)
    }
    return name
  }

  private mutating func decodeAcross(_ node: YAMLNode, _ path: [String]) -> [String] {
    guard let across = node["across"], !texts(of: across).isEmpty else {
      let replicate = tree["replicate"].flatMap(text(of:)) ?? program.replicateAxis
      if let replicate, axisNames.contains(replicate) { return [replicate] }
      // A replicate axis that there is not has been reported where it is named.
      if tree["replicate"].flatMap(text(of:)) == nil {
        fault(.claimWithoutReplicates, at: node.place, path)
      }
      return []
    }
    var names: [String] = []
    for (name, place) in texts(of: across) {
      checkAxis(name, at: place, path + ["across"])
      if !names.contains(name) { names.append(name) }
    }
    if let over = node["over"], let name = text(of: over), names.contains(name) {
      fault(.keysExclude("over: \(name)", "across: \(name)"), at: over.place, path + ["over"])
    }
    return names
  }

  // MARK: Selections

  private mutating func decodeSelections(
    _ node: YAMLNode, _ test: Claim.Test, columns: [Axis], _ path: [String]
  ) -> [ParameterAssignment] {
    let path = path + ["of"]
    guard let of = node["of"], !of.isNothing else { return [[:]] }
    guard let nodes = of.list else {
      if test == .order, of.entries != nil {
        fault(.wrongType(.selections, found: .mapping), at: of.place, path)
      }
      return [decodeLabels(of, columns: columns, path) ?? [:]]
    }
    if test != .order {
      fault(.wrongType(.selection, found: .list), at: of.place, path)
      return []
    }
    return nodes.enumerated().map { index, node in
      decodeLabels(node, columns: columns, path + ["\(index)"]) ?? [:]
    }
  }

  /// The labels of axes that a selection names. A parameter that has the one value for all runs may
  /// be named too; it selects nothing.
  private mutating func decodeLabels(
    _ node: YAMLNode, columns: [Axis], _ path: [String]
  ) -> ParameterAssignment? {
    guard let entries = node.entries else { return nil }
    if entries.isEmpty { fault(.emptySelection, at: node.place, path) }
    var labels: ParameterAssignment = [:]
    for entry in entries {
      let entryPath = path + [entry.key]
      guard let scalar = entry.value.scalar, case .value(let wanted) = YAMLLiteral(scalar) else {
        continue
      }
      let fixed = fixedValue(of: entry.key, columns: columns)
      guard let axis = columns.first(where: { $0.name == entry.key }) else {
        if axisNames.contains(entry.key) { continue }
        if let fixed, fixed.isSame(as: wanted) || fixed.description == scalar.text { continue }
        if let fixed {
          fault(
            .valueNotOnAxis(
              scalar.text, axis: entry.key, suggestion: nil, allowed: [fixed.description]),
            at: entry.value.place, entryPath)
        } else {
          checkAxis(entry.key, at: entry.place, path)
        }
        continue
      }
      let label = axis.points.labels.first {
        $0.isSame(as: wanted) || $0.description == scalar.text
      }
      if let label {
        labels[entry.key] = label
      } else {
        let known = axis.points.labels.map(\.description)
        let isWord = if case .string = wanted { true } else { false }
        fault(
          .valueNotOnAxis(
            scalar.text, axis: entry.key,
            suggestion: isWord ? Suggestion.nearest(to: scalar.text, among: known) : nil,
            allowed: known),
          at: entry.value.place, entryPath)
      }
    }
    return labels
  }

  /// The one value that a parameter has in all runs; `nil` for one that an axis sets.
  private func fixedValue(of name: String, columns: [Axis]) -> ParameterValue? {
    let isSet = columns.contains { $0.points.parameterNames.contains(name) }
    return isSet ? nil : commonFixed[name] ?? parameters[name]?.defaultValue
  }

  private mutating func checkUse(of node: YAMLNode, _ used: [String: String], _ path: [String]) {
    for key in ["of", "against"] {
      guard let part = node[key] else { continue }
      for selection in part.list ?? [part] {
        for entry in selection.entries ?? [] {
          guard let use = used[entry.key] else { continue }
          fault(.selectedAndUsed(entry.key, as: use), at: entry.place, path + [key, entry.key])
        }
      }
    }
  }
}
