import Grid

extension GridDecoder {
  /// Reads `program`, and makes the description of a program of the user's.
  mutating func decodeProgram() -> ProgramSpecification {
    guard let node = tree["program"], !node.isNothing else {
      return ProgramSpecification(work: .builtin)
    }
    let path = ["program"]
    guard node.entries != nil else {
      checkIsBuiltin(node, path)
      return ProgramSpecification(work: .builtin)
    }
    var specification = ProgramSpecification(
      work: .builtin, resources: decodeResources(node["resources"]),
      retries: node["retries"].flatMap(integer(of:)) ?? 0)
    let given = ["name", "command", "shell"].filter { node[$0] != nil }
    if given.count > 1 {
      fault(.keysExclude(given[0], given[1]), at: node[given[1]]!.place, path + [given[1]])
    } else if given.isEmpty {
      // A misspelt `command` has been reported as an unknown key.
      if !diagnostics.hasFault(below: path) { fault(.programWithoutWork, at: node.place, path) }
    }
    if let name = node["name"] {
      checkIsBuiltin(name, path + ["name"])
      for entry in node.entries ?? [] where ["prefix", "environment"].contains(entry.key) {
        fault(.keysExclude("name", entry.key), at: entry.place, path + [entry.key])
      }
    } else if let invocation = decodeInvocation(node) {
      let external = ExternalProgram(
        invocation: invocation, prefix: node["prefix"].flatMap(text(of:)),
        environment: decodeEnvironment(node["environment"]))
      specification.work = .external(external)
      program = ProgramDescription(external: external, parameters: collectNames())
    } else {
      program = ProgramDescription(
        external: ExternalProgram(invocation: .command([])), parameters: collectNames())
    }
    return specification
  }

  private mutating func checkIsBuiltin(_ node: YAMLNode, _ path: [String]) {
    guard let name = text(of: node), name != "builtin" else { return }
    fault(.unknownProgram(name), at: node.place, path)
  }

  private mutating func decodeInvocation(_ node: YAMLNode) -> ExternalProgram.Invocation? {
    if let command = node["command"], let words = command.list {
      let texts = words.compactMap { $0.scalar?.text }
      if let first = words.first, texts.first?.isEmpty ?? false {
        fault(.emptyCommand, at: first.place, ["program", "command"])
      }
      return .command(texts)
    }
    if let shell = node["shell"], let script = text(of: shell) {
      if script.allSatisfy(\.isWhitespace) {
        fault(.emptyCommand, at: shell.place, ["program", "shell"])
      }
      return .shell(script)
    }
    return nil
  }

  private mutating func decodeResources(_ node: YAMLNode?) -> Resources {
    var resources = Resources()
    guard let node else { return resources }
    if let cpus = node["cpus"].flatMap(integer(of:)) { resources.cpus = cpus }
    if let entry = node["gpus"], let gpus = integer(of: entry) {
      resources.gpus = gpus
      if gpus > 0 {
        diagnostics.warning(
          .gpusOnRecordOnly, at: entry.place, path: ["program", "resources", "gpus"])
      }
    }
    resources.memory = node["memory"]?.scalar.flatMap { Quantity.bytes($0.text) }
    resources.time = node["time"]?.scalar.flatMap { Quantity.seconds($0.text) }
    resources.memoryGrowth = decodeGrowth(of: "memory", node)
    resources.timeGrowth = decodeGrowth(of: "time", node)
    return resources
  }

  private mutating func decodeGrowth(of limit: String, _ node: YAMLNode) -> Double? {
    guard let factor = node["growth"]?[limit] else { return nil }
    if node[limit] == nil {
      fault(
        .growthWithoutLimit(limit), at: factor.place, ["program", "resources", "growth", limit])
    }
    return factor.scalar.flatMap { Double($0.text) }
  }

  private mutating func decodeEnvironment(_ node: YAMLNode?) -> [String: String] {
    var environment: [String: String] = [:]
    for entry in node?.entries ?? [] {
      if entry.key.isEmpty || entry.key.contains("=") || entry.key.contains("\0") {
        fault(.badName(entry.key), at: entry.place, ["program", "environment", entry.key])
      }
      environment[entry.key] = entry.value.scalar?.text
    }
    return environment
  }

  /// The parameters of a program of the user's: every name that the grid gives a value.
  private mutating func collectNames() -> [String] {
    var names: [String] = []
    var seen: Set<String> = []
    func add(_ name: String) {
      if CommandTemplate.isName(name), !GridSchema.reservedNames.contains(name),
        seen.insert(name).inserted
      {
        names.append(name)
      }
    }
    for block in [tree] + (tree["variants"]?.list ?? []) {
      for entry in block["parameters"]?.entries ?? [] { add(entry.key) }
      for entry in block["axes"]?.entries ?? [] {
        let points = entry.value.list?.filter { $0.entries != nil } ?? []
        if points.isEmpty { add(entry.key) }
        for point in points { for inner in point.entries ?? [] { add(inner.key) } }
      }
    }
    return names
  }

  // MARK: What can be checked once the axes are known

  mutating func checkPlaceholders(of work: ProgramSpecification, known: [String]) {
    guard case .external(let external) = work.work, let node = tree["program"] else { return }
    var places: [(template: String, place: Place, path: [String])] = []
    switch external.invocation {
    case .command:
      for (index, word) in (node["command"]?.list ?? []).enumerated() {
        places.append((word.scalar?.text ?? "", word.place, ["program", "command", "\(index)"]))
      }
    case .shell(let script):
      places.append((script, node["shell"]?.place ?? node.place, ["program", "shell"]))
    }
    for (template, place, path) in places {
      var told: Set<String> = []
      for name in CommandTemplate(template).placeholders
      where !known.contains(name) && told.insert(name).inserted {
        fault(
          .unknownPlaceholder(
            name, suggestion: Suggestion.nearest(to: name, among: known), allowed: known),
          at: place, path)
      }
    }
  }

  mutating func checkPrefix(of work: ProgramSpecification, blocks: [GridBlock]) {
    guard case .external(let external) = work.work, let prefix = external.prefix,
      let place = tree["program"]?["prefix"]?.place
    else { return }
    let path = ["program", "prefix"]
    guard axisNames.contains(prefix), parameters[prefix] != nil else {
      fault(
        .prefixNotAnAxis(
          prefix, suggestion: Suggestion.nearest(to: prefix, among: axisNames),
          allowed: axisNames),
        at: place, path)
      return
    }
    let values = blocks.flatMap { block in
      block.axes.flatMap { $0.points.explicitValues(of: prefix) }
        + [block.fixed(prefix)?.value].compactMap { $0 }
    }
    if let odd = values.first(where: { ($0.integer ?? -1) < 0 }) {
      fault(.prefixNotAStep(prefix: prefix, value: odd.description), at: place, path)
    }
  }
}
