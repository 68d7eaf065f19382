import Testing

@testable import Statistics

@Suite struct DistributionTests {
  @Test func normalSharesAgreeWithFiftyDigits() throws {
    for golden in try GoldenTests.load().normal.shares {
      let what = "Φ(\(golden.z))"
      expectClose(Normal.lowerTail(golden.z), golden.lower, relative: 1e-12, what)
      expectClose(Normal.upperTail(golden.z), golden.upper, relative: 1e-12, what)
      let both = 2 * min(golden.lower, golden.upper)
      expectClose(Normal.twoSidedTail(golden.z), both, relative: 1e-12, what)
    }
  }

  @Test func normalQuantilesAgreeWithFiftyDigits() throws {
    for golden in try GoldenTests.load().normal.quantiles {
      expectClose(
        Normal.quantile(golden.share), golden.z, relative: 1e-12, absolute: 1e-300,
        "the \(golden.share) quantile")
    }
  }

  @Test func normalQuantileInvertsTheShare() {
    for index in 1..<2000 {
      let share = Double(index) / 2000
      expectClose(
        Normal.lowerTail(Normal.quantile(share)), share, relative: 1e-14, "share \(share)")
    }
    for exponent in stride(from: -3.0, through: -1000, by: -7) {
      let share = Double(sign: .plus, exponent: Int(exponent), significand: 1.3)
      let z = Normal.quantile(share)
      // A last digit of z is worth z² of the share's.
      expectClose(Normal.lowerTail(z), share, relative: 4e-16 * (4 + z * z), "share \(share)")
    }
  }

  @Test func fTailsAgreeWithFiftyDigits() throws {
    for golden in try GoldenTests.load().f {
      expectClose(
        FisherF(golden.low, golden.high).upperTail(golden.f), golden.upper, relative: 1e-12,
        "F(\(golden.low), \(golden.high)) beyond \(golden.f)")
    }
  }

  /// With one degree of freedom above, F is the square of t.
  @Test func fIsTheSquareOfT() {
    for degrees in [1.0, 2, 7, 15, 200, 1e5] {
      for t in [0.01, 0.5, 1, 2.2, 9, 60] {
        let expected = StudentT(degreesOfFreedom: degrees).twoSidedTail(t)
        guard expected > 1e-290 else { continue }
        expectClose(
          FisherF(1, degrees).upperTail(t * t), expected, relative: 1e-11, "\(degrees), \(t)")
      }
    }
  }

  @Test func oneSidedTailsOfT() {
    let t = StudentT(degreesOfFreedom: 3)
    #expect(t.upperTail(0) == 0.5)
    #expect((t.upperTail(-1.5) + t.upperTail(1.5) - 1).magnitude < 1e-15)
    #expect(t.twoSidedTail(-1.5) == 2 * t.upperTail(1.5))
  }

  @Test func coinTailsSumToOne() {
    for n in [1, 2, 5, 40, 1001] {
      for k in 0...(n / 2) {
        // Naive twin: from the term at 0, by the ratio of neighbours.
        var term = Double(sign: .plus, exponent: -n, significand: 1)
        var sum = term
        guard n < 1000 else { continue }
        for index in 0..<k {
          term *= Double(n - index) / Double(index + 1)
          sum += term
        }
        let (tail, last) = FairCoin.lowerTail(k, of: n)
        expectClose(tail, sum, relative: 1e-12, "at most \(k) of \(n)")
        expectClose(last, term, relative: 1e-12, "\(k) of \(n)")
      }
    }
    expectClose(
      FairCoin.lowerTail(500, of: 1001).tail, 0.5, relative: 1e-12, "half of an odd number")
  }
}
