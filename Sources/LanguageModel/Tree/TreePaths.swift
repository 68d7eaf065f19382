import Kernels

/// Where the keys and values of the paths of a growing tree lie in the cache.
///
/// Each chain without a fork has a slot: its first branch goes on in the slot, the others take new
/// ones. No slot is used again, as paths go on referring to it; so there are as many as leaves.
struct TreePaths {
  private struct Chain {
    let slot: Int
    /// Positions `start ..< end` of the slot.
    let start: Int
    var end: Int
    let parent: Int?
    /// Rows of the level below or on it, and which level that was.
    var rows = 0..<0
    var level = -1
    /// Its place in `runs`, for this level.
    var run = 0
  }

  private var chains: [Chain] = []
  private var chainOfRow: [Int] = []
  private var usedSlots = 0
  private var level = 0
  // Of the level, in the order of its rows:
  /// The slot that takes each row's token.
  private(set) var slots: [Int] = []
  /// The position of each row's token.
  private(set) var positions: [Int32] = []
  /// What the paths of the level consist of, earlier positions first.
  private(set) var runs: [CachedRun] = []

  /// Paths that are whole prompts.
  init(_ growth: TreeGrowth) {
    for node in growth.frontier {
      let length = Int(growth.tree.positions[node.row]) + 1
      chainOfRow.append(chains.count)
      slots.append(chains.count)
      chains.append(Chain(slot: chains.count, start: 0, end: length, parent: nil))
    }
    usedSlots = chains.count
  }

  /// Goes on to the level that `growth` has come to.
  mutating func follow(_ growth: TreeGrowth) {
    level += 1
    let parents = chainOfRow
    chainOfRow.removeAll(keepingCapacity: true)
    slots.removeAll(keepingCapacity: true)
    positions.removeAll(keepingCapacity: true)
    for node in growth.frontier {
      let position = Int(growth.tree.positions[node.row])
      var chain = parents[node.parent]
      if node.siblings > 1 {
        let parent = chain
        chain = chains.count
        var slot = chains[parent].slot
        if node.place > 0 {
          slot = usedSlots
          usedSlots += 1
        }
        chains.append(Chain(slot: slot, start: position, end: position, parent: parent))
      }
      chains[chain].end = position + 1
      chainOfRow.append(chain)
      slots.append(chains[chain].slot)
      positions.append(Int32(position))
    }
    findRuns()
  }

  private mutating func findRuns() {
    var touched: [Int] = []
    for (row, chain) in chainOfRow.enumerated() {
      var next: Int? = chain
      while let current = next {
        if chains[current].level == level {
          chains[current].rows = chains[current].rows.lowerBound..<row + 1
        } else {
          chains[current].level = level
          chains[current].rows = row..<row + 1
          touched.append(current)
        }
        next = chains[current].parent
      }
    }
    // A chain is made after its parent.
    touched.sort()
    runs.removeAll(keepingCapacity: true)
    for index in touched {
      let chain = chains[index]
      if let parent = chain.parent, chains[parent].rows == chain.rows,
        chains[parent].slot == chain.slot
      {
        // The other branches have ended.
        chains[index].run = chains[parent].run
        runs[chains[index].run].end = chain.end
      } else {
        chains[index].run = runs.count
        runs.append(
          CachedRun(slot: chain.slot, start: chain.start, end: chain.end, rows: chain.rows))
      }
    }
  }
}
