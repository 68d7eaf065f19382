import Glibc
import Statistics

/// The statistics of claims, as functions of values laid out condition by condition.
enum ClaimStatistics {
  /// Σ over the conditions of weight × mean.
  static func contrast(_ weights: [Double]) -> ClaimEstimate.Statistic {
    { values, _, kept in
      let replicates = values.count / weights.count
      return weights.enumerated().reduce(0) { sum, part in
        let (condition, weight) = part
        if weight == 0 { return sum }
        return sum + weight * mean(values, condition * replicates, kept)
      }
    }
  }

  /// The rise from the first to the last of `places` on the least-squares line through the means
  /// against the place: weights (j − j̄)(k − 1) / Σ(j − j̄)².
  static func rise(places: Int) -> ClaimEstimate.Statistic {
    contrast(riseWeights(places: places))
  }

  static func riseWeights(places: Int) -> [Double] {
    let center = Double(places - 1) / 2
    let squares = (0..<places).reduce(0.0) {
      $0 + (Double($1) - center) * (Double($1) - center)
    }
    return (0..<places).map { (Double($0) - center) * Double(places - 1) / squares }
  }

  /// The median of the differences between the first and the second condition.
  static func medianDifference(
    _ values: [Double], _ partner: [Double]?, _ kept: [Int]
  ) -> Double? {
    let replicates = values.count / 2
    let differences = kept.map { values[$0] - values[replicates + $0] }.sorted()
    if differences.isEmpty { return nil }
    let half = differences.count / 2
    return differences.count.isMultiple(of: 2)
      ? (differences[half - 1] + differences[half]) / 2 : differences[half]
  }

  /// The highest value less the mean of the one condition.
  static func maximumOverMean(
    _ values: [Double], _ partner: [Double]?, _ kept: [Int]
  ) -> Double? {
    guard let highest = kept.map({ values[$0] }).max() else { return nil }
    return highest - mean(values, 0, kept)
  }

  /// The logarithm of the ratio of the variances of the two conditions. Leaving out one at a time, its
  /// test is Miller's ("Jackknifing variances", Ann. Math. Statist. 39 (1968) 567–582).
  static func logVarianceRatio(
    _ values: [Double], _ partner: [Double]?, _ kept: [Int]
  ) -> Double? {
    let replicates = values.count / 2
    guard let first = variance(values, 0, kept), let second = variance(values, replicates, kept),
      first > 0, second > 0
    else { return nil }
    return log(first / second)
  }

  /// The mean over the replicates of Spearman's ρ along the conditions, between the values and the
  /// place, or the other metric. A replicate whose values are all equal has no order and counts 0.
  static func rankCorrelation(
    _ values: [Double], _ partner: [Double]?, _ kept: [Int], replicates: Int
  ) -> Double? {
    guard !kept.isEmpty else { return nil }
    let places = values.count / replicates
    var sum = 0.0
    for replicate in kept {
      let curve = (0..<places).map { values[$0 * replicates + replicate] }
      let other =
        partner.map { partner in (0..<places).map { partner[$0 * replicates + replicate] } }
        ?? (0..<places).map(Double.init)
      sum += spearman(curve, other) ?? 0
    }
    return sum / Double(kept.count)
  }

  /// Spearman's ρ over the replicates of the one condition.
  static func replicateCorrelation(
    _ values: [Double], _ partner: [Double]?, _ kept: [Int]
  ) -> Double? {
    guard let partner else { return nil }
    return spearman(kept.map { values[$0] }, kept.map { partner[$0] })
  }

  /// Pearson's correlation of the ranks; `nil` where either side is all equal.
  static func spearman(_ left: [Double], _ right: [Double]) -> Double? {
    let left = ranks(left)
    let right = ranks(right)
    let center = Double(left.count + 1) / 2
    var (products, leftSquares, rightSquares) = (0.0, 0.0, 0.0)
    for (x, y) in zip(left, right) {
      products += (x - center) * (y - center)
      leftSquares += (x - center) * (x - center)
      rightSquares += (y - center) * (y - center)
    }
    guard leftSquares > 0, rightSquares > 0 else { return nil }
    return products / (leftSquares * rightSquares).squareRoot()
  }

  /// Ranks from 1, equal values sharing the mean of theirs.
  private static func ranks(_ values: [Double]) -> [Double] {
    let order = values.indices.sorted { values[$0] < values[$1] }
    var ranks = [Double](repeating: 0, count: values.count)
    var start = 0
    while start < order.count {
      var end = start
      while end + 1 < order.count, values[order[end + 1]] == values[order[start]] { end += 1 }
      for place in start...end { ranks[order[place]] = Double(start + end) / 2 + 1 }
      start = end + 1
    }
    return ranks
  }

  private static func mean(_ values: [Double], _ start: Int, _ kept: [Int]) -> Double {
    kept.reduce(0) { $0 + values[start + $1] } / Double(kept.count)
  }

  private static func variance(_ values: [Double], _ start: Int, _ kept: [Int]) -> Double? {
    guard kept.count > 1 else { return nil }
    let mean = mean(values, start, kept)
    return kept.reduce(0) { $0 + (values[start + $1] - mean) * (values[start + $1] - mean) }
      / Double(kept.count - 1)
  }
}
