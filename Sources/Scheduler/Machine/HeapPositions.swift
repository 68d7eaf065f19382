/// Where the elements of a heap are, by their keys.
protocol HeapPositions: Sendable {
  associatedtype Key: Sendable

  init()
  var count: Int { get }
  subscript(_ key: Key) -> Int? { get set }
  mutating func reserveCapacity(_ count: Int)
}

/// Positions by any key.
struct HashedPositions<Key: Hashable & Sendable>: HeapPositions {
  private var positions: [Key: Int] = [:]

  var count: Int { positions.count }

  subscript(_ key: Key) -> Int? {
    get { positions[key] }
    set { positions[key] = newValue }
  }

  mutating func reserveCapacity(_ count: Int) { positions.reserveCapacity(count) }
}

/// Positions by small numbers, in as much memory as the largest of them: some nanoseconds an access, where
/// a dictionary of a million takes a hundred.
struct DensePositions: HeapPositions {
  /// -1 where there is none.
  private var positions: [Int32] = []
  private(set) var count = 0

  subscript(_ key: Int) -> Int? {
    get { key < positions.count && positions[key] >= 0 ? Int(positions[key]) : nil }
    set {
      if key >= positions.count {
        guard newValue != nil else { return }
        positions += repeatElement(-1, count: key + 1 - positions.count)
      }
      count += (newValue == nil ? 0 : 1) - (positions[key] >= 0 ? 1 : 0)
      positions[key] = newValue.map { Int32($0) } ?? -1
    }
  }

  mutating func reserveCapacity(_ count: Int) { positions.reserveCapacity(count) }
}
