import Grid

/// One `--set key=value`, applied to the tree before it is checked, so that what it brings in is
/// held against the same rules as the file.
///
/// - `temperature=0.5`: a key without a dot is a parameter. It gets this one value and is no longer
///   an axis; a list or a mapping (`temperature=[0.3, 0.5]`, `seed={count: 2}`) makes it an axis.
/// - `about=…`, `replicate=…` and the other keys at the top of a grid file are these keys, unless the
///   grid or its program has a parameter of that name.
/// - `axes.seed.count=2`, `program.retries=1`, `report.metric=loss`: a path with dots goes through
///   the mappings of the file and makes those that are missing.
///
/// The value is read as YAML; an empty one is a fault.
struct Override {
  let text: String
  let keys: [String]
  let value: YAMLNode

  var place: Place { Place(source: .override(text)) }

  /// - Returns: `nil` after adding a fault.
  init?(_ text: String, into diagnostics: inout DiagnosticList) {
    let place = Place(source: .override(text))
    guard let sign = text.firstIndex(of: "=") else {
      diagnostics.fault(.overrideWithoutValue, at: place, path: [])
      return nil
    }
    let keys = text[..<sign].split(separator: ".", omittingEmptySubsequences: false)
      .map { String($0.filter { $0 != " " }) }
    guard keys.allSatisfy({ !$0.isEmpty }) else {
      diagnostics.fault(.overrideWithoutKey, at: place, path: [])
      return nil
    }
    let written = String(text[text.index(after: sign)...])
    guard written.contains(where: { !$0.isWhitespace }) else {
      diagnostics.fault(.noValue(.value), at: place, path: keys)
      return nil
    }
    guard let value = YAMLReader.read(written, source: .override(text), into: &diagnostics) else {
      return nil
    }
    self.text = text
    self.keys = keys
    self.value = value.placed(at: place)
  }

  /// Changes the tree of a grid file.
  func apply(
    to tree: inout YAMLNode, program: ProgramDescription, into diagnostics: inout DiagnosticList
  ) {
    guard tree.entries != nil else { return }
    var path = keys
    if path.count == 1, !isTopLevelKey(path[0], in: tree, program: program) {
      path.insert(value.scalar == nil ? "axes" : "parameters", at: 0)
    }
    if path.count > 1, path[0] == "axes" || path[0] == "parameters" {
      if let names = Self.namesOfExternalProgram(in: tree), !names.contains(path[1]) {
        diagnostics.fault(
          .overrideOfNothing(
            path[1], suggestion: Suggestion.nearest(to: path[1], among: names), allowed: names),
          at: place, path: keys)
        return
      }
      // A table has no rows for an axis that the user has just taken away.
      if path[0] == "parameters", tree["axes"]?[path[1]] != nil {
        tree.removeFromReport(path[1])
      }
      tree.remove(path[1], under: path[0] == "axes" ? "parameters" : "axes")
      tree.removeFromVariants(path[1])
    }
    if let key = set(path[...], in: &tree) {
      diagnostics.fault(.overrideThroughValue(key), at: place, path: keys)
    }
  }

  /// Every name that a program of the user's, its axes or its parameters have; `nil` for the built-in
  /// program, whose description says which parameters there are.
  private static func namesOfExternalProgram(in tree: YAMLNode) -> [String]? {
    guard let program = tree["program"], program["command"] != nil || program["shell"] != nil else {
      return nil
    }
    var names: [String] = []
    for block in [tree] + (tree["variants"]?.list ?? []) {
      names += (block["axes"]?.entries ?? []).map(\.key)
      names += (block["parameters"]?.entries ?? []).map(\.key)
      for axis in block["axes"]?.entries ?? [] {
        for point in axis.value.list ?? [] { names += (point.entries ?? []).map(\.key) }
      }
    }
    let templates = (program["command"]?.list ?? []) + [program["shell"]].compactMap(\.self)
    for template in templates.compactMap(\.scalar?.text) {
      names += CommandTemplate(template).placeholders
    }
    var seen = Set(GridSchema.reservedNames)
    return names.filter { seen.insert($0).inserted }
  }

  private func isTopLevelKey(
    _ key: String, in tree: YAMLNode, program: ProgramDescription
  ) -> Bool {
    GridSchema.grid.key(named: key) != nil
      && tree["parameters"]?[key] == nil && tree["axes"]?[key] == nil
      && program.parameter(named: key) == nil
  }

  /// - Returns: the key that cannot be passed through, if there is one.
  private func set(_ path: ArraySlice<String>, in node: inout YAMLNode) -> String? {
    let key = path.first!
    var inner = value
    if path.count > 1 {
      inner = YAMLNode(place: place, content: .mapping([]))
      let isAxis = keys.first == "axes" && path.count == keys.count - 1
      if let existing = node[key] {
        switch existing.content {
        case .mapping(let entries):
          inner = existing
          if isAxis { inner.content = .mapping(Self.entries(entries, fittingTo: path.last!)) }
        case .scalar where key == "program":
          let name = YAMLNode.Entry(key: "name", place: existing.place, value: existing)
          inner.content = .mapping([name])
        case .scalar: break
        case .list where isAxis: break
        case .list: return keys[...(keys.firstIndex(of: key) ?? 0)].joined(separator: ".")
        }
      }
      if let obstacle = set(path.dropFirst(), in: &inner) { return obstacle }
    }
    node.set(YAMLNode.Entry(key: key, place: place, value: inner))
    return nil
  }

  /// What stays of an axis when one of its keys is set: `count` ends `from` and `to`.
  private static func entries(
    _ entries: [YAMLNode.Entry], fittingTo key: String
  ) -> [YAMLNode.Entry] {
    let forms = [GridSchema.range, GridSchema.count, GridSchema.logarithmic]
    guard let form = forms.first(where: { $0.key(named: key) != nil }) else { return entries }
    return entries.filter { form.key(named: $0.key) != nil }
  }
}

extension YAMLNode {
  /// Takes a parameter or axis out of every variant.
  fileprivate mutating func removeFromVariants(_ name: String) {
    guard let place = entries?.first(where: { $0.key == "variants" })?.place,
      var variants = self["variants"], let nodes = variants.list
    else { return }
    variants.content = .list(
      nodes.map { node in
        var node = node
        node.remove(name, under: "parameters")
        node.remove(name, under: "axes")
        return node
      })
    set(Entry(key: "variants", place: place, value: variants))
  }

  /// Takes an axis out of the rows and columns of the report.
  fileprivate mutating func removeFromReport(_ axis: String) {
    guard let place = entries?.first(where: { $0.key == "report" })?.place,
      var report = self["report"], let members = report.entries
    else { return }
    report.content = .mapping(
      members.compactMap { entry in
        guard entry.key == "rows" || entry.key == "columns" else { return entry }
        if entry.value.scalar?.text == axis { return nil }
        guard let names = entry.value.list else { return entry }
        var entry = entry
        entry.value.content = .list(names.filter { $0.scalar?.text != axis })
        return entry
      })
    set(Entry(key: "report", place: place, value: report))
  }

  /// The same tree with one place throughout.
  func placed(at place: Place) -> YAMLNode {
    let content: Content =
      switch content {
      case .scalar: content
      case .list(let nodes): .list(nodes.map { $0.placed(at: place) })
      case .mapping(let entries):
        .mapping(
          entries.map { Entry(key: $0.key, place: place, value: $0.value.placed(at: place)) })
      }
    return YAMLNode(place: place, content: content)
  }
}
