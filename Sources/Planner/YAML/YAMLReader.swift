import Yams

/// Turns the text of a file into a tree, or says why it cannot.
///
/// Yams alone would stop at the first duplicate key, expand a bomb of aliases, and take any depth.
struct YAMLReader {
  /// Bytes of a file. A list of 100,000 numbers takes a tenth.
  static let sizeLimit = 8 << 20
  /// Levels of lists and mappings in one another. A grid has about 6.
  static let depthLimit = 64
  /// Values after aliases are expanded.
  static let nodeLimit = 2_000_000

  private let source: Place.Source
  private var remaining = nodeLimit
  /// Keys that were renamed for the parser, since a mapping has them twice: what they are in truth.
  private var disguised: [Position: String] = [:]

  private struct Position: Hashable {
    let line: Int
    let column: Int

    init(_ mark: Mark?) {
      line = mark?.line ?? 1
      column = mark?.column ?? 1
    }
  }

  /// The tree of the text, or `nil` if there is none: then a fault was added. Faults may be added
  /// to a tree as well.
  static func read(
    _ text: String, source: Place.Source, into diagnostics: inout DiagnosticList
  ) -> YAMLNode? {
    var reader = YAMLReader(source: source)
    guard let fault = YAMLGuard.objection(to: text) else {
      guard let root = reader.parse(text, into: &diagnostics) else { return nil }
      return reader.convert(root, depth: 0, path: [], into: &diagnostics)
    }
    diagnostics.fault(
      fault.fault, at: Place(source: source, line: fault.line, column: fault.column), path: [])
    return nil
  }

  private init(source: Place.Source) {
    self.source = source
  }

  // MARK: Text to Yams' tree

  private mutating func parse(_ text: String, into diagnostics: inout DiagnosticList) -> Node? {
    var scalars = Array(text.unicodeScalars)
    var current = text
    // Each duplicate costs another pass; the work of all passes is bounded.
    var passes = max(4, min(64, (32 << 20) / max(1, text.utf8.count)))
    while true {
      do {
        // The basic resolver leaves scalars as they are: what they stand for is `YAMLLiteral`'s, and
        // Yams' own would match regular expressions.
        guard let node = try Parser(yaml: current, resolver: .basic, encoding: .utf8).singleRoot()
        else {
          diagnostics.fault(.emptyFile, at: Place(source: source), path: [])
          return nil
        }
        return node
      } catch YamlError.duplicatedKeysInMapping(let keys, let context) {
        passes -= 1
        let position = Position(context.mark)
        let key = keys.first ?? ""
        guard passes > 0, disguise(key, at: position, in: &scalars) else {
          diagnostics.fault(
            .duplicateKey(key, firstLine: position.line), at: place(position), path: [key])
          return nil
        }
        current = String(String.UnicodeScalarView(scalars))
      } catch let error as YamlError {
        let (fault, line, column) = Self.syntaxFault(of: error)
        diagnostics.fault(
          fault, at: Place(source: source, line: line, column: column), path: [])
        return nil
      } catch {
        diagnostics.fault(
          .syntax(problem: "\(error)", context: nil), at: Place(source: source), path: [])
        return nil
      }
    }
  }

  /// Renames one key in the text, keeping every place, so that the parser goes on past a duplicate.
  private mutating func disguise(
    _ key: String, at position: Position, in scalars: inout [Unicode.Scalar]
  ) -> Bool {
    guard disguised[position] == nil, let first = key.unicodeScalars.first,
      var index = YAMLGuard.index(ofLine: position.line, column: position.column, in: scalars)
    else { return false }
    if scalars[index] == "\"" || scalars[index] == "'" { index += 1 }
    guard index < scalars.count, scalars[index] == first,
      // A scalar of the private use area that is not in the text yet.
      let mask = (0xE000...0xF8FF).lazy.compactMap(Unicode.Scalar.init)
        .first(where: { [scalars] in !scalars.contains($0) })
    else { return false }
    scalars[index] = mask
    disguised[position] = key
    return true
  }

  private static func syntaxFault(
    of error: YamlError
  ) -> (fault: GridFault, line: Int, column: Int) {
    switch error {
    case .scanner(let context, let problem, let mark, _),
      .parser(let context, let problem, let mark, _),
      .composer(let context, let problem, let mark, _):
      let words = context.map { "\($0.text) in line \($0.mark.line)" }
      return (.syntax(problem: problem, context: words), mark.line, mark.column)
    case .reader(let problem, _, _, _):
      return (.syntax(problem: problem, context: nil), 1, 1)
    default:
      return (.syntax(problem: "it cannot be parsed", context: nil), 1, 1)
    }
  }

  // MARK: Yams' tree to ours

  private mutating func convert(
    _ node: Node, depth: Int, path: [String], into diagnostics: inout DiagnosticList
  ) -> YAMLNode? {
    let place = place(Position(node.mark))
    remaining -= 1
    guard remaining >= 0 else {
      if remaining == -1 {
        diagnostics.fault(.tooManyValues(limit: Self.nodeLimit), at: place, path: path)
      }
      return nil
    }
    guard depth < Self.depthLimit else {
      diagnostics.fault(.nestedTooDeeply(limit: Self.depthLimit), at: place, path: path)
      return nil
    }
    switch node {
    case .scalar(let scalar):
      return convert(scalar, at: place, path: path, into: &diagnostics)
    case .sequence(let sequence):
      checkTag(sequence.tag, is: .seq, at: place, path: path, into: &diagnostics)
      var nodes: [YAMLNode] = []
      nodes.reserveCapacity(sequence.count)
      for (index, element) in sequence.enumerated() {
        guard
          let node = convert(
            element, depth: depth + 1, path: path + ["\(index)"], into: &diagnostics)
        else { continue }
        nodes.append(node)
      }
      return YAMLNode(place: place, content: .list(nodes))
    case .mapping(let mapping):
      checkTag(mapping.tag, is: .map, at: place, path: path, into: &diagnostics)
      return YAMLNode(
        place: place,
        content: .mapping(entries(of: mapping, depth: depth, path: path, into: &diagnostics)))
    case .alias:
      // The parser resolves aliases; this case is for trees that are to be written.
      return nil
    }
  }

  private func convert(
    _ scalar: Node.Scalar, at place: Place, path: [String],
    into diagnostics: inout DiagnosticList
  ) -> YAMLNode? {
    let tag = scalar.tag.rawValue
    let core = Tag.Name.self
    var isPlain = scalar.style == .plain
    switch tag {
    case "", core.int.rawValue, core.float.rawValue, core.bool.rawValue, core.null.rawValue: break
    case core.str.rawValue, core.nonSpecific.rawValue: isPlain = false
    default:
      diagnostics.fault(.unsupportedTag(tag), at: place, path: path)
      return nil
    }
    return YAMLNode(
      place: place, content: .scalar(YAMLScalar(text: scalar.string, isPlain: isPlain)))
  }

  private func checkTag(
    _ tag: Tag, is name: Tag.Name, at place: Place, path: [String],
    into diagnostics: inout DiagnosticList
  ) {
    let allowed = ["", Tag.Name.nonSpecific.rawValue, name.rawValue]
    if !allowed.contains(tag.rawValue) {
      diagnostics.fault(.unsupportedTag(tag.rawValue), at: place, path: path)
    }
  }

  private mutating func entries(
    of mapping: Node.Mapping, depth: Int, path: [String], into diagnostics: inout DiagnosticList
  ) -> [YAMLNode.Entry] {
    var entries: [YAMLNode.Entry] = []
    var lines: [String: Int] = [:]
    for (key, value) in mapping {
      let position = Position(key.mark)
      let keyPlace = place(position)
      guard case .scalar(let scalar) = key else {
        diagnostics.fault(.keyIsNotAWord, at: keyPlace, path: path)
        continue
      }
      let name = disguised[position] ?? scalar.string
      let keyPath = path + [name]
      if let firstLine = lines[name] {
        diagnostics.fault(
          .duplicateKey(name, firstLine: firstLine), at: keyPlace, path: keyPath)
        continue
      }
      lines[name] = keyPlace.line
      guard let node = convert(value, depth: depth + 1, path: keyPath, into: &diagnostics) else {
        continue
      }
      entries.append(YAMLNode.Entry(key: name, place: keyPlace, value: node))
    }
    return entries
  }

  private func place(_ position: Position) -> Place {
    Place(source: source, line: position.line, column: position.column)
  }
}
