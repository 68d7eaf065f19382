/// Where the elements of a heap are, by their keys.
protocol HeapPositions: Sendable {
  associatedtype Key: Sendable

  init()
  var count: Int { get }
  subscript(_ key: Key) -> Int? { get set }
}

/// Positions by any key.
struct HashedPositions<Key: Hashable & Sendable>: HeapPositions {
  private var positions: [Key: Int] = [:]

  var count: Int { positions.count }

  subscript(_ key: Key) -> Int? {
    get { positions[key] }
    set { positions[key] = newValue }
  }
}
