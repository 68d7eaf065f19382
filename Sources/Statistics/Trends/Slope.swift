/// The slope of a straight line through points.
package enum Slope {
  /// The least-squares slope of y on x: Σ(x − x̄)(y − ȳ) / Σ(x − x̄)² (`scipy.stats.linregress`).
  ///
  /// For an ordered axis: one slope for every replicate, whose mean is then tested like any sample of
  /// differences (`PairedT`, `SignedRank`, an interval), so that replicates and not points are n.
  ///
  /// `nil` for fewer than two points, where all x are equal, with a NaN or an infinity among them, and
  /// beyond the range of Double. All y equal: 0. Two points: the slope between them.
  ///
  /// - Precondition: `x` and `y` are as many.
  /// - Complexity: O(n log n): the points are sorted, so that their order makes no difference.
  package static func leastSquares(x: [Double], y: [Double]) -> Double? {
    precondition(x.count == y.count, "\(x.count) values against \(y.count)")
    guard let xs = CentralMoments(of: x), let ys = CentralMoments(of: y), xs.hasSpread
    else { return nil }
    let points = zip(x, y).map { ($0 - xs.mean, $1 - ys.mean) }
      .sorted { ($0.0, $0.1) < ($1.0, $1.1) }
    // Scaled by a power of two, so that squares neither overflow nor vanish.
    let exponent = points.reduce(0) { max($0, $1.0.magnitude) }.exponent
    let down = Double(sign: .plus, exponent: min(max(-Int(exponent), -1000), 1000), significand: 1)
    var products = CompensatedSum()
    var squares = CompensatedSum()
    for (dx, dy) in points {
      products.add(dx * down * dy)
      squares.add(dx * down * (dx * down))
    }
    return (products.value / squares.value * down).ifFinite
  }
}
