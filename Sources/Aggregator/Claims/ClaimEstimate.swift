import Statistics

/// An estimate with the variance that each source of uncertainty gives it.
struct ClaimEstimate {
  /// The part of one source: an axis, or one set of problems.
  struct Component {
    let source: String
    let levels: Int
    let variance: Double
    let degreesOfFreedom: Double
  }

  let value: Double
  let components: [Component]

  var variance: Double { components.reduce(0) { $0 + $1.variance } }

  /// Satterthwaite's: V² / Σ V²/ν over the components.
  var degreesOfFreedom: Double {
    let parts = components.reduce(0) { $0 + $1.variance * $1.variance / $1.degreesOfFreedom }
    return parts > 0 ? variance * variance / parts : 1
  }

  /// Whether the data give any ground to tell how uncertain the value is.
  var hasSpread: Bool {
    variance.isFinite && variance.squareRoot() > 0x1p-44 * max(value.magnitude, 0x1p-500)
  }

  /// P of an estimate so far above a true value of `bound`: small where the truth lies above it.
  func pAbove(_ bound: Double) -> Double {
    StudentT(degreesOfFreedom: degreesOfFreedom)
      .upperTail((value - bound) / variance.squareRoot())
  }

  /// The same for a truth below `bound`.
  func pBelow(_ bound: Double) -> Double {
    StudentT(degreesOfFreedom: degreesOfFreedom)
      .upperTail((bound - value) / variance.squareRoot())
  }

  /// The t interval at the level 1 − `alpha`.
  func interval(alpha: Double) -> ConfidenceInterval? {
    guard hasSpread else { return nil }
    let reach =
      variance.squareRoot()
      * StudentT(degreesOfFreedom: degreesOfFreedom).criticalValue(twoSidedTail: alpha)
    guard (value - reach).isFinite, (value + reach).isFinite else { return nil }
    return ConfidenceInterval(
      low: value - reach, high: value + reach, level: 1 - alpha, method: .studentT)
  }
}

extension ClaimEstimate {
  /// A statistic of values (condition by condition, `replicates` each), the other metric's where there
  /// is one, and the numbers of the replicates to use. `nil` where it does not exist.
  typealias Statistic = (_ values: [Double], _ partner: [Double]?, _ kept: [Int]) -> Double?

  enum Resampling {
    /// Leaves out one level at a time; for smooth statistics. For a mean V = s²/L.
    case jackknife
    /// Draws the levels of one source anew, so many times; for medians and maxima, for which leaving
    /// one out tells nothing. V is taken times L/(L − 1), so that for a mean it is s²/L as well.
    case bootstrap(Int)
  }

  /// - Returns: `nil` where the statistic does not exist for the sample or for a part of it.
  /// - Complexity: one call of `statistic` for each level and problem, or for each draw.
  init?(of sample: ClaimSample, by resampling: Resampling, _ statistic: Statistic) {
    let all = Array(0..<sample.replicates)
    guard let value = statistic(sample.values, sample.partner, all), value.isFinite else {
      return nil
    }
    var components: [Component] = []
    for (number, factor) in sample.factors.enumerated() where factor.levels > 1 {
      let members = (0..<factor.levels).map { level in all.filter { factor.levelOf[$0] == level } }
      let variance: Double?
      switch resampling {
      case .jackknife:
        variance = Self.jackknife(
          (0..<factor.levels).map { left in
            statistic(sample.values, sample.partner, all.filter { factor.levelOf[$0] != left })
          })
      case .bootstrap(let count):
        variance = Self.bootstrap(count, factor: number, levels: factor.levels) { draws in
          statistic(sample.values, sample.partner, draws.flatMap { members[$0] })
        }
      }
      guard let variance else { return nil }
      components.append(
        Component(
          source: factor.name, levels: factor.levels, variance: variance,
          degreesOfFreedom: Double(factor.levels - 1)))
    }
    self.value = value
    if let problems = sample.problems {
      var start = 0
      for (number, stratum) in problems.strata.enumerated() {
        defer { start += stratum.count }
        guard stratum.count > 1, stratum.weight != 0 else { continue }
        let shifts = ProblemShifts(sample, problems, stratum, start: start)
        let variance: Double?
        switch resampling {
        case .jackknife:
          variance = Self.jackknife(
            (0..<stratum.count).map { left in
              shifts.withoutProblem(left) { statistic($0, $1, all) }
            })
        case .bootstrap(let count):
          variance = Self.bootstrap(
            count, factor: sample.factors.count + number, levels: stratum.count
          ) { draws in
            shifts.withProblems(draws) { statistic($0, $1, all) }
          }
        }
        guard let variance else { return nil }
        components.append(
          Component(
            source: ClaimEstimate.problems, levels: stratum.count, variance: variance,
            degreesOfFreedom: Double(stratum.count - 1)))
      }
    }
    self.components = components
  }

  /// The name of the source that is the choice of problems.
  static let problems = "problems"

  /// (L − 1)/L Σ (θ₍ᵢ₎ − θ̄)² (Tukey; Efron and Stein 1981).
  private static func jackknife(_ values: [Double?]) -> Double? {
    var present: [Double] = []
    for value in values {
      guard let value, value.isFinite else { return nil }
      present.append(value)
    }
    guard present.count > 1 else { return nil }
    let count = Double(present.count)
    return (count - 1) / count * squares(of: present)
  }

  private static func bootstrap(
    _ count: Int, factor: Int, levels: Int, _ statistic: ([Int]) -> Double?
  ) -> Double? {
    let bootstrap = Bootstrap(count: count)
    let values = (0..<count).compactMap { resample in
      statistic(bootstrap.draws(resample: resample, factor: factor, levels: levels))
    }
    guard values.count > count / 2 else { return nil }
    return squares(of: values) / Double(values.count - 1) * Double(levels) / Double(levels - 1)
  }

  /// Σ (x − x̄)².
  private static func squares(of values: [Double]) -> Double {
    let mean = values.reduce(0, +) / Double(values.count)
    var sum = 0.0
    for value in values { sum += (value - mean) * (value - mean) }
    return sum
  }
}

/// The values of a sample as they would be with other problems in one set.
private struct ProblemShifts {
  let sample: ClaimSample
  let problems: ClaimSample.Problems
  let stratum: ProblemScores.Stratum
  let start: Int
  /// The mean of the set in every row.
  let means: [Double]
  let partnerMeans: [Double]?

  init(
    _ sample: ClaimSample, _ problems: ClaimSample.Problems, _ stratum: ProblemScores.Stratum,
    start: Int
  ) {
    self.sample = sample
    self.problems = problems
    self.stratum = stratum
    self.start = start
    func mean(_ row: [Double]) -> Double {
      row[start..<(start + stratum.count)].reduce(0, +) / Double(stratum.count)
    }
    means = problems.rows.map(mean)
    partnerMeans = problems.partnerRows?.map(mean)
  }

  func withoutProblem(
    _ left: Int, _ body: ([Double], [Double]?) -> Double?
  ) -> Double? {
    // Without x the mean of n becomes m − (x − m)/(n − 1).
    let factor = stratum.weight / Double(stratum.count - 1)
    func shifted(_ values: [Double], _ rows: [[Double]], _ means: [Double]) -> [Double] {
      values.indices.map { values[$0] - factor * (rows[$0][start + left] - means[$0]) }
    }
    return changed(shifted, body)
  }

  func withProblems(
    _ drawn: [Int], _ body: ([Double], [Double]?) -> Double?
  ) -> Double? {
    func redrawn(_ values: [Double], _ rows: [[Double]], _ means: [Double]) -> [Double] {
      values.indices.map { index in
        let sum = drawn.reduce(0) { $0 + rows[index][start + $1] }
        return values[index] + stratum.weight * (sum / Double(drawn.count) - means[index])
      }
    }
    return changed(redrawn, body)
  }

  private func changed(
    _ change: ([Double], [[Double]], [Double]) -> [Double],
    _ body: ([Double], [Double]?) -> Double?
  ) -> Double? {
    let values = change(sample.values, problems.rows, means)
    guard let partner = sample.partner else { return body(values, nil) }
    guard let rows = problems.partnerRows, let partnerMeans else { return body(values, partner) }
    return body(values, change(partner, rows, partnerMeans))
  }
}
