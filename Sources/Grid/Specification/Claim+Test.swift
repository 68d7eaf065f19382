extension Claim {
  /// The statistic that a claim is about.
  package enum Test: String, Hashable, Sendable, Codable, CaseIterable {
    /// The mean of the differences between runs of `of` and of `against` with the same replicate.
    case pairedDifference = "paired-difference"
    /// The median of these differences.
    case medianDifference = "median-difference"
    /// The best of the replicates above their mean.
    case maxOverMean = "max-over-mean"
    /// The rise of the metric from the first to the last value of `over`, along a straight line.
    case trend
    /// The highest mean strictly between the ends of `over` above the higher one of the ends.
    case interiorPeak = "interior-peak"
    /// The variance over the replicates of `of` by that of `against`.
    case varianceRatio = "variance-ratio"
    /// Spearman's rank correlation with `over`, or with another metric.
    case correlation
    /// The smallest of the differences between the means of neighbours in a list of selections.
    case order
    /// The mean of paired differences, expected to lie within a margin about 0.
    case equivalence

    /// Whether it compares `of` with `against`.
    package var comparesTwo: Bool {
      switch self {
      case .pairedDifference, .medianDifference, .varianceRatio, .equivalence: true
      case .maxOverMean, .trend, .interiorPeak, .correlation, .order: false
      }
    }

    /// The fewest values that the axis `over` must have.
    package var shortestAxis: Int {
      switch self {
      case .trend: 2
      case .interiorPeak, .correlation: 3
      default: 1
      }
    }
  }

  /// What is expected of the statistic.
  package enum Expectation: Hashable, Sendable, Codable {
    case above(Double)
    case below(Double)
    /// Within `margin` on either side of `center`.
    case within(center: Double, margin: Double)
  }
}

extension Claim.Expectation: CustomStringConvertible {
  /// As grids write it: `> 0`, `= 0 within 0.02`.
  package var description: String {
    func text(_ value: Double) -> String { ParameterValue.number(value).description }
    return switch self {
    case .above(let bound): "> \(text(bound))"
    case .below(let bound): "< \(text(bound))"
    case .within(let center, let margin): "= \(text(center)) within \(text(margin))"
    }
  }
}
