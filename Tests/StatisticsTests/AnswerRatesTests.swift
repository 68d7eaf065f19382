import Testing

@testable import Statistics

@Suite struct AnswerRatesTests {
  /// By enumeration: the share of the k-element subsets of n samples that hold a right one.
  private func enumerated(_ k: Int, samples n: Int, correct c: Int) -> Double {
    var hits = 0
    var all = 0
    for subset in 0..<(1 << n) where subset.nonzeroBitCount == k {
      all += 1
      // The right samples are the first c.
      if subset & ((1 << c) - 1) != 0 { hits += 1 }
    }
    return Double(hits) / Double(all)
  }

  @Test func agreesWithEnumeration() {
    for n in 1...10 {
      for k in 1...n {
        for c in 0...n {
          let expected = enumerated(k, samples: n, correct: c)
          let value = AnswerRates.passAt(k, samples: n, correct: c)
          #expect(abs(value - expected) < 1e-14, "pass@\(k) of \(c) among \(n)")
        }
      }
    }
  }

  @Test func staysInRangeForManySamples() {
    #expect(AnswerRates.passAt(1, samples: 100_000, correct: 25_000).isApproximately(0.25))
    // (1 − 1/1000)^64 would be the estimate with replacement.
    let value = AnswerRates.passAt(64, samples: 1000, correct: 1)
    #expect(value.isApproximately(0.064))
    #expect(AnswerRates.passAt(64, samples: 1000, correct: 0) == 0)
    #expect(AnswerRates.passAt(64, samples: 1000, correct: 937) == 1)
  }
}

extension Double {
  fileprivate func isApproximately(_ other: Double) -> Bool {
    abs(self - other) < 1e-12
  }
}
