/// The number of heads among n throws of a fair coin.
enum FairCoin {
  /// P(X ≤ k) and P(X = k), summed from the largest term outward.
  ///
  /// - Precondition: `0 ≤ k ≤ n / 2`.
  /// - Complexity: O(k), less where the terms vanish.
  static func lowerTail(_ k: Int, of n: Int) -> (tail: Double, term: Double) {
    precondition(k >= 0 && 2 * k <= n, "the lower tail of \(k) among \(n)")
    let first = BinomialTerm.value(Double(k), Double(n - k), x: 0.5, y: 0.5)
    var term = first
    var sum = CompensatedSum()
    sum.add(term)
    var index = k
    while index > 0, term > sum.value * 0x1p-60 {
      term *= Double(index) / Double(n - index + 1)
      sum.add(term)
      index -= 1
    }
    return (sum.value, first)
  }
}
