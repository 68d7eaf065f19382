/// Makes summaries of samples, keeping what can be used again from one to the next: room to sort in
/// and the quantiles of the t distribution.
package struct Summarizer {
  /// The confidence level of the intervals.
  package static let level = 0.95

  private var sorted: [Double] = []
  private var criticalValues: [Int: Double] = [:]

  package init() {}

  /// The summary of `values`. They are sorted first, so that their order makes no difference, not
  /// even in the last bit.
  ///
  /// The moments are taken about the mean in a second pass, with compensated sums and with the
  /// rounding error of the mean taken out (Chan, Golub and LeVeque, The American Statistician 37
  /// (1983) 242–247, eq. 1.7, carried on to the third moment), so that a common offset of 10⁹ costs
  /// no digits. A power of two is divided out first, so that squares neither overflow nor vanish.
  ///
  /// - Precondition: every value is finite.
  /// - Complexity: O(n log n), for the quartiles.
  package mutating func summary(of values: some Sequence<Double>) -> SampleSummary {
    sorted.removeAll(keepingCapacity: true)
    sorted.append(contentsOf: values)
    sorted.sort()
    var summary = SampleSummary()
    guard let smallest = sorted.first, let largest = sorted.last else { return summary }
    precondition(smallest.isFinite && largest.isFinite, "a sample holds finite numbers only")

    let count = sorted.count
    let moments = CentralMoments(ofSorted: sorted)
    summary.count = count
    summary.mean = moments.mean
    summary.minimum = smallest
    summary.lowerQuartile = quantile(0.25)
    summary.median = quantile(0.5)
    summary.upperQuartile = quantile(0.75)
    summary.maximum = largest
    guard count >= 2 else { return summary }

    let n = Double(count)
    summary.variance = moments.variance.ifFinite
    summary.standardDeviation = moments.standardDeviation.ifFinite
    summary.standardError = moments.standardError.ifFinite
    guard moments.hasSpread else { return summary }

    let reach = criticalValue(count) * moments.standardError
    if let low = (moments.mean - reach).ifFinite, let high = (moments.mean + reach).ifFinite {
      summary.interval = ConfidenceInterval(
        low: low, high: high, level: Self.level, method: .studentT)
    }
    if count >= 3 {
      summary.skewness = moments.skewness * (n * (n - 1)).squareRoot() / (n - 2)
      summary.skewnessError =
        (6 * n * (n - 1) / ((n - 2) * (n + 1) * (n + 3))).squareRoot()
    }
    return summary
  }

  /// The p-quantile of the sorted sample: at position p(n−1), counted from 0, on the straight line
  /// between its neighbours (Hyndman and Fan's type 7, numpy's default).
  private func quantile(_ p: Double) -> Double {
    let position = p * Double(sorted.count - 1)
    let index = Int(position)
    let low = sorted[index]
    guard index + 1 < sorted.count else { return low }
    let high = sorted[index + 1]
    let weight = position - Double(index)
    // This form cannot overflow; the clamp takes away its rounding beyond a neighbour.
    return min(max(low * (1 - weight) + high * weight, low), high)
  }

  private mutating func criticalValue(_ count: Int) -> Double {
    if let known = criticalValues[count] { return known }
    let value = StudentT(degreesOfFreedom: Double(count - 1))
      .criticalValue(twoSidedTail: 1 - Self.level)
    criticalValues[count] = value
    return value
  }
}

/// The mean and the central moments of a sample.
private struct CentralMoments {
  let mean: Double
  /// With n − 1; infinite where it exceeds the range of Double; 0 for n = 1.
  let variance: Double
  /// Its square root, finite where the variance is not.
  let standardDeviation: Double
  /// The standard deviation by √n.
  let standardError: Double
  /// g1 = m₃ / m₂^{3/2}; 0 without spread.
  let skewness: Double
  /// Whether the values differ by more than rounding.
  let hasSpread: Bool

  init(ofSorted values: [Double]) {
    let smallest = values[0]
    let largest = values[values.count - 1]
    guard smallest < largest else {
      mean = smallest
      variance = 0
      standardDeviation = 0
      standardError = 0
      skewness = 0
      hasSpread = false
      return
    }
    let n = Double(values.count)
    // Brings the largest magnitude to about 1. Clamped, so that the scale and its inverse are
    // normal numbers.
    let exponent = max(smallest.magnitude, largest.magnitude).exponent
    let scale = Double(
      sign: .plus, exponent: min(max(-Int(exponent), -1000), 1000), significand: 1)

    var sum = CompensatedSum()
    for value in values { sum.add(value * scale) }
    let center = sum.value / n

    var rest = CompensatedSum()
    for value in values { rest.add(value * scale - center) }
    let correction = rest.value / n

    var squares = CompensatedSum()
    var cubes = CompensatedSum()
    for value in values {
      let deviation = (value * scale - center) - correction
      squares.add(deviation * deviation)
      cubes.add(deviation * deviation * deviation)
    }
    let second = squares.value / n
    let third = cubes.value / n
    let exactMean = center + correction
    mean = min(max(exactMean / scale, smallest), largest)
    variance = squares.value / (n - 1) / scale / scale
    standardDeviation = (squares.value / (n - 1)).squareRoot() / scale
    standardError = (squares.value / (n - 1) / n).squareRoot() / scale
    hasSpread = second.squareRoot() > 0x1p-52 * exactMean.magnitude
    skewness = second > 0 ? third / (second * second.squareRoot()) : 0
  }
}

extension Double {
  fileprivate var ifFinite: Double? { isFinite ? self : nil }
}
