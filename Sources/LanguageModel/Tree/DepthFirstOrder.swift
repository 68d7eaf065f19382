import Kernels

/// The rows of a tree in the order in which attention wants them: what lies below a row follows it.
struct DepthFirstOrder {
  /// The tree's row at each place.
  private(set) var rows: [Int] = []
  /// Chains without a fork, in order.
  private(set) var segments: [TreeSegment] = []

  /// - Complexity: O(number of rows).
  init(_ tree: SampleTree) {
    let count = tree.rowCount
    rows.reserveCapacity(count)
    // Children as linked lists; filled backwards, so that each list is ascending.
    var firstChild = [Int32](repeating: -1, count: count)
    var nextSibling = [Int32](repeating: -1, count: count)
    var firstRoot: Int32 = -1
    for row in stride(from: count - 1, through: 0, by: -1) {
      let parent = Int(tree.parents[row])
      if parent < 0 {
        nextSibling[row] = firstRoot
        firstRoot = Int32(row)
      } else {
        nextSibling[row] = firstChild[parent]
        firstChild[parent] = Int32(row)
      }
    }
    // Segments that begin at these rows are still to be walked; −1 − s ends segment s.
    var stack: [Int] = []
    func push(_ first: Int32) {
      let start = stack.count
      var row = first
      while row >= 0 {
        stack.append(Int(row))
        row = nextSibling[Int(row)]
      }
      stack[start...].reverse()
    }
    push(firstRoot)
    while let top = stack.popLast() {
      if top < 0 {
        segments[-1 - top].end = rows.count
        continue
      }
      var row = top
      let first = rows.count
      rows.append(row)
      while firstChild[row] >= 0 && nextSibling[Int(firstChild[row])] < 0 {
        row = Int(firstChild[row])
        rows.append(row)
      }
      stack.append(-1 - segments.count)
      segments.append(
        TreeSegment(
          first: first, count: rows.count - first, end: rows.count,
          position: Int(tree.positions[top])))
      push(firstChild[row])
    }
  }
}
