/// Positions by any key.
struct HashedPositions<Key: Hashable & Sendable>: HeapPositions {
  private var positions: [Key: Int] = [:]

  var count: Int { positions.count }

  subscript(_ key: Key) -> Int? {
    get { positions[key] }
    set { positions[key] = newValue }
  }
}
