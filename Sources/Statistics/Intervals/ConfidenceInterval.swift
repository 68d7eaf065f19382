/// A confidence interval and how it was made.
package struct ConfidenceInterval: Hashable, Sendable {
  /// How an interval was made; a report must say so.
  package enum Method: Hashable, Sendable {
    /// mean ± t · stderr, from Student's t distribution with n − 1 degrees of freedom.
    case studentT
    /// Bias-corrected and accelerated, from so many seeded resamples (Efron 1987).
    case bca(resamples: Int)
    /// Bias-corrected and accelerated, its quantiles read off the saddlepoint approximation of the
    /// bootstrap distribution of the mean (Davison and Hinkley 1988) in place of resamples.
    case bcaSaddlepoint
    /// The quantiles of so many seeded resamples.
    case percentile(resamples: Int)
  }

  package let low: Double
  package let high: Double
  /// The confidence level, such as 0.95.
  package let level: Double
  package let method: Method

  package init(low: Double, high: Double, level: Double, method: Method) {
    self.low = low
    self.high = high
    self.level = level
    self.method = method
  }

  /// Student's interval for the mean of `values`; `nil` for n < 2, without spread, with a NaN or an
  /// infinity among them, and where a limit exceeds the range of Double.
  ///
  /// - Precondition: `0 < level < 1`.
  /// - Complexity: O(n log n): the values are sorted, so that their order makes no difference.
  package static func studentT(of values: [Double], level: Double = 0.95) -> ConfidenceInterval? {
    guard let moments = CentralMoments(of: values), moments.count >= 2, moments.hasSpread
    else { return nil }
    let critical = StudentT(degreesOfFreedom: Double(moments.count - 1))
      .criticalValue(twoSidedTail: 1 - level)
    return studentT(moments, critical: critical, level: level)
  }

  /// The same with everything known.
  static func studentT(
    _ moments: CentralMoments, critical: Double, level: Double
  ) -> ConfidenceInterval? {
    let reach = critical * moments.standardError
    guard let low = (moments.mean - reach).ifFinite, let high = (moments.mean + reach).ifFinite
    else { return nil }
    return ConfidenceInterval(low: low, high: high, level: level, method: .studentT)
  }
}
