import Grid

/// What a claim expects, as grids write it.
enum ClaimExpectation {
  /// `> 0`, `< 0.5`, `= 0 within 0.02`; for a trend also `increasing` and `decreasing`.
  ///
  /// - Returns: `nil` for anything else, and for what the test cannot be held against.
  static func read(_ text: String, for test: Claim.Test) -> Claim.Expectation? {
    let words = text.split(whereSeparator: \.isWhitespace).joined(separator: " ")
    if test == .trend {
      if words == "increasing" { return .above(0) }
      if words == "decreasing" { return .below(0) }
    }
    guard let sign = words.first, let expectation = read(sign, words.dropFirst()) else {
      return nil
    }
    switch (test, expectation) {
    case (_, .above): return expectation
    case (.interiorPeak, _), (.order, _): return nil
    case (_, .below): return expectation
    case (.maxOverMean, _), (.varianceRatio, _): return nil
    case (_, .within): return expectation
    }
  }

  private static func read(_ sign: Character, _ rest: Substring) -> Claim.Expectation? {
    switch sign {
    case ">": return number(rest).map { .above($0) }
    case "<": return number(rest).map { .below($0) }
    case "=":
      let parts = rest.split(separator: " ")
      guard parts.count == 3, parts[1] == "within", let center = number(parts[0]),
        let margin = number(parts[2])
      else { return nil }
      return .within(center: center, margin: margin)
    default: return nil
    }
  }

  private static func number(_ text: Substring) -> Double? {
    let text = String(text.drop { $0 == " " })
    return switch NumberText(text) {
    case .integer(let integer): Double(integer)
    case .number(let number): number.isFinite ? number : nil
    case nil: nil
    }
  }

  /// Whether the expectation could be met and could be missed.
  static func isOpen(_ expectation: Claim.Expectation, for test: Claim.Test) -> Bool {
    switch expectation {
    case .above(let bound), .below(let bound):
      return switch test {
      case .maxOverMean, .varianceRatio: bound > 0
      case .correlation: bound > -1 && bound < 1
      case .interiorPeak, .order: bound >= 0
      default: true
      }
    case .within(_, let margin): return margin > 0
    }
  }
}
