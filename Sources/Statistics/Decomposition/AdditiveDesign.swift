/// The normal equations of an additive model on axes of levels, for sums of squares.
struct AdditiveDesign {
  /// How often every pair of levels of two axes occurs together, all axes' levels in one row.
  private let counts: [[Double]]
  /// The sum of the responses at every level.
  private let sums: [Double]
  /// The levels of every axis, as places in the above.
  private let places: [Range<Int>]
  private let observations: Int
  let isBalanced: Bool

  /// - Precondition: the responses have mean 0.
  init(_ levels: [[Int]], response: [Double]) {
    var places: [Range<Int>] = []
    for axis in levels {
      let start = places.last?.upperBound ?? 0
      places.append(start..<(start + (axis.max() ?? 0) + 1))
    }
    let width = places.last?.upperBound ?? 0
    var counts = [[Double]](repeating: Array(repeating: 0, count: width), count: width)
    var sums = [CompensatedSum](repeating: CompensatedSum(), count: width)
    var combinations: [[Int]: Int] = [:]
    // In an order that depends on the observations alone.
    let order = response.indices.sorted { left, right in
      for axis in levels where axis[left] != axis[right] { return axis[left] < axis[right] }
      return response[left] < response[right]
    }
    for index in order {
      let row = zip(places, levels).map { $0.lowerBound + $1[index] }
      combinations[row, default: 0] += 1
      for place in row {
        sums[place].add(response[index])
        for other in row { counts[place][other] += 1 }
      }
    }
    self.counts = counts
    self.sums = sums.map(\.value)
    self.places = places
    observations = response.count
    let present = places.map { $0.count { counts[$0][$0] > 0 } }
    isBalanced =
      combinations.count == present.reduce(1, *) && Set(combinations.values).count == 1
  }

  /// The sum of squares that the axes explain, one left out if so wished, and their degrees of freedom.
  ///
  /// Gaussian elimination of the normal equations about the mean, with the largest pivot first; what
  /// the others already determine has none left.
  func explained(without left: Int?) -> (sum: Double, rank: Int) {
    var kept: [Int] = []
    for (axis, range) in places.enumerated() where axis != left {
      // The last level follows from the others and the mean.
      kept += range.filter { counts[$0][$0] > 0 }.dropLast()
    }
    let n = Double(observations)
    // Σ (d − d̄)(e − ē) of the indicators of two levels.
    var matrix = kept.map { row in
      kept.map { counts[row][$0] - counts[row][row] * counts[$0][$0] / n }
    }
    var right = kept.map { sums[$0] }
    var open = Array(kept.indices)
    var explained = CompensatedSum()
    var rank = 0
    while let pivot = open.max(by: { matrix[$0][$0] < matrix[$1][$1] }),
      matrix[pivot][pivot] > 1e-9 * n / Double(counts.count)
    {
      open.removeAll { $0 == pivot }
      let row = matrix[pivot]
      explained.add(right[pivot] * right[pivot] / row[pivot])
      rank += 1
      for other in open where matrix[other][pivot] != 0 {
        let factor = matrix[other][pivot] / row[pivot]
        right[other] -= factor * right[pivot]
        for column in open { matrix[other][column] -= factor * row[column] }
      }
    }
    return (explained.value, rank)
  }
}
