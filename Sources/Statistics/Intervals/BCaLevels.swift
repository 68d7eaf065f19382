/// The shares of the bootstrap distribution at which a BCa interval begins and ends.
///
/// Efron, "Better bootstrap confidence intervals", JASA 82 (1987) 171–185: with the bias z₀ = Φ⁻¹ of
/// the share of resamples below the estimate and the acceleration a, the limit at z is the
/// Φ(z₀ + (z₀ + z) / (1 − a (z₀ + z))) quantile.
struct BCaLevels {
  let low: Double
  let high: Double

  /// `nil` where every resample lies on one side of the estimate, and where the acceleration is so
  /// large that the map folds over.
  ///
  /// - Parameter shareBelow: of the resamples below the estimate, those equal to it counted half.
  init?(shareBelow: Double, acceleration: Double, level: Double) {
    guard shareBelow > 0, shareBelow < 1 else { return nil }
    let bias = Normal.quantile(shareBelow)
    let reach = Normal.quantile((1 + level) / 2)
    guard
      let low = Self.adjusted(-reach, bias, acceleration),
      let high = Self.adjusted(reach, bias, acceleration)
    else { return nil }
    self.low = Normal.lowerTail(low)
    self.high = Normal.lowerTail(high)
  }

  static func adjusted(_ z: Double, _ bias: Double, _ acceleration: Double) -> Double? {
    let shrink = 1 - acceleration * (bias + z)
    return shrink > 0 ? bias + (bias + z) / shrink : nil
  }
}
