/// A priority queue whose elements can be found, moved and taken out by their key. The smallest
/// priority comes first.
struct IndexedHeap<Priority: Comparable & Sendable, Key: Hashable & Sendable>: Sendable {
  private var nodes: [(priority: Priority, key: Key)] = []
  private var positions: [Key: Int] = [:]

  var count: Int { nodes.count }
  var isEmpty: Bool { nodes.isEmpty }
  var first: (priority: Priority, key: Key)? { nodes.first }

  /// Its keys, in no order that means anything.
  var keys: some Sequence<Key> { nodes.lazy.map(\.key) }

  func contains(_ key: Key) -> Bool { positions[key] != nil }

  mutating func reserveCapacity(_ count: Int) {
    nodes.reserveCapacity(count)
    positions.reserveCapacity(count)
  }

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
    guard let position = positions.removeValue(forKey: key) else { return false }
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

  private mutating func sift(_ start: Int) {
    var position = start
    while position > 0 {
      let parent = (position - 1) / 2
      guard nodes[position].priority < nodes[parent].priority else { break }
      exchange(position, parent)
      position = parent
    }
    while true {
      var smallest = position
      for child in [2 * position + 1, 2 * position + 2]
      where child < nodes.count && nodes[child].priority < nodes[smallest].priority {
        smallest = child
      }
      guard smallest != position else { return }
      exchange(position, smallest)
      position = smallest
    }
  }

  private mutating func exchange(_ left: Int, _ right: Int) {
    nodes.swapAt(left, right)
    positions[nodes[left].key] = left
    positions[nodes[right].key] = right
  }
}
