/// The ranks of a sample, equal values sharing the mean of theirs.
enum MidRanks {
  /// Twice the rank of every value, in the order given: twice, so that halves are integers.
  ///
  /// - Precondition: no value is a NaN.
  /// - Complexity: O(n log n).
  static func doubled(_ values: [Double]) -> [Int] {
    let order = values.indices.sorted { values[$0] < values[$1] }
    var ranks = [Int](repeating: 0, count: values.count)
    var start = 0
    while start < order.count {
      var end = start + 1
      while end < order.count, values[order[end]] == values[order[start]] { end += 1 }
      // The ranks start + 1 … end: twice their mean is the sum of the first and the last.
      for place in start..<end { ranks[order[place]] = start + 1 + end }
      start = end
    }
    return ranks
  }
}
