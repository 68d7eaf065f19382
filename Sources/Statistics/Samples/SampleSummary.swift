/// What is said of a sample of numbers: the columns of `summary.csv`.
///
/// A figure that does not exist for the sample is `nil`; there is never a NaN or an infinity.
///
/// | sample | missing |
/// |---|---|
/// | n = 0 | everything but `count` |
/// | n = 1 | variance, std, stderr, skewness and its error, interval |
/// | n = 2 | skewness and its error |
/// | no spread | skewness and its error, interval (variance, std and stderr are what they are) |
///
/// *No spread* means that the population standard deviation is at most ε |mean|, ε = 2⁻⁵²: all
/// equal but for rounding (scipy's `skew` draws the same line). Such a sample has no shape, and an
/// interval of zero width would claim a certainty that equal replicates do not give.
package struct SampleSummary: Hashable, Sendable {
  /// n, the number of values.
  package var count: Int
  package var mean: Double?
  /// Σ(x − mean)² / (n − 1).
  package var variance: Double?
  /// The square root of the variance.
  package var standardDeviation: Double?
  /// The standard error of the mean, std / √n.
  package var standardError: Double?
  /// G1, the skewness corrected for bias: g1 √(n(n−1)) / (n−2) with g1 = m₃ / m₂^{3/2}
  /// (Joanes and Gill, The Statistician 47 (1998) 183–189; `scipy.stats.skew(bias=False)`).
  package var skewness: Double?
  /// The standard error of G1 in samples of a normal distribution,
  /// √(6n(n−1) / ((n−2)(n+1)(n+3))). It depends on n alone.
  package var skewnessError: Double?
  package var minimum: Double?
  package var lowerQuartile: Double?
  package var median: Double?
  package var upperQuartile: Double?
  package var maximum: Double?
  /// The confidence interval of the mean.
  package var interval: ConfidenceInterval?

  /// The summary of a sample without values.
  package init() {
    count = 0
  }
}

/// A confidence interval and how it was made.
package struct ConfidenceInterval: Hashable, Sendable {
  /// How an interval was made; a report must say so.
  package enum Method: Hashable, Sendable {
    /// mean ± t · stderr, from Student's t distribution with n − 1 degrees of freedom.
    case studentT
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
}
