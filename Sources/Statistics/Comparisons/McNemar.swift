/// McNemar's test: whether two systems answer the same items right equally often.
package enum McNemar {
  package enum Method: Hashable, Sendable {
    /// The binomial test of the items on which the two differ: never below its level, conservative.
    case exact
    /// Exact, with the observed table counted half (Fagerland, Lydersen and Laake, BMC Medical
    /// Research Methodology 13 (2013) 91): close to its level, recommended there.
    case midP
    /// χ² = (b − c)² / (b + c) with one degree of freedom, without correction for continuity.
    case chiSquared
  }

  /// Tests b = c, two-sided.
  ///
  /// `statsmodels.stats.contingency_tables.mcnemar`. The statistic is the smaller of the two counts,
  /// with `chiSquared` χ². `nil` where no item tells the two apart (b + c = 0).
  ///
  /// - Parameters:
  ///   - onlyFirst: b, the items that only the first got right.
  ///   - onlySecond: c, those that only the second did.
  /// - Precondition: neither is negative.
  /// - Complexity: O(min(b, c)).
  package static func test(
    onlyFirst: Int, onlySecond: Int, method: Method = .midP
  ) -> TestOutcome? {
    precondition(onlyFirst >= 0 && onlySecond >= 0, "a count of \(min(onlyFirst, onlySecond))")
    let smaller = min(onlyFirst, onlySecond)
    let total = onlyFirst + onlySecond
    guard total > 0 else { return nil }
    switch method {
    case .exact, .midP:
      let (tail, term) = FairCoin.lowerTail(smaller, of: total)
      // For b = c both are 1: the tails overlap in the observed table.
      let pValue = min(1, 2 * tail - (method == .midP ? term : 0))
      return TestOutcome(
        statistic: Double(smaller), pValue: pValue, count: total, basis: .exact)
    case .chiSquared:
      let difference = Double(onlyFirst - onlySecond)
      let z = difference.magnitude / Double(total).squareRoot()
      return TestOutcome(
        statistic: z * z, pValue: Normal.twoSidedTail(z), count: total, basis: .asymptotic)
    }
  }
}
