import Grid

/// The words about claims.
extension GridFault {
  func claimWording(path: [String]) -> Wording {
    let subject = Self.subject(path)
    switch self {
    case .claimTwice(let id, let line):
      return Wording(
        "two claims are called “\(id)”, the first in line \(line)", "give them different ids")
    case .claimLacks(let test, let key):
      return Wording(
        "\(subject) lacks “\(key)”, which a claim of the test \(test.rawValue) needs",
        Self.remedy(lacking: key))
    case .claimHasNoUse(let test, let key):
      return Wording(
        "“\(key)” means nothing to a claim of the test \(test.rawValue)", "remove it")
    case .claimWithoutReplicates:
      return Wording(
        "\(subject) has no replicates: the grid has no axis to take a mean over",
        "name axes under `across`, such as a seed")
    case .claimOfNothing:
      return Wording("\(subject) matches no run of this grid", "name values that go together")
    case .claimLeavesOpen(let axis, let values):
      return Wording(
        "\(subject) leaves “\(axis)” open, on which its runs differ: \(Self.list(values))",
        "select one value, or name the axis under `across` to take the mean over it")
    case .comparedWithItself:
      return Wording(
        "\(subject) selects the same runs as what it is compared with", "select other values")
    case .selectedAndUsed(let axis, let key):
      return Wording(
        key == "across"
          ? "\(subject) is one value of “\(axis)”, but the claim takes the mean over all of them"
          : "\(subject) is one value of “\(axis)”, but the claim looks at all of them",
        key == "across"
          ? "leave it out, or name other axes under `across`"
          : "leave it out, or name another axis under `over`")
    case .valueNotOnAxis(let value, let axis, let suggestion, let allowed):
      return Wording(
        "\(subject) asks for \(axis) = \(Found.shortened(value)), which no run of this grid has",
        Self.didYouMean(suggestion, allowed))
    case .axisTooShort(let axis, let count, let minimum):
      return Wording(
        "the axis “\(axis)” has \(count) \(count == 1 ? "value" : "values"), but \(subject) needs at "
          + "least \(minimum)")
    case .expectationUnreadable(let text, let test):
      return Wording(
        "“\(Found.shortened(text))” is nothing that the test \(test.rawValue) can expect",
        "write \(Self.expectations(of: test))")
    case .expectationOutOfRange(let text, let test):
      return Wording(
        "“\(Found.shortened(text))” says nothing: \(Self.range(of: test))", "name another bound")
    default: preconditionFailure("the wording of \(self) is elsewhere")
    }
  }

  private static func remedy(lacking key: String) -> String {
    switch key {
    case "of": "select the runs by values of axes, such as `of: {step: 10}`"
    case "against": "select the runs to compare with, such as `against: {step: 0}`"
    case "over": "name an axis"
    case "margin": "say how large a difference does not matter, such as `margin: 0.02`"
    case "over or with": "name an axis under `over`, or another metric under `with`"
    default: "say what is expected, such as `expect: \"> 0\"`"
    }
  }

  private static func expectations(of test: Claim.Test) -> String {
    switch test {
    case .trend: "increasing, decreasing, \"> 0.1\", \"< 0.1\" or \"= 0 within 0.02\""
    case .pairedDifference, .medianDifference, .correlation, .equivalence:
      "\"> 0\", \"< 0\" or \"= 0 within 0.02\""
    case .maxOverMean: "\"> 0.1\" or \"< 0.1\""
    case .varianceRatio: "\"> 1\" or \"< 1\""
    case .interiorPeak, .order: "\"> 0\" or a larger bound"
    }
  }

  private static func range(of test: Claim.Test) -> String {
    switch test {
    case .maxOverMean: "the best of several that differ is always above their mean"
    case .varianceRatio: "a ratio of variances is always above 0"
    case .correlation: "a correlation lies between -1 and 1"
    default: "a margin of 0 or less can never be kept"
    }
  }
}
