/// Wilcoxon's signed-rank test on the differences of pairs.
package enum SignedRank {
  /// Up to this many nonzero differences the p value is exact.
  package static let exactLimit = 300

  /// Tests whether `differences` are symmetric about 0.
  ///
  /// Wilcoxon's own convention for zeros: they are dropped, and n falls by their number (scipy's
  /// `zero_method="wilcox"`). Equal magnitudes share the mean of their ranks. The statistic is W⁺, the
  /// sum of the ranks of the positive differences.
  ///
  /// Up to `exactLimit` the p value is exact *given the ranks*, ties included: of the 2ⁿ ways to set
  /// the signs, by dynamic programming on doubled ranks; the two-sided p value is twice the smaller
  /// tail, at most 1. It equals scipy's `method="exact"` where there are no ties. Beyond it is normal
  /// with the variance Σ rank² / 4, without correction for continuity
  /// (scipy's `method="asymptotic"`).
  ///
  /// `nil` where no difference is left, and with a NaN or an infinity among them. With n = 1 the
  /// two-sided p value is 1, with n = 2 at least 1/2: five pairs are the first to fall below 1/10.
  /// Equal nonzero differences are ranked like any other ties.
  ///
  /// - Complexity: O(n³) for the exact p value, O(n log n) beyond.
  package static func test(
    _ differences: [Double], alternative: Alternative = .twoSided
  ) -> TestOutcome? {
    guard differences.allSatisfy(\.isFinite) else { return nil }
    let nonzero = differences.filter { $0 != 0 }
    guard !nonzero.isEmpty else { return nil }
    let ranks = MidRanks.doubled(nonzero.map(\.magnitude))
    let positive = zip(nonzero, ranks).reduce(0) { $0 + ($1.0 > 0 ? $1.1 : 0) }
    let n = nonzero.count
    let statistic = Double(positive) / 2
    guard n <= exactLimit else {
      let squares = ranks.reduce(0.0) { $0 + Double($1) * Double($1) }
      let z = (statistic - Double(n) * Double(n + 1) / 4) / (squares / 16).squareRoot()
      return TestOutcome(
        statistic: statistic,
        pValue: alternative.pValue(below: Normal.lowerTail(z), above: Normal.upperTail(z)),
        count: n, basis: .asymptotic)
    }
    let shares = distribution(ofSums: ranks.sorted())
    return TestOutcome(
      statistic: statistic,
      pValue: alternative.pValue(
        below: shares[...positive].reduce(0, +), above: shares[positive...].reduce(0, +)),
      count: n, basis: .exact)
  }

  /// The probability of every sum of a random subset of `parts`, each in with probability 1/2.
  private static func distribution(ofSums parts: [Int]) -> [Double] {
    var shares = [Double](repeating: 0, count: parts.reduce(0, +) + 1)
    shares[0] = 1
    var reach = 0
    for part in parts {
      reach += part
      for sum in stride(from: reach, through: part, by: -1) {
        shares[sum] = 0.5 * (shares[sum] + shares[sum - part])
      }
      for sum in 0..<part { shares[sum] *= 0.5 }
    }
    return shares
  }
}
