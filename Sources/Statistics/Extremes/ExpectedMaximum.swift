import Glibc

/// What the best of n draws is on average, so that a maximum can be read for what it is.
package enum ExpectedMaximum {
  /// The expected maximum of n standard normal draws, ∫ x n φ(x) Φ(x)ⁿ⁻¹ dx: 0 for n = 1, 0.5642 for
  /// 2, 1.766 for 16. `nil` for n < 1.
  ///
  /// By the trapezoidal rule, which converges exponentially on a smooth function that vanishes at both
  /// ends; relative error below 10⁻¹² up to n = 10⁹.
  ///
  /// - Complexity: 1,700 evaluations of erfc and of a power.
  package static func ofNormal(_ n: Int) -> Double? {
    guard n >= 1 else { return nil }
    guard n > 1 else { return 0 }
    let step = 1.0 / 64
    var sum = CompensatedSum()
    for index in 1...(14 * 64) {
      let x = Double(index) * step
      // x and −x together: φ is the same for both.
      let tail = Normal.upperTail(x)
      let power = Double(n - 1)
      let weights = exp(power * log1p(-tail)) - exp(power * log(tail))
      sum.add(x * Normal.density(x) * weights)
    }
    return Double(n) * step * sum.value
  }

  /// The expected maximum of k draws with replacement from `values`:
  /// Σ x₍ᵢ₎ ((i/n)ᵏ − ((i−1)/n)ᵏ) (Dodge et al., "Show your work", EMNLP 2019, eq. 6). With k = 1 it is
  /// the mean; k may exceed n.
  ///
  /// `nil` without values, for k < 1, and with a NaN or an infinity among them. All equal: that value.
  ///
  /// - Complexity: O(n log n).
  package static func of(_ values: [Double], draws k: Int) -> Double? {
    guard k >= 1, !values.isEmpty, values.allSatisfy(\.isFinite) else { return nil }
    let sorted = values.sorted()
    let n = Double(sorted.count)
    guard let largest = sorted.last, sorted[0] < largest else { return sorted[0] }
    // Down from the maximum: what is lost where not every draw stays below it.
    var loss = CompensatedSum()
    for index in 1..<sorted.count {
      let share = pow(Double(index) / n, Double(k))
      loss.add(share * (sorted[index] - sorted[index - 1]))
    }
    return (largest - loss.value).ifFinite
  }
}
