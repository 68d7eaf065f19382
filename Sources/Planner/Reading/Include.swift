/// Puts a file together with the files that it includes.
///
/// An included file is the ground and the including one lies on top: `parameters`, `axes`, `report`
/// and `program` are laid over each other key by key, any other key replaces the one below. What the
/// upper file fixes under `parameters` is no longer an axis, and the other way round.
struct IncludeResolver {
  typealias Loader = (String) throws(UnreadableFile) -> String

  static let depthLimit = 8

  private let load: Loader

  init(load: @escaping Loader) {
    self.load = load
  }

  /// The tree of the text with its includes resolved and no key `include` left; `nil` if the text
  /// itself has no tree.
  func tree(
    of text: String, file: String, into diagnostics: inout DiagnosticList
  ) -> YAMLNode? {
    tree(of: text, file: file, chain: [file], into: &diagnostics)
  }

  private func tree(
    of text: String, file: String, chain: [String], into diagnostics: inout DiagnosticList
  ) -> YAMLNode? {
    guard var tree = YAMLReader.read(text, source: .file(file), into: &diagnostics) else {
      return nil
    }
    guard let entries = tree.entries, let includes = tree["include"] else { return tree }
    tree.content = .mapping(entries.filter { $0.key != "include" })
    var ground: YAMLNode?
    let nodes = includes.list ?? [includes]
    for node in nodes {
      guard let name = node.scalar?.text, !node.isNothing else {
        diagnostics.fault(
          .wrongType(.include, found: node.found), at: node.place, path: ["include"])
        continue
      }
      guard
        let included = include(
          name, at: node.place, from: file, chain: chain, into: &diagnostics)
      else { continue }
      guard included.entries != nil else {
        diagnostics.fault(
          .wrongType(.grid, found: included.found), at: included.place, path: [])
        continue
      }
      ground = ground.map { Self.lay(included, over: $0) } ?? included
    }
    return ground.map { Self.lay(tree, over: $0) } ?? tree
  }

  private func include(
    _ name: String, at place: Place, from file: String, chain: [String],
    into diagnostics: inout DiagnosticList
  ) -> YAMLNode? {
    let path = Self.resolve(name, from: file)
    if chain.contains(path) {
      diagnostics.fault(.includeCircle(chain + [path]), at: place, path: ["include"])
      return nil
    }
    guard chain.count < Self.depthLimit else {
      diagnostics.fault(
        .includeTooDeep(limit: Self.depthLimit), at: place, path: ["include"])
      return nil
    }
    do {
      let text = try load(path)
      return tree(of: text, file: path, chain: chain + [path], into: &diagnostics)
    } catch {
      diagnostics.fault(
        .includeUnreadable(path, reason: error.reason), at: place, path: ["include"])
      return nil
    }
  }

  /// The path of an included file, taken from the folder of the including one.
  static func resolve(_ name: String, from file: String) -> String {
    let folder = file.lastIndex(of: "/").map { String(file[...$0]) } ?? ""
    let joined = name.hasPrefix("/") ? name : folder + name
    var parts: [Substring] = []
    for part in joined.split(separator: "/") where part != "." {
      if part == "..", let last = parts.last, last != ".." {
        parts.removeLast()
      } else {
        parts.append(part)
      }
    }
    return (joined.hasPrefix("/") ? "/" : "") + parts.joined(separator: "/")
  }

  // MARK: Laying one tree over another

  static func lay(_ upper: YAMLNode, over lower: YAMLNode) -> YAMLNode {
    guard let above = upper.entries, upper.entries != nil, lower.entries != nil else {
      return upper
    }
    var result = lower
    result.place = upper.place
    for name in names(in: upper["parameters"]) { result.remove(name, under: "axes") }
    for name in names(in: upper["axes"]) { result.remove(name, under: "parameters") }
    for entry in above {
      switch entry.key {
      case "parameters", "axes":
        result.merge(entry)
      case "report":
        result.merge(entry, rivals: ["metric", "metrics"])
      case "program":
        result.merge(
          entry, rivals: ["name", "command", "shell"],
          deeper: ["resources", "growth", "environment"])
      default:
        result.set(entry)
      }
    }
    return result
  }

  private static func names(in node: YAMLNode?) -> [String] {
    node?.entries?.map(\.key) ?? []
  }
}

extension YAMLNode {
  /// Replaces the entry of the same key in its place, or adds it at the end.
  mutating func set(_ entry: Entry) {
    guard var entries else { return }
    if let index = entries.firstIndex(where: { $0.key == entry.key }) {
      entries[index] = entry
    } else {
      entries.append(entry)
    }
    content = .mapping(entries)
  }

  /// Takes a key out of the mapping that stands under another key.
  mutating func remove(_ key: String, under parent: String) {
    guard var entries, let index = entries.firstIndex(where: { $0.key == parent }),
      let inner = entries[index].value.entries
    else { return }
    entries[index].value.content = .mapping(inner.filter { $0.key != key })
    content = .mapping(entries)
  }

  /// Lays the mapping of `entry` over the one under the same key.
  ///
  /// - Parameters:
  ///   - rivals: keys of which a mapping has one; those above end those below.
  ///   - deeper: keys whose mappings are laid over each other in turn.
  fileprivate mutating func merge(_ entry: Entry, rivals: [String] = [], deeper: [String] = []) {
    guard var below = self[entry.key], let belowEntries = below.entries,
      let above = entry.value.entries
    else {
      if !(entry.value.isNothing && self[entry.key] != nil) { set(entry) }
      return
    }
    if above.contains(where: { rivals.contains($0.key) }) {
      below.content = .mapping(belowEntries.filter { !rivals.contains($0.key) })
    }
    for inner in above {
      if deeper.contains(inner.key) {
        below.merge(inner, deeper: deeper)
      } else {
        below.set(inner)
      }
    }
    below.place = entry.value.place
    set(Entry(key: entry.key, place: entry.place, value: below))
  }
}
