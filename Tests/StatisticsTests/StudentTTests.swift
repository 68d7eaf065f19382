import Testing

@testable import Statistics

@Suite struct StudentTTests {
  @Test func quantilesAgreeWithFiftyDigitArithmetic() throws {
    var worst = 0.0
    for golden in try GoldenStatistics.load().quantiles {
      let t = StudentT(degreesOfFreedom: golden.degrees)
        .criticalValue(twoSidedTail: golden.tail)
      let error = (t / golden.t - 1).magnitude
      worst = max(worst, error)
      #expect(error <= 1e-12, "ν = \(golden.degrees), tail \(golden.tail): \(t), \(golden.t)")
    }
    print("worst relative error of a t quantile: \(worst)")
  }

  /// ν = 1 and ν = 2 have closed forms (Cauchy; t = q √(2 / (1 − q²)) with q = 1 − tail).
  @Test func closedForms() {
    for tail in stride(from: 0.01, to: 1, by: 0.01) {
      let inside = 1 - tail
      let two = StudentT(degreesOfFreedom: 2).criticalValue(twoSidedTail: tail)
      let expected = inside * (2 / (tail * (2 - tail))).squareRoot()
      #expect((two / expected - 1).magnitude < 1e-12)
      let (outside, share) = StudentT(degreesOfFreedom: 2).shares(two)
      #expect((outside - tail).magnitude < 1e-14 && (share - inside).magnitude < 1e-14)
    }
  }

  // The two continued fractions meet at t = 1. Across it the difference quotient of the shares
  // must stay the density.
  @Test func sidesMeet() {
    for degrees in [0.5, 1, 2, 3, 16, 1e3, 1e6, 1e9] {
      let distribution = StudentT(degreesOfFreedom: degrees)
      for t in stride(from: 0.95, through: 1.05, by: 0.0005) {
        let step = 1e-4
        let before = distribution.shares(t - step).inside
        let after = distribution.shares(t + step).inside
        let slope = (after - before) / (2 * step)
        #expect((slope / (2 * distribution.density(t)) - 1).magnitude < 1e-6, "\(degrees) \(t)")
      }
    }
  }

  @Test func extremeTailsHaveQuantiles() {
    for degrees in [0.5, 1, 3, 50, 1e6] {
      var last = 0.0
      for tail in [0.999_999, 0.5, 1e-3, 1e-12, 1e-100] {
        let t = StudentT(degreesOfFreedom: degrees).criticalValue(twoSidedTail: tail)
        #expect(t.isFinite && t > last, "ν = \(degrees), tail \(tail)")
        last = t
      }
    }
  }
}
