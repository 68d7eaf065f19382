/// A value of a grid file with its place. Aliases are resolved, keys are words.
struct YAMLNode: Sendable {
  enum Content: Sendable {
    case scalar(YAMLScalar)
    case list([YAMLNode])
    case mapping([Entry])
  }

  struct Entry: Sendable {
    var key: String
    var place: Place
    var value: YAMLNode
  }

  var place: Place
  var content: Content

  var scalar: YAMLScalar? {
    if case .scalar(let scalar) = content { scalar } else { nil }
  }

  var list: [YAMLNode]? {
    if case .list(let nodes) = content { nodes } else { nil }
  }

  var entries: [Entry]? {
    if case .mapping(let entries) = content { entries } else { nil }
  }

  /// The value of a key of a mapping.
  ///
  /// - Complexity: O(number of keys).
  subscript(key: String) -> YAMLNode? {
    entries?.first { $0.key == key }?.value
  }
}

/// A single value as it is written.
struct YAMLScalar: Hashable, Sendable {
  let text: String
  /// Without quotes, so that `3` is a number; a quoted `"3"` is a text.
  let isPlain: Bool
}
