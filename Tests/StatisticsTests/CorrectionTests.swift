import Testing

@testable import Statistics

@Suite struct CorrectionTests {
  @Test func agreeWithStatsmodels() throws {
    for golden in try GoldenTests.load().corrections {
      for (corrected, expected) in [
        (PValueCorrection.holm(golden.values), golden.holm),
        (PValueCorrection.benjaminiHochberg(golden.values), golden.benjaminiHochberg),
      ] {
        #expect(corrected.count == expected.count)
        for (value, other) in zip(corrected, expected) {
          expectClose(value, other, "of \(golden.values.count)")
        }
      }
      let reversed: [Double] = golden.values.reversed()
      #expect(PValueCorrection.holm(reversed) == PValueCorrection.holm(golden.values).reversed())
    }
  }
}
