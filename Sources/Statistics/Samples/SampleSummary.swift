/// What is said of a sample of numbers: the columns of `summary.csv`.
///
/// A figure that does not exist for the sample is `nil`; there is never a NaN or an infinity.
///
/// | sample | missing |
/// |---|---|
/// | n = 0 | everything but `count` |
/// | n = 1 | variance, std, stderr, g1, G1 and its error, kurtosis, interval |
/// | n = 2 | G1 and its error, kurtosis (g1 is 0, as of any two values) |
/// | n = 3 | kurtosis |
/// | no spread | g1, G1 and its error, kurtosis, interval (variance, std and stderr are what they are) |
///
/// *No spread* means that the population standard deviation is at most ε |mean|, ε = 2⁻⁵²: all
/// equal but for rounding (scipy's `skew` draws the same line). Such a sample has no shape, and an
/// interval of zero width would claim a certainty that equal replicates do not give.
package struct SampleSummary: Hashable, Sendable {
  /// n, the number of values.
  package var count: Int
  package var mean: Double?
  /// The mean of the middle half: without the ⌊n/4⌋ smallest and as many of the largest values
  /// (`scipy.stats.trim_mean(0.25)`).
  package var interquartileMean: Double?
  /// Σ(x − mean)² / (n − 1).
  package var variance: Double?
  /// The square root of the variance.
  package var standardDeviation: Double?
  /// The standard error of the mean, std / √n.
  package var standardError: Double?
  /// g1 = m₃ / m₂^{3/2}, the skewness of the sample itself (`scipy.stats.skew`); at most
  /// (n − 2) / √(n − 1) either way.
  package var populationSkewness: Double?
  /// G1, the skewness corrected for bias: g1 √(n(n−1)) / (n−2) with g1 = m₃ / m₂^{3/2}
  /// (Joanes and Gill, The Statistician 47 (1998) 183–189; `scipy.stats.skew(bias=False)`).
  package var skewness: Double?
  /// The standard error of G1 in samples of a normal distribution,
  /// √(6n(n−1) / ((n−2)(n+1)(n+3))). It depends on n alone.
  package var skewnessError: Double?
  /// G2, the excess kurtosis corrected for bias: (n−1) / ((n−2)(n−3)) · ((n+1) g2 + 6) with
  /// g2 = m₄ / m₂² − 3 (Joanes and Gill; `scipy.stats.kurtosis(bias=False)`).
  package var excessKurtosis: Double?
  package var minimum: Double?
  package var lowerQuartile: Double?
  package var median: Double?
  package var upperQuartile: Double?
  package var maximum: Double?
  /// The 95% confidence interval of the mean: its `method` says which, by the size of the sample.
  package var interval: ConfidenceInterval?

  /// IQR, the distance between the quartiles.
  package var interquartileRange: Double? {
    guard let lowerQuartile, let upperQuartile else { return nil }
    return (upperQuartile - lowerQuartile).ifFinite
  }

  /// The summary of a sample without values.
  package init() {
    count = 0
  }
}
