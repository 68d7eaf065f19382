import Glibc
import Grid
import Statistics

/// What a sample says of a claim.
struct ClaimEvidence {
  let effect: Double
  let interval: ConfidenceInterval?
  /// One-sided: small where the runs speak for the claim.
  let pFor: Double
  /// One-sided: small where they speak against it.
  let pAgainst: Double
  /// The parts of the variance of the effect.
  let components: [ClaimEstimate.Component]
  /// What speaks against the claim where the effect does not: a step against the trend.
  var objection: String?

  /// Two-sided.
  var pValue: Double { min(1, 2 * min(pFor, pAgainst)) }

  /// Why a sample allows no test.
  enum Obstacle: Error {
    case tooFewReplicates(needed: Int)
    case noSpread
    /// The statistic does not exist for every part of the sample.
    case undefined
  }

  /// Draws for the variance of medians and maxima.
  private static let draws = 999

  init(_ claim: Claim, _ sample: ClaimSample) throws(Obstacle) {
    let needed = Self.replicatesNeeded(claim)
    if sample.replicates < needed { throw .tooFewReplicates(needed: needed) }
    if !sample.hasSpread { throw .noSpread }
    switch claim.test {
    case .pairedDifference, .equivalence:
      self.init(claim.expectation, try Self.contrast([1, -1], sample))
    case .medianDifference:
      self.init(
        claim.expectation,
        try Self.estimate(
          sample, .bootstrap(Self.draws), ClaimStatistics.medianDifference))
    case .maxOverMean:
      self.init(
        claim.expectation,
        try Self.estimate(
          sample, .bootstrap(Self.draws), ClaimStatistics.maximumOverMean))
    case .varianceRatio: try self.init(varianceRatio: claim, sample)
    case .trend: try self.init(trend: claim, sample)
    case .interiorPeak: try self.init(interiorPeak: claim, sample)
    case .correlation: try self.init(correlation: claim, sample)
    case .order: try self.init(order: claim, sample)
    }
  }

  /// Variances and maxima of two say nothing; ranks of three cannot be significant.
  private static func replicatesNeeded(_ claim: Claim) -> Int {
    switch claim.test {
    case .varianceRatio, .maxOverMean: 3
    case .correlation: claim.over == nil ? 4 : 2
    default: 2
    }
  }

  /// Holds one estimate against an expectation.
  private init(_ expectation: Claim.Expectation, _ estimate: ClaimEstimate) {
    effect = estimate.value
    interval = estimate.interval(alpha: ClaimVerdict.alpha)
    components = estimate.components
    switch expectation {
    case .above(let bound):
      pFor = estimate.pAbove(bound)
      pAgainst = estimate.pBelow(bound)
    case .below(let bound):
      pFor = estimate.pBelow(bound)
      pAgainst = estimate.pAbove(bound)
    case .within(let center, let margin):
      // Two one-sided tests (Schuirmann 1987).
      pFor = max(estimate.pAbove(center - margin), estimate.pBelow(center + margin))
      pAgainst = min(estimate.pAbove(center + margin), estimate.pBelow(center - margin))
    }
  }

  private init(
    effect: ClaimEstimate, pFor: Double, pAgainst: Double, objection: String? = nil
  ) {
    self.effect = effect.value
    interval = effect.interval(alpha: ClaimVerdict.alpha)
    components = effect.components
    self.pFor = min(1, pFor)
    self.pAgainst = min(1, pAgainst)
    self.objection = objection
  }

  private static func estimate(
    _ sample: ClaimSample, _ resampling: ClaimEstimate.Resampling,
    _ statistic: ClaimEstimate.Statistic
  ) throws(Obstacle) -> ClaimEstimate {
    guard let estimate = ClaimEstimate(of: sample, by: resampling, statistic) else {
      throw .undefined
    }
    let replicates = estimate.components.filter { $0.source != ClaimEstimate.problems }
    let spread = ClaimEstimate(value: estimate.value, components: replicates)
    if !spread.hasSpread { throw .noSpread }
    return estimate
  }

  private static func contrast(
    _ weights: [Double], _ sample: ClaimSample
  ) throws(Obstacle) -> ClaimEstimate {
    try estimate(sample, .jackknife, ClaimStatistics.contrast(weights))
  }

  /// The difference between the means of two conditions.
  private static func difference(
    _ first: Int, _ second: Int, _ sample: ClaimSample
  ) throws(Obstacle) -> ClaimEstimate {
    try contrast([1, -1], sample.keeping([first, second]))
  }

  // MARK: Tests

  private init(varianceRatio claim: Claim, _ sample: ClaimSample) throws(Obstacle) {
    for condition in 0..<2 where !sample.keeping([condition]).hasSpread { throw .noSpread }
    let estimate = try Self.estimate(sample, .jackknife, ClaimStatistics.logVarianceRatio)
    switch claim.expectation {
    case .above(let bound):
      pFor = estimate.pAbove(log(bound))
      pAgainst = estimate.pBelow(log(bound))
    case .below(let bound), .within(let bound, _):
      pFor = estimate.pBelow(log(bound))
      pAgainst = estimate.pAbove(log(bound))
    }
    effect = exp(estimate.value)
    interval = estimate.interval(alpha: ClaimVerdict.alpha).map {
      ConfidenceInterval(low: exp($0.low), high: exp($0.high), level: $0.level, method: $0.method)
    }
    components = estimate.components
  }

  /// The rise along the line; a single step that goes the other way significantly (Bonferroni over the
  /// steps) contradicts a trend too. Half of the error goes to each of the two.
  private init(trend claim: Claim, _ sample: ClaimSample) throws(Obstacle) {
    let rise = try Self.estimate(
      sample, .jackknife, ClaimStatistics.rise(places: sample.conditions))
    let plain = ClaimEvidence(claim.expectation, rise)
    let direction: Double
    switch claim.expectation {
    case .above(let bound) where bound >= 0: direction = 1
    case .below(let bound) where bound <= 0: direction = -1
    default:
      self = plain
      return
    }
    var worst: (p: Double, step: Int)?
    for step in 0..<(sample.conditions - 1) {
      // A step on which the replicates do not differ speaks neither way.
      guard let change = try? Self.difference(step + 1, step, sample) else { continue }
      let p = direction > 0 ? change.pBelow(0) : change.pAbove(0)
      if p < worst?.p ?? 2 { worst = (p, step) }
    }
    let reversal = Double(sample.conditions - 1) * (worst?.p ?? 1)
    self.init(
      effect: rise, pFor: plain.pFor, pAgainst: 2 * min(plain.pAgainst, reversal),
      objection: reversal < plain.pAgainst
        ? worst.map { "it \(direction > 0 ? "falls" : "rises") at step \($0.step + 1)" } : nil)
  }

  /// Intersection–union: the peak is above both ends; Bonferroni over where it may be. Against it: an
  /// end that is above every place between them.
  private init(interiorPeak claim: Claim, _ sample: ClaimSample) throws(Obstacle) {
    guard case .above(let bound) = claim.expectation else { throw .undefined }
    let last = sample.conditions - 1
    let inner = 1..<last
    let means = (0...last).map(sample.mean)
    guard let peak = inner.max(by: { means[$0] < means[$1] }) else { throw .undefined }
    let end = means[0] >= means[last] ? 0 : last
    let overFirst = try Self.difference(peak, 0, sample)
    let overLast = try Self.difference(peak, last, sample)
    var against = 1.0
    for end in [0, last] {
      var highest = 0.0
      for place in inner {
        // A place that equals the end in every replicate, as where all have collapsed, is not below it.
        let isBelow = try? Self.difference(place, end, sample)
        highest = max(highest, isBelow?.pBelow(bound) ?? 1)
      }
      against = min(against, highest)
    }
    self.init(
      effect: end == 0 ? overFirst : overLast,
      pFor: Double(inner.count) * max(overFirst.pAbove(bound), overLast.pAbove(bound)),
      pAgainst: 2 * against)
  }

  /// Every neighbour above the next (intersection–union); against it, one that is below (Bonferroni).
  private init(order claim: Claim, _ sample: ClaimSample) throws(Obstacle) {
    guard case .above(let bound) = claim.expectation else { throw .undefined }
    var steps: [ClaimEstimate] = []
    for first in 0..<(sample.conditions - 1) {
      steps.append(try Self.difference(first, first + 1, sample))
    }
    guard let smallest = steps.min(by: { $0.value < $1.value }) else { throw .undefined }
    self.init(
      effect: smallest, pFor: steps.map { $0.pAbove(bound) }.max() ?? 1,
      pAgainst: Double(steps.count) * (steps.map { $0.pBelow(bound) }.min() ?? 1))
  }

  /// The t test of ρ cannot see that ρ is bounded and takes few values, so that a rank test (Page's L
  /// over the replicates; the exact test of Spearman's ρ without an axis) must agree where the bound is
  /// on the near side of 0. The rank test takes the replicates as independent, the t test every source.
  private init(correlation claim: Claim, _ sample: ClaimSample) throws(Obstacle) {
    let estimate: ClaimEstimate?
    let ranks: (Alternative) -> Double?
    if claim.over == nil {
      estimate = ClaimEstimate(
        of: sample, by: .jackknife, ClaimStatistics.replicateCorrelation)
      ranks = { side in
        sample.partner.flatMap { Spearman.test(sample.values, $0, alternative: side)?.pValue }
      }
    } else {
      estimate = ClaimEstimate(of: sample, by: .jackknife) { values, partner, kept in
        ClaimStatistics.rankCorrelation(values, partner, kept, replicates: sample.replicates)
      }
      let rows = Self.rowsInOrder(of: sample)
      ranks = { PageTrend.test(rows: rows, alternative: $0)?.pValue }
    }
    guard let estimate else { throw .undefined }
    func above(_ bound: Double) throws(Obstacle) -> Double {
      let tail = estimate.hasSpread ? estimate.pAbove(bound) : estimate.value > bound ? 0 : 1
      if bound >= 0, let rank = ranks(.greater) { return max(tail, rank) }
      if !estimate.hasSpread { throw .noSpread }
      return tail
    }
    func below(_ bound: Double) throws(Obstacle) -> Double {
      let tail = estimate.hasSpread ? estimate.pBelow(bound) : estimate.value < bound ? 0 : 1
      if bound <= 0, let rank = ranks(.less) { return max(tail, rank) }
      if !estimate.hasSpread { throw .noSpread }
      return tail
    }
    switch claim.expectation {
    case .above(let bound):
      self.init(effect: estimate, pFor: try above(bound), pAgainst: try below(bound))
    case .below(let bound):
      self.init(effect: estimate, pFor: try below(bound), pAgainst: try above(bound))
    case .within(let center, let margin):
      if !estimate.hasSpread { throw .noSpread }
      self.init(.within(center: center, margin: margin), estimate)
    }
  }

  /// One row for each replicate: its values in the order of the axis, or of the other metric.
  private static func rowsInOrder(of sample: ClaimSample) -> [[Double]] {
    (0..<sample.replicates).map { replicate in
      let places = (0..<sample.conditions).map { $0 * sample.replicates + replicate }
      guard let partner = sample.partner else { return places.map { sample.values[$0] } }
      return places.sorted { (partner[$0], $0) < (partner[$1], $1) }.map { sample.values[$0] }
    }
  }
}
