/// Positions by small numbers, in as much memory as the largest of them needs: an access is one to an
/// array, where a dictionary hashes.
///
/// - Precondition: keys are not negative, positions are below 2^31.
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
}
