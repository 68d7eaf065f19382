/// What a test says: its statistic and the probability of one at least as far from the null
/// hypothesis.
package struct TestOutcome: Hashable, Sendable {
  /// How the p value was made; a report should say so.
  package enum Basis: Hashable, Sendable {
    /// From a distribution that supposes normal data (t, F).
    case parametric
    /// From every arrangement that the null hypothesis makes equally likely.
    case exact
    /// From the limit of that distribution for large n.
    case asymptotic
    /// From so many seeded arrangements, the observed one counted in: (1 + hits) / (1 + count).
    case monteCarlo(arrangements: Int)
  }

  package let statistic: Double
  /// In 0…1.
  package let pValue: Double
  /// The observations that carry it: pairs, ranks that are not zero, groups' values together.
  package let count: Int
  package let basis: Basis
}
