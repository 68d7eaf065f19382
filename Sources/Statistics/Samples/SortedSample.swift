/// Order statistics of values in ascending order.
enum SortedSample {
  /// The p-quantile: at position p(n−1), counted from 0, on the straight line between its neighbours
  /// (Hyndman and Fan's type 7, numpy's default).
  ///
  /// - Precondition: `sorted` is not empty; `0 ≤ p ≤ 1`.
  static func quantile(_ p: Double, of sorted: [Double]) -> Double {
    let position = p * Double(sorted.count - 1)
    let index = Int(position)
    let low = sorted[index]
    guard index + 1 < sorted.count else { return low }
    return between(low, sorted[index + 1], weight: position - Double(index))
  }

  /// The point between two neighbours, in a form that cannot overflow; the clamp takes away its
  /// rounding beyond one of them.
  static func between(_ low: Double, _ high: Double, weight: Double) -> Double {
    min(max(low * (1 - weight) + high * weight, low), high)
  }
}
