import Grid

extension GridDecoder {
  /// Reads the figures that a report is to show; `nil` where the grid leaves them to its axes. A
  /// figure with a fault is left out.
  mutating func decodeFigures(_ report: YAMLNode, columns: [Axis]) -> [FigureSpecification]? {
    guard let nodes = report["figures"]?.list else { return nil }
    return nodes.enumerated().compactMap { index, node in
      decodeFigure(node, columns: columns, ["report", "figures", "\(index)"])
    }
  }

  private mutating func decodeFigure(
    _ node: YAMLNode, columns: [Axis], _ path: [String]
  ) -> FigureSpecification? {
    guard
      let kind = node["kind"].flatMap(text(of:)).flatMap(
        FigureSpecification.Kind.init(rawValue:))
    else {
      return nil
    }
    checkKeys(of: node, kind, path)
    var figure = FigureSpecification(kind)
    if let metric = node["metric"], let name = text(of: metric) {
      checkMetric(name, at: metric.place, path + ["metric"])
      figure.metric = name
    }
    var roles: Set<String> = []
    figure.x = axes(of: node, "x", path, &roles).first
    figure.y = axes(of: node, "y", path, &roles).first
    figure.series = axes(of: node, "series", path, &roles).first
    figure.facets = axes(of: node, "facet", path, &roles)
    if let conditions = node["where"] {
      let path = path + ["where"]
      figure.conditions = texts(of: conditions).compactMap { item in
        let condition = decodeCondition(item.text, columns: columns, at: item.place, path)
        // A parameter that is no axis selects nothing among the runs.
        if let condition { checkAxis(condition.name, at: item.place, path) }
        return condition
      }
    }
    figure.isLogarithmic = node["scale"].flatMap(text(of:)).map {
      $0 == GridSchema.logarithmicScale
    }
    return diagnostics.hasFault(below: path) ? nil : figure
  }

  /// The axes that a key of a figure names, none of which may have two roles in it.
  private mutating func axes(
    of node: YAMLNode, _ key: String, _ path: [String], _ roles: inout Set<String>
  ) -> [String] {
    guard let named = node[key] else { return [] }
    return texts(of: named).map { name, place in
      checkAxis(name, at: place, path + [key])
      if !roles.insert(name).inserted { fault(.twiceInTheFigure(name), at: place, path + [key]) }
      return name
    }
  }

  /// Reports keys that mean nothing to the kind.
  private mutating func checkKeys(
    of node: YAMLNode, _ kind: FigureSpecification.Kind, _ path: [String]
  ) {
    let useless =
      switch kind {
      case .curve: ["y"]
      case .box, .strip: ["y", "scale"]
      case .heatmap: ["series", "scale"]
      case .histogram: ["x", "y", "scale"]
      }
    for entry in node.entries ?? [] where useless.contains(entry.key) {
      fault(.figureHasNoUse(kind, entry.key), at: entry.place, path + [entry.key])
    }
  }
}
