import Grid

/// Gives meaning to a tree whose structure was checked. Where the structure was wrong, a fault is
/// there already and the decoder silently goes on without.
struct GridDecoder {
  let tree: YAMLNode
  let file: String
  let builtin: ProgramDescription
  var diagnostics: DiagnosticList
  /// The program's description; for a program of the user's made from the names in the grid.
  var program: ProgramDescription
  /// The axes of the grid, also those with a fault, which no one else need complain of.
  var axisNames: [String] = []
  /// What all blocks of the grid fix to one value.
  var commonFixed: ParameterAssignment = [:]
  /// The measurements that the grid asks for.
  var measurements: [String] = []
  /// The parameters by name.
  var parameters: [String: ParameterDescription] = [:]

  init(
    tree: YAMLNode, file: String, builtin: ProgramDescription, diagnostics: DiagnosticList
  ) {
    self.tree = tree
    self.file = file
    self.builtin = builtin
    self.diagnostics = diagnostics
    program = builtin
  }

  /// The specification; of use only if no fault was found.
  mutating func decode() -> (GridSpecification, GridPlaces) {
    let work = decodeProgram()
    for parameter in program.parameters { parameters[parameter.name] = parameter }
    let base = decodeBlock(tree, path: [])
    checkConflicts(in: base)
    let variants = decodeVariants(over: base)
    let blocks = variants ?? [base]
    for block in blocks { checkComplete(block) }
    let common = commonValues(of: blocks)
    commonFixed = common
    let axesOfVariants = (variants ?? []).map { axes(of: $0, beside: common) }
    let columns =
      variants == nil ? base.resolvedAxes : columns(of: axesOfVariants, beside: common)
    axisNames = columns.map(\.name)
    for block in [tree] + (tree["variants"]?.list ?? []) {
      for entry in block["axes"]?.entries ?? [] where !axisNames.contains(entry.key) {
        axisNames.append(entry.key)
      }
    }
    checkColumns(of: blocks, common: common)
    checkPlaceholders(of: work, known: program.parameters.map(\.name))
    checkPrefix(of: work, blocks: blocks)
    checkSize(of: blocks)

    var places = GridPlaces(root: tree.place)
    for block in blocks {
      for axis in block.axes where places.axes[axis.name] == nil {
        places.axes[axis.name] = axis.place
      }
    }
    measurements = decodeMeasurements()
    let specification = GridSpecification(
      name: decodeName(), about: text("about"), program: work,
      fixed: common, axes: columns, variants: axesOfVariants,
      conditions: decodeConditions(columns: columns, places: &places),
      replicateAxis: decodeReplicate(),
      exclude: decodeExclude(columns: columns, places: &places),
      report: decodeReport(columns: columns, places: &places),
      claims: decodeClaims(columns: columns, places: &places),
      measurements: measurements, stopping: decodeStopping(columns: columns))
    return (specification, places)
  }

  private mutating func decodeName() -> String {
    if let name = text("name") {
      let isGood =
        !name.isEmpty && !name.hasPrefix(".")
        && !name.unicodeScalars.contains { $0 == "/" || $0.value < 0x20 }
      if !isGood { fault(.badGridName(name), at: tree["name"]!.place, ["name"]) }
      return name
    }
    let base = file.split(separator: "/").last.map(String.init) ?? file
    guard let dot = base.lastIndex(of: "."), dot != base.startIndex else { return base }
    return String(base[..<dot])
  }

  // MARK: Parts

  /// The text of a key at the top, if it is there and is one.
  func text(_ key: String) -> String? {
    tree[key].flatMap(text(of:))
  }

  func text(of node: YAMLNode) -> String? {
    node.isNothing ? nil : node.scalar?.text
  }

  /// The integer of a node that is one.
  func integer(of node: YAMLNode) -> Int? {
    guard let scalar = node.scalar, case .value(let value) = YAMLLiteral(scalar) else { return nil }
    return value.integer
  }

  /// The texts of a node that is a text or a list of texts.
  func texts(of node: YAMLNode) -> [(text: String, place: Place)] {
    (node.list ?? [node]).compactMap { node in text(of: node).map { ($0, node.place) } }
  }

  mutating func fault(_ fault: GridFault, at place: Place, _ path: [String]) {
    diagnostics.fault(fault, at: place, path: path)
  }
}
