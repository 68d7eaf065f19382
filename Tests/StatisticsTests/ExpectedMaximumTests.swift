import Testing

@testable import Statistics

@Suite struct ExpectedMaximumTests {
  @Test func ofNormalDraws() throws {
    for golden in try GoldenTests.load().expectedMaximum.normal {
      expectClose(
        ExpectedMaximum.ofNormal(golden.n), golden.value, relative: 1e-12, "of \(golden.n)")
    }
    #expect(ExpectedMaximum.ofNormal(0) == nil)
    #expect(((ExpectedMaximum.ofNormal(16) ?? 0) - 1.766).magnitude < 5e-4)
  }

  @Test func ofSamples() throws {
    for golden in try GoldenTests.load().expectedMaximum.samples {
      expectClose(
        ExpectedMaximum.of(golden.values, draws: golden.draws), golden.value, relative: 1e-12,
        absolute: 1e-14, "\(golden.draws) draws of \(golden.values.count)")
      let shuffled: [Double] = golden.values.reversed()
      #expect(
        ExpectedMaximum.of(shuffled, draws: golden.draws)
          == ExpectedMaximum.of(golden.values, draws: golden.draws))
    }
    #expect(ExpectedMaximum.of([], draws: 1) == nil)
    #expect(ExpectedMaximum.of([1], draws: 0) == nil)
    #expect(ExpectedMaximum.of([1, .nan], draws: 1) == nil)
    #expect(ExpectedMaximum.of([0.1, 0.1, 0.1], draws: 7) == 0.1)
  }
}
