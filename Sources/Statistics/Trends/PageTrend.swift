/// Page's L: whether values rise along an ordered axis.
///
/// Page, "Ordered hypotheses for multiple treatments", JASA 58 (1963) 216–230;
/// `scipy.stats.page_trend_test`.
package enum PageTrend {
  /// Up to this many places on the axis, and so many rows, the p value is exact.
  package static let exactLimit = (places: 10, rows: 64)

  /// Tests every row's order along the axis against one order for all.
  ///
  /// A row holds one replicate's values, in the order of the axis in which they are expected to rise;
  /// its values are ranked within the row, equal ones sharing the mean of their ranks. The statistic is
  /// L = Σ place × Σ ranks there. `greater` tests for a rise, `less` for a fall.
  ///
  /// Within `exactLimit` the p value is exact given the ranks, ties included: every order of a row's
  /// ranks is equally likely, rows are independent. It equals scipy's `method="exact"` where there
  /// are no ties. Beyond it is normal, with the variance of the ranks as they are
  /// (scipy's `method="asymptotic"` where there are no ties).
  ///
  /// `nil` without rows, with fewer than two places, with a NaN or an infinity, and where every row is
  /// all equal. A row that is all equal adds its constant and no evidence.
  ///
  /// - Precondition: the rows are equally long.
  /// - Complexity: with k places and m rows, O(2ᵏ k³ + m² k⁶) for the exact p value.
  package static func test(
    rows: [[Double]], alternative: Alternative = .greater
  ) -> TestOutcome? {
    guard let places = rows.first?.count, places >= 2 else { return nil }
    precondition(rows.allSatisfy { $0.count == places }, "rows of unequal length")
    guard rows.allSatisfy({ $0.allSatisfy(\.isFinite) }) else { return nil }
    let ranks = rows.map(MidRanks.doubled)
    let observed = ranks.reduce(0) { $0 + statistic($1) }
    let squares = ranks.map { row in
      row.reduce(0) { $0 + ($1 - places - 1) * ($1 - places - 1) }
    }
    guard squares.contains(where: { $0 > 0 }) else { return nil }
    func outcome(below: Double, above: Double, _ basis: TestOutcome.Basis) -> TestOutcome {
      TestOutcome(
        statistic: Double(observed) / 2, pValue: alternative.pValue(below: below, above: above),
        count: rows.count, basis: basis)
    }
    if places <= exactLimit.places, rows.count <= exactLimit.rows {
      let sums = distribution(ranks)
      let place = observed - sums.lowest
      return outcome(
        below: sums.shares[...place].reduce(0, +), above: sums.shares[place...].reduce(0, +),
        .exact)
    }
    // Under a random order Σ j r has the variance Σ(j − j̄)² Σ(r − r̄)² / (k − 1).
    let k = Double(places)
    let spread = k * (k * k - 1) / 12
    let variance = squares.reduce(0.0) { $0 + Double($1) } / 4 * spread / (k - 1)
    let mean = Double(rows.count) * k * (k + 1) * (k + 1) / 4
    let z = (Double(observed) / 2 - mean) / variance.squareRoot()
    return outcome(below: Normal.lowerTail(z), above: Normal.upperTail(z), .asymptotic)
  }

  /// Σ place × doubled rank.
  private static func statistic(_ ranks: [Int]) -> Int {
    zip(1..., ranks).reduce(0) { $0 + $1.0 * $1.1 }
  }

  /// The probabilities of sums, from `lowest` on.
  private struct Sums {
    var lowest: Int
    var shares: [Double]

    /// Of a sum of two independent ones.
    func plus(_ other: Sums) -> Sums {
      var shares = [Double](repeating: 0, count: shares.count + other.shares.count - 1)
      for (index, share) in self.shares.enumerated() where share > 0 {
        for (offset, next) in other.shares.enumerated() {
          shares[index + offset] += share * next
        }
      }
      return Sums(lowest: lowest + other.lowest, shares: shares)
    }
  }

  /// Of all rows together. Rows with the same ties have the same distribution.
  private static func distribution(_ ranks: [[Int]]) -> Sums {
    var known: [[Int]: Sums] = [:]
    var total = Sums(lowest: 0, shares: [1])
    for row in ranks.map({ $0.sorted() }).sorted(by: { $0.lexicographicallyPrecedes($1) }) {
      let sums = known[row] ?? distribution(ofSorted: row)
      known[row] = sums
      total = total.plus(sums)
    }
    return total
  }

  /// Of Σ place × rank over all orders of a row's ranks: subset by subset, a subset of m ranks filling
  /// the places 1…m.
  private static func distribution(ofSorted ranks: [Int]) -> Sums {
    let highest = statistic(ranks)
    let lowest = statistic(ranks.reversed())
    let width = highest + 1
    let subsets = 1 << ranks.count
    var counts = [Double](repeating: 0, count: subsets * width)
    counts[0] = 1
    for subset in 0..<(subsets - 1) {
      let place = subset.nonzeroBitCount + 1
      for (index, rank) in ranks.enumerated() where subset & (1 << index) == 0 {
        let from = subset * width
        let to = (subset | 1 << index) * width + place * rank
        for sum in 0..<(width - place * rank) { counts[to + sum] += counts[from + sum] }
      }
    }
    let last = counts[((subsets - 1) * width + lowest)...]
    let orders = last.reduce(0, +)
    return Sums(lowest: lowest, shares: last.map { $0 / orders })
  }
}
