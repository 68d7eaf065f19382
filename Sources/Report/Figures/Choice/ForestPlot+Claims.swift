import Aggregator
import Grid

extension ForestPlot {
  /// The effects of a grid's claims; `nil` for a grid that makes none.
  init?(_ verdicts: [ClaimVerdict]) {
    if verdicts.isEmpty { return nil }
    self.init(
      rows: verdicts.map { verdict in
        let claim = verdict.claim
        return Row(
          label: claim.id + (claim.says.map { ": \($0)" } ?? ""), effect: verdict.effect,
          low: verdict.interval?.low, high: verdict.interval?.high, verdict: verdict.verdict,
          measure: Self.measure(of: claim), neutral: claim.test == .varianceRatio ? 1 : 0)
      },
      interval: "95% interval")
  }

  /// What an effect is. Claims of the same words share an axis.
  private static func measure(of claim: Claim) -> String {
    let along = claim.over.map { " along \($0)" } ?? ""
    return switch claim.test {
    case .pairedDifference, .equivalence: "difference of \(claim.metric)"
    case .medianDifference: "median difference of \(claim.metric)"
    case .maxOverMean: "maximum above the mean of \(claim.metric)"
    case .trend: "rise of \(claim.metric)\(along)"
    case .interiorPeak: "peak of \(claim.metric) above the ends\(along)"
    case .varianceRatio: "ratio of variances of \(claim.metric)"
    case .correlation:
      "rank correlation of \(claim.metric)"
        + (claim.partner.map { " with \($0)" } ?? "") + along
    case .order: "smallest step down of \(claim.metric)"
    }
  }
}
