import Glibc

/// Quantiles of the bootstrap distribution of a mean without resamples.
///
/// Davison and Hinkley, "Saddlepoint approximations in resampling methods", Biometrika 75 (1988)
/// 417–431: a resample's sum has the cumulant generating function K(s) = n log(Σ e^{s u} / n), and with
/// w = sign(s) √(2 (s K′(s) − K(s))), v = s √K″(s), the probability of a sum up to K′(s) is about
/// Φ(w + log(v/w) / w) (Barndorff-Nielsen's form).
enum MeanSaddlepoint {
  /// The mean up to which the distribution has the probability Φ(z); `nil` where the approximation
  /// does not reach z.
  ///
  /// - Parameters:
  ///   - values: with mean 0 and mean square 1.
  ///   - skewness: Σ u³ / n.
  /// - Complexity: about eight passes of one exponential for each value.
  static func mean(at z: Double, of values: [Double], skewness: Double) -> Double? {
    let root = Double(values.count).squareRoot()
    let atMean = skewness / (6 * root)
    let direction: Double = z >= atMean ? 1 : -1
    // The distance left to z, positive at the mean, as a function of s; it falls to 0.
    var inner = 0.0
    var innerLeft = direction * (z - atMean)
    guard innerLeft > 1e-9 else { return 0 }
    var s = direction * innerLeft / root
    var point = Point(s, values)
    var left = direction * (z - point.z)
    while left > 0 {
      // Past its best the approximation turns back; no further s would reach z.
      guard left < innerLeft, point.isSound else { return nil }
      inner = s
      innerLeft = left
      s += direction * max(1.2 * left / root, 0.1 * s.magnitude)
      point = Point(s, values)
      left = direction * (z - point.z)
    }
    guard point.isSound else { return nil }
    // Between `inner` and `outer`, by the secant; the end that stays twice is halved (Illinois).
    var outer = s
    var outerLeft = left
    var last = 0
    for _ in 0..<60 where left.magnitude > 1e-10 {
      s = (inner * outerLeft - outer * innerLeft) / (outerLeft - innerLeft)
      point = Point(s, values)
      left = direction * (z - point.z)
      if left > 0 {
        inner = s
        innerLeft = left
        if last == 1 { outerLeft /= 2 }
        last = 1
      } else {
        outer = s
        outerLeft = left
        if last == -1 { innerLeft /= 2 }
        last = -1
      }
    }
    return point.mean
  }

  private struct Point {
    /// K′(s) / n, the mean at which s is the saddlepoint.
    let mean: Double
    /// The normal quantile of the approximate probability of at most that mean.
    let z: Double
    /// Whether enough of the sample still has weight at s for the figures to mean something.
    let isSound: Bool

    /// - Precondition: `s` is not 0.
    init(_ s: Double, _ values: [Double]) {
      // The values ascend, so the largest exponent is at an end; taken out, nothing overflows.
      let top = s > 0 ? s * values[values.count - 1] : s * values[0]
      var total = 0.0
      var first = 0.0
      var second = 0.0
      for value in values {
        let weight = exp(s * value - top)
        total += weight
        first += weight * value
        second += weight * value * value
      }
      let n = Double(values.count)
      mean = first / total
      let variance = second / total - mean * mean
      let exponent = s * mean - (log(total / n) + top)
      let w = (s < 0 ? -1 : 1) * (2 * n * exponent).squareRoot()
      let v = s * (n * variance).squareRoot()
      z = w + log(v / w) / w
      isSound = z.isFinite && variance > 1e-6
    }
  }
}
