/// The rows of a tree on the paths of some of them, first tokens first.
package struct RowPaths: Sendable {
  /// For each path `stride` places; those behind its end repeat its last row, so that eight rows can
  /// always be read together.
  private(set) var rows: [Int32] = []
  let stride: Int
  private(set) var lengths: [Int] = []

  /// No paths, and room for some of at most so many rows.
  package init(longest: Int) {
    stride = (longest + 7) & ~7
  }

  package var count: Int { lengths.count }

  /// Appends a path of consecutive rows.
  package mutating func append(_ chain: Range<Int>) {
    precondition(!chain.isEmpty && chain.count <= stride, "\(chain.count) rows of \(stride)")
    for row in chain { rows.append(Int32(row)) }
    finish(chain.count)
  }

  /// Appends a path of `parents` with a further row.
  package mutating func append(_ row: Int, after parent: Int, of parents: RowPaths) {
    let length = parents.lengths[parent]
    precondition(parents.stride == stride && length < stride, "\(length + 1) rows of \(stride)")
    rows.append(contentsOf: parents.rows[parent * stride..<parent * stride + length])
    rows.append(Int32(row))
    finish(length + 1)
  }

  /// Removes all paths, keeping their storage.
  package mutating func removeAll() {
    rows.removeAll(keepingCapacity: true)
    lengths.removeAll(keepingCapacity: true)
  }

  private mutating func finish(_ length: Int) {
    rows.append(contentsOf: repeatElement(rows[rows.count - 1], count: stride - length))
    lengths.append(length)
  }
}
