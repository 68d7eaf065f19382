import Keys

/// The sign-flip permutation test on the differences of pairs.
package enum SignFlip {
  /// Up to this many differences every arrangement of signs is counted.
  package static let exactLimit = 32
  /// Beyond, so many random arrangements are.
  package static let arrangements = 99_999

  /// Tests whether `differences` are symmetric about 0, by their mean: under the null hypothesis each
  /// could as well have had the other sign (Fisher, The Design of Experiments (1935) §21;
  /// `scipy.stats.permutation_test(permutation_type="samples")`).
  ///
  /// The statistic is the mean. Up to `exactLimit` all 2ⁿ sums are counted, by two halves of sorted
  /// sums; beyond, seeded random signs, with the observed arrangement counted in, so that p is never 0
  /// (Phipson and Smyth 2010). Sums that differ by less than 10⁻¹² of Σ|d| are equal: rounding must
  /// not decide. The two-sided p value counts |sum| ≥ |observed|.
  ///
  /// Zeros stay in and change nothing. All zeros: p = 1. Equal nonzero differences have the smallest
  /// p value, 2/2ⁿ. `nil` for n = 0 and with a NaN or an infinity among them; n = 1 gives a two-sided
  /// p of 1, n = 2 at least 1/2.
  ///
  /// - Complexity: O(2^(n/2) n) up to `exactLimit`, O(`arrangements` · n) beyond.
  package static func test(
    _ differences: [Double], alternative: Alternative = .twoSided, seed: UInt64 = 0
  ) -> TestOutcome? {
    guard let moments = CentralMoments(of: differences) else { return nil }
    let n = differences.count
    let largest = differences.reduce(0) { max($0, $1.magnitude) }
    func outcome(_ pValue: Double, _ basis: TestOutcome.Basis) -> TestOutcome {
      TestOutcome(statistic: moments.mean, pValue: pValue, count: n, basis: basis)
    }
    // A power of two is divided out, so that sums stay in range and equal ones stay equal.
    let down = Double(
      sign: .plus, exponent: min(max(-largest.exponentOrZero, -1000), 1000), significand: 1)
    let scaled = differences.map { $0 * down }.sorted()
    let reach = scaled.reduce(0) { $0 + $1.magnitude }
    let tolerance = 1e-12 * reach
    let observed = scaled.reduce(0, +)
    // P(sum ≤ s) is P(sum ≥ −s): the distribution is symmetric.
    let threshold =
      switch alternative {
      case .twoSided: observed.magnitude
      case .greater: observed
      case .less: -observed
      }
    if alternative == .twoSided, threshold <= tolerance { return outcome(1, .exact) }
    let sides = alternative == .twoSided ? 2.0 : 1
    if n <= exactLimit {
      let hits = countOfSums(scaled.map(\.magnitude), atLeast: threshold - tolerance)
      return outcome(sides * Double(hits) / Double(1 << n), .exact)
    }
    let hits = randomHits(
      scaled, atLeast: threshold - tolerance, bothSides: alternative == .twoSided,
      stream: RandomStream(seed: seed, purpose: RandomPurpose("sign flip")))
    return outcome(
      Double(1 + hits) / Double(1 + arrangements), .monteCarlo(arrangements: arrangements))
  }

  /// How many of the 2ⁿ sums ±x₁ ± … ± xₙ reach the threshold.
  private static func countOfSums(_ values: [Double], atLeast threshold: Double) -> Int {
    func sums(_ part: ArraySlice<Double>) -> [Double] {
      part.reduce([0]) { sums, value in sums.map { $0 - value } + sums.map { $0 + value } }.sorted()
    }
    let left = sums(values[..<(values.count / 2)])
    let right = sums(values[(values.count / 2)...])
    var count = 0
    // As the left sum grows, the first right sum that suffices moves down.
    var first = right.count
    for sum in left {
      while first > 0, sum + right[first - 1] >= threshold { first -= 1 }
      count += right.count - first
    }
    return count
  }

  private static func randomHits(
    _ values: [Double], atLeast threshold: Double, bothSides: Bool, stream: RandomStream
  ) -> Int {
    var hits = 0
    for arrangement in 0..<arrangements {
      var sum = 0.0
      for block in stride(from: 0, to: values.count, by: 128) {
        let words = stream.words(values.count, 0, arrangement, block / 128)
        for index in block..<min(block + 128, values.count) {
          let place = index - block
          let bit = (words[place >> 5] >> UInt32(place & 31)) & 1
          sum += bit == 0 ? values[index] : -values[index]
        }
      }
      if (bothSides ? sum.magnitude : sum) >= threshold { hits += 1 }
    }
    return hits
  }
}

extension Double {
  /// The binary exponent; 0 for zero, whose own is no number.
  fileprivate var exponentOrZero: Int { self == 0 ? 0 : Int(exponent) }
}
