/// Spearman's rank correlation.
package enum Spearman {
  /// Up to this many pairs the p value is exact.
  package static let exactLimit = 9

  /// Tests whether x and y are ordered alike; the statistic is ρ, Pearson's correlation of the ranks,
  /// equal values sharing the mean of theirs (`scipy.stats.spearmanr`).
  ///
  /// Up to `exactLimit` pairs the p value counts all n! orders of y against x, ties included: the share
  /// with a ρ at least as far from 0 (`scipy.stats.permutation_test(permutation_type="pairings")`).
  /// Beyond it is that of t = ρ √((n−2)/(1−ρ²)) with n − 2 degrees of freedom, as in scipy.
  ///
  /// `nil` for n < 2, where x or y is all equal (ρ does not exist), with a NaN or an infinity among
  /// them. With n = 2, ρ is ±1 and the two-sided p value 1.
  ///
  /// - Precondition: `x` and `y` are as many.
  /// - Complexity: O(n!) up to `exactLimit` (about 2 ms), O(n log n) beyond.
  package static func test(
    _ x: [Double], _ y: [Double], alternative: Alternative = .twoSided
  ) -> TestOutcome? {
    precondition(x.count == y.count, "\(x.count) values against \(y.count)")
    let n = x.count
    guard n >= 2, x.allSatisfy(\.isFinite), y.allSatisfy(\.isFinite) else { return nil }
    // Doubled ranks less their mean, n + 1: integers, so that sums of products are exact.
    let first = MidRanks.doubled(x).map { $0 - (n + 1) }
    let second = MidRanks.doubled(y).map { $0 - (n + 1) }
    let squares = (sumOfProducts(first, first), sumOfProducts(second, second))
    guard squares.0 > 0, squares.1 > 0 else { return nil }
    let product = sumOfProducts(first, second)
    let scale = Double(squares.0).squareRoot() * Double(squares.1).squareRoot()
    let rho = squares.0 == squares.1 ? Double(product) / Double(squares.0) : Double(product) / scale
    if n <= exactLimit {
      let pValue = exact(first, second, observed: product, alternative)
      return TestOutcome(statistic: rho, pValue: pValue, count: n, basis: .exact)
    }
    let distribution = StudentT(degreesOfFreedom: Double(n - 2))
    let left = (1 - rho) * (1 + rho)
    let t = left > 0 ? rho * (Double(n - 2) / left).squareRoot() : rho * .infinity
    let above = t.isFinite ? distribution.upperTail(t) : (t > 0 ? 0 : 1)
    let below = t.isFinite ? distribution.upperTail(-t) : (t > 0 ? 1 : 0)
    return TestOutcome(
      statistic: rho, pValue: alternative.pValue(below: below, above: above), count: n,
      basis: .asymptotic)
  }

  private static func sumOfProducts(_ left: [Int], _ right: [Int]) -> Int {
    zip(left, right).reduce(0) { $0 + $1.0 * $1.1 }
  }

  /// The share of the orders of `second` that are at least as far out, by Heap's algorithm: each order
  /// is one exchange away from the last.
  private static func exact(
    _ first: [Int], _ second: [Int], observed: Int, _ alternative: Alternative
  ) -> Double {
    var order = second
    var product = sumOfProducts(first, order)
    var hits = 0
    var count = 0
    func visit() {
      count += 1
      let isHit =
        switch alternative {
        case .twoSided: product.magnitude >= observed.magnitude
        case .less: product <= observed
        case .greater: product >= observed
        }
      if isHit { hits += 1 }
    }
    func exchange(_ i: Int, _ j: Int) {
      product -= (first[i] - first[j]) * (order[i] - order[j])
      order.swapAt(i, j)
    }
    var counters = [Int](repeating: 0, count: order.count)
    visit()
    var level = 1
    while level < order.count {
      if counters[level] < level {
        exchange(level.isMultiple(of: 2) ? 0 : counters[level], level)
        visit()
        counters[level] += 1
        level = 1
      } else {
        counters[level] = 0
        level += 1
      }
    }
    return Double(hits) / Double(count)
  }
}
