/// Brown and Forsythe's test of equal variances.
package enum BrownForsythe {
  /// Tests whether groups have equal variances, by the analysis of variance of the distances
  /// |x − median| (Brown and Forsythe, JASA 69 (1974) 364–367;
  /// `scipy.stats.levene(center="median")`).
  ///
  /// The statistic is F with k − 1 and N − k degrees of freedom.
  ///
  /// `nil` for fewer than two groups, a group of fewer than two values, a NaN or an infinity, and
  /// where the distances do not differ within the groups (all values equal, or two values in every
  /// group): there is nothing to hold the difference between the groups against.
  ///
  /// - Complexity: O(N log N).
  package static func test(_ groups: [[Double]]) -> TestOutcome? {
    guard groups.count >= 2, groups.allSatisfy({ $0.count >= 2 && $0.allSatisfy(\.isFinite) })
    else { return nil }
    let largest = groups.joined().reduce(0) { max($0, $1.magnitude) }
    guard largest > 0 else { return nil }
    let distances = groups.map { group in
      let sorted = group.map { $0 / largest }.sorted()
      let median = SortedSample.quantile(0.5, of: sorted)
      return sorted.map { ($0 - median).magnitude }
    }
    let total = distances.reduce(0) { $0 + $1.count }
    let means = distances.map { CompensatedSum.of($0) / Double($0.count) }
    let mean = CompensatedSum.of(distances.joined()) / Double(total)
    var between = CompensatedSum()
    var within = CompensatedSum()
    for (group, groupMean) in zip(distances, means) {
      between.add(Double(group.count) * (groupMean - mean) * (groupMean - mean))
      for distance in group { within.add((distance - groupMean) * (distance - groupMean)) }
    }
    // Below this the distances differ by rounding only.
    guard within.value > 0x1p-100 * Double(total) else { return nil }
    let low = Double(groups.count - 1)
    let high = Double(total - groups.count)
    let f = high * between.value / (low * within.value)
    guard f.isFinite else { return nil }
    return TestOutcome(
      statistic: f, pValue: FisherF(low, high).upperTail(f), count: total, basis: .parametric)
  }
}
