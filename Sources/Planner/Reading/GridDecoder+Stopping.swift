import Grid

extension GridDecoder {
  /// Reads the rules of early stopping; `nil` without any, and where they have a fault.
  mutating func decodeStopping(columns: [Axis]) -> Stopping? {
    guard let node = tree["stopping"], node.entries != nil else { return nil }
    let path = ["stopping"]
    let axis = node["axis"].flatMap(text(of:)) ?? "step"
    checkAxis(axis, at: node["axis"]?.place ?? node.place, path + ["axis"])
    let labels = columns.first { $0.name == axis }?.points.labels ?? []
    for label in labels where label.double == nil {
      fault(
        .orderOfText(name: axis, value: label.description), at: node["axis"]?.place ?? node.place,
        path + ["axis"])
    }
    let metric = node["metric"].flatMap(text(of:)) ?? ""
    if let place = node["metric"]?.place { checkMetric(metric, at: place, path + ["metric"]) }
    let fixed = node["fixed"]?.scalar.flatMap { Double($0.text) }
    if let fixed, !labels.isEmpty, !labels.contains(where: { $0.double == fixed }) {
      fault(
        .notAStep(node["fixed"]?.scalar?.text ?? "", axis: axis), at: node["fixed"]!.place,
        path + ["fixed"])
    }
    var rules: [Stopping.Rule] = []
    for (index, rule) in (node["rules"]?.list ?? []).enumerated() where rule.entries != nil {
      if let rule = decodeRule(rule, path + ["rules", "\(index)"]) { rules.append(rule) }
    }
    guard !rules.isEmpty, !diagnostics.hasFault(below: path) else { return nil }
    return Stopping(axis: axis, metric: metric, fixed: fixed, rules: rules)
  }

  private mutating func decodeRule(_ node: YAMLNode, _ path: [String]) -> Stopping.Rule? {
    let watched = node["watch"].flatMap(text(of:))
    if let watched, let place = node["watch"]?.place {
      checkMetric(watched, at: place, path + ["watch"])
    }
    let criteria: [(key: String, make: (Double) -> Stopping.Rule.Criterion)] = [
      ("share_of_start", { .shareOfStart($0) }), ("above", { .above($0) }),
      ("gain_below", { .gainBelow($0) }),
    ]
    let given = criteria.filter { node[$0.key] != nil }
    guard let criterion = given.first else {
      fault(.stoppingRuleWithoutBound, at: node.place, path)
      return nil
    }
    if given.count > 1 {
      fault(
        .keysExclude(criterion.key, given[1].key), at: node[given[1].key]!.place,
        path + [given[1].key])
    }
    guard let watched, let bound = node[criterion.key]?.scalar.flatMap({ Double($0.text) }) else {
      return nil
    }
    return Stopping.Rule(metric: watched, criterion: criterion.make(bound))
  }
}
