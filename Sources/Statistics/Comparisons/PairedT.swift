/// Student's t test on the differences of pairs (or on one sample).
package enum PairedT {
  /// Tests whether the mean of `differences` is `mean`.
  ///
  /// `scipy.stats.ttest_rel` and `ttest_1samp`. Supposes independent differences from about a normal
  /// distribution. The statistic is t = (x̄ − `mean`) / (s/√n), with n − 1 degrees of freedom.
  ///
  /// `nil` for n < 2, without spread (equal differences are no basis for a test) and with a NaN or an
  /// infinity among them.
  ///
  /// - Complexity: O(n log n): the values are sorted, so that their order makes no difference.
  package static func test(
    _ differences: [Double], mean: Double = 0, alternative: Alternative = .twoSided
  ) -> TestOutcome? {
    guard let moments = CentralMoments(of: differences), moments.count >= 2, moments.hasSpread,
      let t = ((moments.mean - mean) / moments.standardError).ifFinite
    else { return nil }
    let distribution = StudentT(degreesOfFreedom: Double(moments.count - 1))
    let pValue =
      switch alternative {
      case .twoSided: distribution.twoSidedTail(t)
      case .less: distribution.upperTail(-t)
      case .greater: distribution.upperTail(t)
      }
    return TestOutcome(statistic: t, pValue: pValue, count: moments.count, basis: .parametric)
  }
}
