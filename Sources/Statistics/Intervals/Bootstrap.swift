import Keys

/// The seeded bootstrap: which levels every resample draws.
///
/// Data are values on a grid of crossed factors (replicates alone; replicates × problems; base model ×
/// prompt × seed × problem). Every factor's levels are drawn with replacement on their own, and a value
/// counts the product of how often its levels were drawn: McCullagh's and Owen's *pigeonhole*
/// bootstrap. Its variance is not too small whatever the factors' shares (Owen and Eckles,
/// "Bootstrapping data arrays of arbitrary order", Ann. Appl. Statist. 6 (2012) 895–927), for the mean
/// of two factors about the true one plus once more that of single values (Owen, ibid. 1 (2007)
/// 386–411): a little conservative. With one factor it is the ordinary bootstrap. A factor of one
/// level adds nothing, and the interval then says nothing of other levels.
package struct Bootstrap: Hashable, Sendable {
  /// The usual number of resamples: with it the 2.5% quantile falls on no resample's edge.
  package static let usualCount = 9_999

  /// B, the number of resamples.
  package let count: Int
  private let stream: RandomStream

  /// - Precondition: `count >= 2`.
  package init(count: Int = usualCount, seed: UInt64 = 0) {
    precondition(count >= 2, "\(count) resamples")
    self.count = count
    stream = RandomStream(seed: seed, purpose: RandomPurpose("bootstrap"))
  }

  /// The levels, of `levels`, that a resample draws of a factor.
  ///
  /// - Complexity: O(`levels`).
  package func draws(resample: Int, factor: Int, levels: Int) -> [Int] {
    var draws: [Int] = []
    draws.reserveCapacity(levels)
    appendDraws(resample: resample, factor: factor, levels: levels, to: &draws)
    return draws
  }

  func appendDraws(resample: Int, factor: Int, levels: Int, to draws: inout [Int]) {
    for block in 0..<((levels + 3) / 4) {
      let words = stream.words(factor, levels, resample, block)
      for place in 0..<min(4, levels - 4 * block) {
        // The high half of the product: its bias is below levels / 2³².
        draws.append(Int((UInt64(words[place]) * UInt64(levels)) >> 32))
      }
    }
  }

  /// The distribution of any statistic of crossed factors.
  ///
  /// - Parameters:
  ///   - shape: the number of levels of every factor.
  ///   - statistic: of the levels drawn, factor by factor (with repetitions, in no order); called with
  ///     every level once for the estimate, with one level left out for the acceleration. `nil` or
  ///     not finite where it does not exist.
  /// - Returns: `nil` where the statistic of the data does not exist or no resample changes it, and
  ///   where more than one resample in a hundred has none. Fewer are left out.
  /// - Precondition: every factor has a level.
  /// - Complexity: B + Σ levels calls of `statistic`.
  package func distribution(
    shape: [Int], statistic: (_ levels: [[Int]]) -> Double?
  ) -> BootstrapDistribution? {
    precondition(shape.allSatisfy { $0 >= 1 }, "a factor without levels")
    let all = shape.map { Array(0..<$0) }
    guard let estimate = statistic(all)?.ifFinite else { return nil }
    var replicates: [Double] = []
    replicates.reserveCapacity(count)
    for resample in 0..<count {
      let levels = shape.enumerated().map {
        $1 == 1 ? [0] : draws(resample: resample, factor: $0, levels: $1)
      }
      if let value = statistic(levels)?.ifFinite { replicates.append(value) }
    }
    guard replicates.count * 100 >= count * 99 else { return nil }
    let leftOut = shape.enumerated().map { factor, levels -> [Double?] in
      guard levels > 1 else { return [] }
      return (0..<levels).map { level -> Double? in
        var kept = all
        kept[factor].remove(at: level)
        return statistic(kept)?.ifFinite
      }
    }
    return BootstrapDistribution(
      estimate: estimate, replicates: replicates, acceleration: Self.acceleration(leftOut))
  }

  /// The distribution of a statistic of one sample. The values are sorted first, so that their order
  /// makes no difference. `nil` for n < 2, with a NaN or an infinity among the values, and as above.
  ///
  /// - Complexity: B + n calls of `statistic`.
  package func distribution(
    of values: [Double], statistic: ([Double]) -> Double?
  ) -> BootstrapDistribution? {
    guard values.count >= 2, values.allSatisfy(\.isFinite) else { return nil }
    let sorted = values.sorted()
    return distribution(shape: [sorted.count]) { levels in
      statistic(levels[0].map { sorted[$0] })
    }
  }

  /// The acceleration from the statistic without each level of each factor.
  static func acceleration(_ leftOut: [[Double?]]) -> Double? {
    var squares = 0.0
    var cubes = 0.0
    for factor in leftOut where !factor.isEmpty {
      let values = factor.compactMap(\.self)
      guard values.count == factor.count else { return nil }
      let n = Double(values.count)
      let mean = CompensatedSum.of(values) / n
      for value in values {
        let influence = (n - 1) * (mean - value) / n
        squares += influence * influence
        cubes += influence * influence * influence
      }
    }
    guard squares > 0 else { return nil }
    return (cubes / (6 * squares * squares.squareRoot())).ifFinite
  }
}
