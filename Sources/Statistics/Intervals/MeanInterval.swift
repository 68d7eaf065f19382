/// Makes the intervals of means, keeping the resamples of every sample size for the next sample.
///
/// Which interval a sample gets depends on its size:
///
/// | n | interval | why |
/// |---|---|---|
/// | 2…7 | t | so few values hold no tail: of normal data the 95% BCa interval of 2 holds the mean in 50%, of 5 in 85% |
/// | 8…40 | BCa from B resamples | Efron 1987 |
/// | above | BCa, its quantiles by saddlepoint | there its error is below that of 9,999 resamples, and it is fast |
///
/// The saddlepoint approximation does not reach the limits of samples such as 199 zeros and one 1:
/// up to 512 values they get resamples after all, beyond that the t interval. `method` of the interval
/// says which one it is.
package struct MeanInterval {
  /// Below this many values there are t intervals.
  package static let smallestForBCa = 8
  /// Up to this many values resamples are drawn at once.
  package static let resampleLimit = 40
  /// Up to this many, where the saddlepoint approximation fails.
  package static let fallbackLimit = 512

  package let level: Double
  private let bootstrap: Bootstrap
  private var resamples: [Int: MeanResamples] = [:]
  private var criticalValues: [Int: Double] = [:]
  private var deviations: [Double] = []
  private var sums: [Double] = []
  private var table: [Double] = []
  private var selection = TailSelection()

  /// - Precondition: `0 < level < 1`.
  package init(level: Double = 0.95, bootstrap: Bootstrap = Bootstrap()) {
    precondition(level > 0 && level < 1, "a level of \(level)")
    self.level = level
    self.bootstrap = bootstrap
  }

  /// The interval of the mean of `values` by the rule above; `nil` for n < 2, without spread, with a
  /// NaN or an infinity among them, and where a limit exceeds the range of Double. The order of the
  /// values makes no difference.
  ///
  /// - Complexity: below 0.1 ms for n = 16; the first sample of a size also draws its resamples.
  package mutating func interval(of values: [Double]) -> ConfidenceInterval? {
    guard values.count >= 2, values.allSatisfy(\.isFinite) else { return nil }
    let sorted = values.sorted()
    return interval(ofSorted: sorted, CentralMoments(ofSorted: sorted))
  }

  /// The BCa interval from resamples whatever the size of the sample; `nil` as above, where every
  /// resample lies on one side of the mean, and for more than 65,536 values.
  package mutating func bca(of values: [Double]) -> ConfidenceInterval? {
    guard (2...65_536).contains(values.count), values.allSatisfy(\.isFinite) else { return nil }
    let sorted = values.sorted()
    let moments = CentralMoments(ofSorted: sorted)
    return moments.hasSpread ? resampled(sorted, moments) : nil
  }

  /// The interval by the rule above; `nil` for n < 2, without spread, and beyond the range of Double.
  ///
  /// - Precondition: `moments` are those of `sorted`, which is in ascending order.
  mutating func interval(
    ofSorted sorted: [Double], _ moments: CentralMoments
  ) -> ConfidenceInterval? {
    guard moments.count >= 2, moments.hasSpread else { return nil }
    let interval: ConfidenceInterval? =
      switch moments.count {
      case ..<Self.smallestForBCa: nil
      case ...Self.resampleLimit: resampled(sorted, moments)
      case ...Self.fallbackLimit: saddlepoint(sorted, moments) ?? resampled(sorted, moments)
      default: saddlepoint(sorted, moments)
      }
    return interval
      ?? ConfidenceInterval.studentT(moments, critical: criticalValue(moments.count), level: level)
  }

  /// The BCa interval from resamples; `nil` where it does not exist.
  mutating func resampled(
    _ sorted: [Double], _ moments: CentralMoments
  ) -> ConfidenceInterval? {
    let count = sorted.count
    if resamples[count] == nil {
      resamples[count] = MeanResamples(sampleSize: count, bootstrap: bootstrap)
    }
    deviations.removeAll(keepingCapacity: true)
    for value in sorted { deviations.append(moments.deviation(of: value)) }
    resamples[count]?.sums(of: deviations, into: &sums, table: &table)

    // A resample's mean equals the sample's where its deviations cancel, but for rounding.
    let tolerance = 1e-12 * deviations.reduce(0) { $0 + $1.magnitude }
    var below = 0
    var notAbove = 0
    for sum in sums {
      below += sum < -tolerance ? 1 : 0
      notAbove += sum <= tolerance ? 1 : 0
    }
    let n = Double(count)
    let acceleration = moments.skewness / (6 * n.squareRoot())
    guard
      let levels = BCaLevels(
        shareBelow: Double(below + notAbove) / Double(2 * sums.count),
        acceleration: acceleration, level: level)
    else { return nil }
    let spread = (n * moments.scaledSquare).squareRoot()
    let low = quantile(levels.low, spread: spread, skewness: 6 * acceleration)
    let high = quantile(levels.high, spread: spread, skewness: 6 * acceleration)
    return interval(
      moments, low: low / n, high: high / n, .bca(resamples: sums.count))
  }

  /// The quantile of `sums`, from the nearer end.
  private mutating func quantile(_ share: Double, spread: Double, skewness: Double) -> Double {
    let position = share * Double(sums.count - 1)
    let fromLow = share <= 0.5
    let sign: Double = fromLow ? 1 : -1
    let z = Normal.quantile(min(max(fromLow ? share : 1 - share, 1e-300), 0.5))
    // The first terms of Cornish and Fisher, and some room.
    let guess = spread * (z + sign * skewness / 6 * (z * z - 1) + 0.15)
    return sign
      * selection.quantile(
        of: sums, sign: sign, position: fromLow ? position : Double(sums.count - 1) - position,
        guess: guess, step: spread * 0.3)
  }

  /// The BCa interval by saddlepoint; `nil` where that does not reach.
  mutating func saddlepoint(
    _ sorted: [Double], _ moments: CentralMoments
  ) -> ConfidenceInterval? {
    deviations.removeAll(keepingCapacity: true)
    let unit = moments.scaledSquare.squareRoot()
    for value in sorted { deviations.append(moments.deviation(of: value) / unit) }
    let acceleration = moments.skewness / (6 * Double(sorted.count).squareRoot())
    let reach = Normal.quantile((1 + level) / 2)
    // At the mean the approximation gives P(below) = Φ(skewness / 6): the bias is the acceleration.
    guard
      let lowZ = BCaLevels.adjusted(-reach, acceleration, acceleration),
      let highZ = BCaLevels.adjusted(reach, acceleration, acceleration),
      let low = MeanSaddlepoint.mean(at: lowZ, of: deviations, skewness: moments.skewness),
      let high = MeanSaddlepoint.mean(at: highZ, of: deviations, skewness: moments.skewness)
    else { return nil }
    return interval(moments, low: low * unit, high: high * unit, .bcaSaddlepoint)
  }

  private func interval(
    _ moments: CentralMoments, low: Double, high: Double, _ method: ConfidenceInterval.Method
  ) -> ConfidenceInterval? {
    guard let low = moments.value(at: low).ifFinite, let high = moments.value(at: high).ifFinite
    else { return nil }
    return ConfidenceInterval(low: low, high: high, level: level, method: method)
  }

  private mutating func criticalValue(_ count: Int) -> Double {
    if let known = criticalValues[count] { return known }
    let value = StudentT(degreesOfFreedom: Double(count - 1))
      .criticalValue(twoSidedTail: 1 - level)
    criticalValues[count] = value
    return value
  }
}
