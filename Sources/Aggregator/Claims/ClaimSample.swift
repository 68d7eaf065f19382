import Grid

/// The figures that a claim is about: conditions × replicates, dense, in exact correspondence.
struct ClaimSample {
  /// An axis that the claim takes its mean across.
  struct Factor {
    let name: String
    let levels: Int
    /// For every replicate its level.
    let levelOf: [Int]
  }

  /// Scores of single problems behind the values.
  struct Problems {
    let strata: [ProblemScores.Stratum]
    /// By condition and replicate.
    let rows: [[Double]]
    /// The same of the other metric of a correlation, where it has them.
    let partnerRows: [[Double]]?
  }

  let conditions: Int
  let replicates: Int
  let factors: [Factor]
  /// By condition, the replicates within it.
  let values: [Double]
  let partner: [Double]?
  let problems: Problems?

  /// The mean of a condition.
  func mean(_ condition: Int) -> Double {
    values[(condition * replicates)..<((condition + 1) * replicates)].reduce(0, +)
      / Double(replicates)
  }

  /// Whether the replicates of some condition differ by more than rounding.
  var hasSpread: Bool {
    (0..<conditions).contains { condition in
      let values = values[(condition * replicates)..<((condition + 1) * replicates)]
      guard let low = values.min(), let high = values.max() else { return false }
      return high - low > 0x1p-46 * max(low.magnitude, high.magnitude)
    }
  }

  /// Only these conditions, in this order.
  func keeping(_ kept: [Int]) -> ClaimSample {
    func part<T>(_ values: [T]) -> [T] {
      kept.flatMap { values[($0 * replicates)..<(($0 + 1) * replicates)] }
    }
    return ClaimSample(
      conditions: kept.count, replicates: replicates, factors: factors, values: part(values),
      partner: partner.map(part),
      problems: problems.map {
        Problems(strata: $0.strata, rows: part($0.rows), partnerRows: $0.partnerRows.map(part))
      })
  }
}
