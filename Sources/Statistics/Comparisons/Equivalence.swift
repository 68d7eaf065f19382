/// Two one-sided t tests: whether a mean difference lies within a margin.
///
/// Schuirmann, J. Pharmacokinetics and Biopharmaceutics 15 (1987) 657–680;
/// `statsmodels.stats.weightstats.ttost_paired`.
package struct Equivalence: Hashable, Sendable {
  /// Against a mean at or below the lower margin.
  package let aboveLower: TestOutcome
  /// Against a mean at or above the upper margin.
  package let belowUpper: TestOutcome
  /// The larger p value of the two. At most α exactly when `interval` lies within the margins.
  package let pValue: Double
  /// The t interval of the mean at level 1 − 2α.
  package let interval: ConfidenceInterval

  /// Tests whether the mean of `differences` lies between `lower` and `upper`.
  ///
  /// `nil` for n < 2, without spread (even within the margins: equal differences are no basis for a
  /// test) and with a NaN or an infinity among them.
  ///
  /// - Precondition: `lower < upper`, `0 < alpha < 0.5`.
  /// - Complexity: O(n log n).
  package init?(_ differences: [Double], lower: Double, upper: Double, alpha: Double = 0.05) {
    precondition(lower < upper, "an empty margin from \(lower) to \(upper)")
    guard
      let aboveLower = PairedT.test(differences, mean: lower, alternative: .greater),
      let belowUpper = PairedT.test(differences, mean: upper, alternative: .less),
      let interval = ConfidenceInterval.studentT(of: differences, level: 1 - 2 * alpha)
    else { return nil }
    self.aboveLower = aboveLower
    self.belowUpper = belowUpper
    self.interval = interval
    pValue = max(aboveLower.pValue, belowUpper.pValue)
  }
}
