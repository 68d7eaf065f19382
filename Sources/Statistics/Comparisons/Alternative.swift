/// What a test holds against the null hypothesis.
package enum Alternative: Hashable, Sendable {
  case twoSided
  /// The true value is less than that of the null hypothesis.
  case less
  /// The true value is greater.
  case greater

  /// The p value for a statistic that lies below with P(X ≤ x) = `below`, above with P(X ≥ x) =
  /// `above`: for both sides twice the smaller, at most 1.
  func pValue(below: Double, above: Double) -> Double {
    switch self {
    case .twoSided: min(1, 2 * min(below, above))
    case .less: min(1, below)
    case .greater: min(1, above)
    }
  }
}
