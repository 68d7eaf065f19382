import Grid
import Statistics

/// What became of a claim.
package struct ClaimVerdict: Sendable {
  package enum Verdict: String, Hashable, Sendable, CaseIterable {
    case supported, contradicted, undecided
  }

  /// Something that a verdict's uncertainty covers, and at how many levels it was seen.
  package struct Source: Hashable, Sendable {
    /// The name of an axis, or `problems`.
    package let name: String
    package let levels: Int

    package init(name: String, levels: Int) {
      self.name = name
      self.levels = levels
    }
  }

  /// Runs that the claim looks at together: those of a selection, and of one value of the axis `over`
  /// where it has one.
  package struct Group: Hashable, Sendable {
    /// The values that tell the group from the others, by axis in the grid's order.
    package let values: [Value]
    /// The numbers of its runs in the table, in its order.
    package let runs: [Int]
    /// Their mean; `nil` while one is missing.
    package let mean: Double?
  }

  package struct Value: Hashable, Sendable {
    package let axis: String
    package let value: ParameterValue
  }

  package let claim: Claim
  package let verdict: Verdict
  /// What the test is about, in the metric's unit but for ratios and correlations; `nil` where the runs
  /// do not say.
  package let effect: Double?
  /// Of the effect, at the level 1 − α, not corrected for the number of claims. `nil` where the
  /// replicates give no ground for one.
  package let interval: ConfidenceInterval?
  /// The replicates: runs of each group, or pairs.
  package let count: Int
  package let sources: [Source]
  /// Two-sided; `nil` where there is no test.
  package let pValue: Double?
  /// By Holm over all claims of the grid; those without a test count among them.
  package let correctedPValue: Double?
  /// In words, a sentence without its full stop.
  package let reason: String
  package let groups: [Group]

  /// The level of significance.
  package static let alpha = 0.05
}

extension ClaimVerdict {
  /// Answers every claim of a grid.
  ///
  /// Effects are averages over dense tables of condition × replicate × problem. Every axis that the
  /// claim takes its mean across is a factor, zipped axes one together, and so are the problems within
  /// each of their sets. The variance of a statistic is the sum over the factors of what leaving out
  /// (or drawing anew) one of its levels at a time does to it: for a mean, Σ s²/L over the factors'
  /// marginal means, which counts every factor in full and interactions twice, so that it is rather too
  /// large (Owen, Ann. Appl. Statist. 1 (2007) 386–411; Efron and Stein, Ann. Statist. 9 (1981)
  /// 586–596). Interval and p value are Student's t with Satterthwaite's degrees of freedom (Biometrics
  /// Bulletin 2 (1946) 110–114); for one factor and a mean this is the paired t test.
  ///
  /// - Parameters:
  ///   - runs: the grid's runs.
  ///   - scores: per-problem scores by metric, of the runs that have them.
  /// - Complexity: O(claims × (runs + conditions × replicates × (problems + levels))).
  package static func verdicts(
    of claims: [Claim], in runs: RunTable, scores: [String: ProblemScores] = [:]
  ) -> [ClaimVerdict] {
    let findings = claims.map { ClaimFinding($0, in: runs, scores: scores) }
    let corrected = PValueCorrection.holm(findings.map { $0.evidence?.pValue ?? 1 })
    return zip(findings, corrected).map { $0.verdict(correctedPValue: $1) }
  }
}
