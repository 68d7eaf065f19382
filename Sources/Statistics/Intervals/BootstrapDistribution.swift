/// A statistic and its values on resamples of the data.
package struct BootstrapDistribution: Hashable, Sendable {
  /// The statistic of the data themselves.
  package let estimate: Double
  /// Its values on the resamples, in ascending order.
  package let replicates: [Double]
  /// How fast the standard error changes with the true value, from leaving out one level at a time:
  /// a = Σ_f Σᵢ (U_fi/n_f)³ / (6 (Σ_f Σᵢ (U_fi/n_f)²)^{3/2}), U_fi = (n_f − 1)(θ̄_f − θ_f(i)) over the
  /// factors f and their levels i (Efron 1987, eq. 6.6; for several factors as scipy does for several
  /// samples). `nil` where it does not exist.
  package let acceleration: Double?

  /// `nil` for fewer than two replicates, and where they do not differ by more than rounding: a
  /// statistic that no resample changes has no uncertainty that these data could tell.
  init?(estimate: Double, replicates: [Double], acceleration: Double?) {
    let sorted = replicates.sorted()
    guard estimate.isFinite, let first = sorted.first, let last = sorted.last, first.isFinite,
      last.isFinite, last - first > 0x1p-50 * max(first.magnitude, last.magnitude)
    else { return nil }
    self.estimate = estimate
    self.replicates = sorted
    self.acceleration = acceleration
  }

  /// The bootstrap's standard error: the standard deviation of the replicates, with B − 1.
  ///
  /// - Complexity: O(B).
  package var standardError: Double {
    CentralMoments(ofSorted: replicates).standardDeviation
  }

  /// The interval between two quantiles of the replicates (type 7, as numpy's).
  ///
  /// - Precondition: `0 < level < 1`.
  package func percentileInterval(level: Double = 0.95) -> ConfidenceInterval {
    ConfidenceInterval(
      low: SortedSample.quantile((1 - level) / 2, of: replicates),
      high: SortedSample.quantile((1 + level) / 2, of: replicates),
      level: level, method: .percentile(resamples: replicates.count))
  }

  /// The bias-corrected and accelerated interval (`scipy.stats.bootstrap(method="BCa")`, to rounding
  /// on the same resamples). `nil` where there is no acceleration, or every replicate lies on one side
  /// of the estimate.
  ///
  /// - Precondition: `0 < level < 1`.
  /// - Complexity: O(log B).
  package func bcaInterval(level: Double = 0.95) -> ConfidenceInterval? {
    guard let acceleration,
      let levels = BCaLevels(
        shareBelow: shareBelow(estimate), acceleration: acceleration, level: level)
    else { return nil }
    return ConfidenceInterval(
      low: SortedSample.quantile(levels.low, of: replicates),
      high: SortedSample.quantile(levels.high, of: replicates),
      level: level, method: .bca(resamples: replicates.count))
  }

  /// The two-sided p value against a true value of `null`: the replicates, moved so that their centre
  /// is `null`, that are as far from it as the estimate is, (1 + hits) / (1 + B) (Davison and Hinkley,
  /// Bootstrap Methods and their Application (1997) §4.4).
  ///
  /// - Complexity: O(B).
  package func pValue(against null: Double) -> Double {
    let distance = (estimate - null).magnitude - tolerance
    let hits = replicates.count { ($0 - estimate).magnitude >= distance }
    return Double(1 + hits) / Double(1 + replicates.count)
  }

  /// The share of the replicates below `value`, those equal to it counted half.
  ///
  /// - Complexity: O(log B).
  package func shareBelow(_ value: Double) -> Double {
    let less = replicates.countBelow { $0 < value - tolerance }
    let notMore = replicates.countBelow { $0 <= value + tolerance }
    return Double(less + notMore) / Double(2 * replicates.count)
  }

  /// Differences below this are rounding.
  private var tolerance: Double {
    1e-12 * (replicates[replicates.count - 1] - replicates[0])
  }
}

extension [Double] {
  /// How many leading elements satisfy a condition that no element after a failing one satisfies.
  fileprivate func countBelow(_ condition: (Double) -> Bool) -> Int {
    var low = 0
    var high = count
    while low < high {
      let middle = (low + high) / 2
      if condition(self[middle]) { low = middle + 1 } else { high = middle }
    }
    return low
  }
}
