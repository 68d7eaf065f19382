/// A priority queue whose elements can be found, moved and taken out by their key. The smallest
/// priority comes first.
struct IndexedHeap<Priority: Comparable & Sendable, Positions: HeapPositions>: Sendable {
  typealias Key = Positions.Key

  private var nodes: [(priority: Priority, key: Key)] = []
  /// Where in `nodes` each key is.
  private var positions = Positions()

  var count: Int { nodes.count }
  var isEmpty: Bool { nodes.isEmpty }
  var first: (priority: Priority, key: Key)? { nodes.first }

  /// Its keys, in no order that means anything.
  var keys: some Sequence<Key> { nodes.lazy.map(\.key) }

  func contains(_ key: Key) -> Bool { positions[key] != nil }

  /// Puts `key` in, or gives it another priority.
  ///
  /// - Complexity: O(log n).
  mutating func set(_ key: Key, to priority: Priority) {
    if let position = positions[key] {
      nodes[position].priority = priority
      sift(position)
    } else {
      positions[key] = nodes.count
      nodes.append((priority, key))
      sift(nodes.count - 1)
    }
  }

  /// Takes `key` out; whether it was in.
  ///
  /// - Complexity: O(log n).
  @discardableResult
  mutating func remove(_ key: Key) -> Bool {
    guard let position = positions[key] else { return false }
    positions[key] = nil
    let last = nodes.removeLast()
    if position < nodes.count {
      nodes[position] = last
      positions[last.key] = position
      sift(position)
    }
    return true
  }

  /// Takes out the element with the smallest priority.
  ///
  /// - Complexity: O(log n).
  mutating func popFirst() -> (priority: Priority, key: Key)? {
    guard let first = nodes.first else { return nil }
    remove(first.key)
    return first
  }

  /// Whether every parent comes before its children and every key is where the index says.
  ///
  /// - Complexity: O(n).
  var isConsistent: Bool {
    positions.count == nodes.count
      && nodes.indices.allSatisfy { position in
        positions[nodes[position].key] == position
          && (position == 0
            || !(nodes[position].priority < nodes[(position - 1) / 2].priority))
      }
  }

  /// Moves the element to its place: others move into the gap that it leaves.
  private mutating func sift(_ start: Int) {
    let node = nodes[start]
    var gap = start
    while gap > 0 {
      let parent = (gap - 1) / 2
      guard node.priority < nodes[parent].priority else { break }
      move(parent, to: gap)
      gap = parent
    }
    while true {
      var child = 2 * gap + 1
      guard child < nodes.count else { break }
      if child + 1 < nodes.count, nodes[child + 1].priority < nodes[child].priority { child += 1 }
      guard nodes[child].priority < node.priority else { break }
      move(child, to: gap)
      gap = child
    }
    guard gap != start else { return }
    nodes[gap] = node
    positions[node.key] = gap
  }

  private mutating func move(_ position: Int, to gap: Int) {
    nodes[gap] = nodes[position]
    positions[nodes[gap].key] = gap
  }
}
