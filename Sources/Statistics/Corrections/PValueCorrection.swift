/// p values corrected for their number.
package enum PValueCorrection {
  /// Holm's step-down correction, in the order given: with p₍₁₎ ≤ p₍₂₎ ≤ …, the largest of
  /// (m − j + 1) p₍ⱼ₎ over j ≤ i, at most 1. It bounds the probability of any false rejection, whatever
  /// the dependence (Holm, Scand. J. Statist. 6 (1979) 65–70;
  /// `statsmodels.stats.multitest.multipletests(method="holm")`).
  ///
  /// No values give none; one stays as it is.
  ///
  /// - Precondition: every value lies in 0…1.
  /// - Complexity: O(m log m).
  package static func holm(_ pValues: [Double]) -> [Double] {
    var corrected = pValues
    var largest = 0.0
    for (rank, index) in ascending(pValues).enumerated() {
      largest = max(largest, min(1, Double(pValues.count - rank) * pValues[index]))
      corrected[index] = largest
    }
    return corrected
  }

  /// Benjamini and Hochberg's step-up correction, in the order given: the smallest of m p₍ⱼ₎ / j over
  /// j ≥ i. It bounds the expected share of false rejections among the rejections, for independent or
  /// positively dependent tests (J. R. Statist. Soc. B 57 (1995) 289–300; `method="fdr_bh"`).
  ///
  /// No values give none; one stays as it is.
  ///
  /// - Precondition: every value lies in 0…1.
  /// - Complexity: O(m log m).
  package static func benjaminiHochberg(_ pValues: [Double]) -> [Double] {
    var corrected = pValues
    var smallest = 1.0
    for (rank, index) in ascending(pValues).enumerated().reversed() {
      smallest = min(smallest, Double(pValues.count) / Double(rank + 1) * pValues[index])
      corrected[index] = smallest
    }
    return corrected
  }

  private static func ascending(_ pValues: [Double]) -> [Int] {
    precondition(pValues.allSatisfy { (0...1).contains($0) }, "a p value outside 0…1")
    return pValues.indices.sorted { (pValues[$0], $0) < (pValues[$1], $1) }
  }
}
