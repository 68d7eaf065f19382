import Aggregator
import Statistics

extension ReportTable {
  /// The claims of a grid with their verdicts; `nil` for a grid that makes none.
  package init?(claims verdicts: [ClaimVerdict]) {
    if verdicts.isEmpty { return nil }
    self.init(
      caption: [
        "Claims, stated in the grid file. Effect with its 95% interval; p is two-sided, p (Holm) "
          + "corrected for the \(verdicts.count) \(verdicts.count == 1 ? "claim" : "claims") of the "
          + "grid, of which a verdict needs at most \(Self.p(ClaimVerdict.alpha))."
      ],
      labelHeaders: ["claim", "test", "metric", "expected"],
      columnHeaders: ["effect", "95% interval", "n", "p", "p (Holm)", "verdict"].map { [$0] },
      rows: Rows(
        verdicts.map { verdict in
          let claim = verdict.claim
          let style = NumberStyle(
            means: [verdict.effect].compactMap(\.self),
            halfWidths: [verdict.interval?.halfWidth].compactMap(\.self))
          func text(_ value: Double?, signed: Bool) -> String {
            guard let value else { return NumberStyle.none }
            let unit = style.exponent == 0 ? "" : "e\(style.exponent)"
            return style.text(value, signed: signed) + unit
          }
          let signed = claim.test != .varianceRatio
          return Row(
            labels: [claim.id, claim.test.rawValue, claim.metric, claim.expectation.description]
              .map(DisplayText.printable),
            entries: [
              Entry(text(verdict.effect, signed: signed)),
              Entry(
                verdict.interval.map {
                  "\(text($0.low, signed: signed)) to \(text($0.high, signed: signed))"
                } ?? NumberStyle.none),
              Entry("\(verdict.count)"), Entry(Self.p(verdict.pValue)),
              Entry(Self.p(verdict.correctedPValue)), Entry(verdict.verdict.rawValue),
            ])
        }),
      notes: verdicts.map(Self.sentence))
  }

  /// Three digits, or that it is less than .0001.
  private static func p(_ value: Double?) -> String {
    guard let value else { return NumberStyle.none }
    if value < 1e-4 { return "<.0001" }
    let text = NumberStyle(decimals: value < 0.01 ? 4 : value < 0.1 ? 3 : 2, exponent: 0).text(
      value)
    return text.hasPrefix("0") ? String(text.dropFirst()) : text
  }

  /// What the claim says, why it is judged so, and what the judgement covers.
  private static func sentence(_ verdict: ClaimVerdict) -> String {
    var text = verdict.claim.id
    if let says = verdict.claim.says { text += " (“\(says)”)" }
    text += " is \(verdict.verdict.rawValue): \(verdict.reason)"
    let sources = verdict.sources.map {
      "\($0.levels) \($0.name == "problems" ? "" : "values of ")\($0.name)"
    }
    if !sources.isEmpty { text += "; over \(sources.listed)" }
    return DisplayText.printable(text + ".")
  }
}
