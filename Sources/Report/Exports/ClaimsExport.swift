import Aggregator
import Statistics

/// Writes `claims.csv`: one row for each claim of the grid, in its order.
///
/// | column | |
/// |---|---|
/// | `grid`, `id`, `says`, `test`, `metric`, `expect` | the claim as the grid states it |
/// | `effect`, `ci_low`, `ci_high`, `level` | the statistic and its interval, not corrected for the number of claims |
/// | `n` | replicates, or pairs |
/// | `sources` | what the interval and p cover, with the number of levels: `seed (8); problems (256)` |
/// | `p`, `p_holm` | two-sided; corrected over all claims of the grid |
/// | `verdict`, `reason` | supported, contradicted or undecided, and why |
package enum ClaimsExport {
  package static let columns = [
    "grid", "id", "says", "test", "metric", "expect", "effect", "ci_low", "ci_high", "level", "n",
    "sources", "p", "p_holm", "verdict", "reason",
  ]

  /// - Throws: what the sink throws.
  package static func write(
    _ verdicts: [ClaimVerdict], grid: String, to sink: @escaping ByteSink
  ) throws {
    var writer = CSVWriter(to: sink)
    try writer.row(columns)
    for verdict in verdicts {
      let claim = verdict.claim
      for text in [
        grid, claim.id, claim.says ?? "", claim.test.rawValue, claim.metric,
        claim.expectation.description,
      ] {
        writer.field(text)
      }
      for value in [
        verdict.effect, verdict.interval?.low, verdict.interval?.high, verdict.interval?.level,
      ] {
        writer.field(value)
      }
      writer.field(verdict.count)
      writer.field(verdict.sourcesText(separator: "; "))
      writer.field(verdict.pValue)
      writer.field(verdict.correctedPValue)
      writer.field(verdict.verdict.rawValue)
      writer.field(verdict.reason)
      try writer.endRow()
    }
    try writer.finish()
  }
}

extension ClaimVerdict {
  /// `seed (8); problems (256)`.
  func sourcesText(separator: String) -> String {
    sources.map { "\($0.name) (\($0.levels))" }.joined(separator: separator)
  }
}
