import Testing

@testable import Commands

@Suite struct RateHistoryTests {
  @Test func ratesAreThoseOfTheSpansThatAreOver() {
    var history = RateHistory()
    #expect(history.rates(width: 10).isEmpty && history.peak == 0)
    for (second, done) in [(0.2, 1), (0.9, 4), (1.5, 5), (2.1, 9), (3.4, 9), (4, 20)] {
      history.observe(elapsed: second, done: done)
    }
    // Seconds 0, 1, 2 and 3; the fifth is under way.
    #expect(history.rates(width: 10) == [4, 1, 4, 0])
    #expect(history.rates(width: 2) == [2.5, 2])
    #expect(history.rates(width: 3) == [2.5, 2])
    #expect(history.rates(width: 1) == [2.25])
    #expect(history.rates(width: 0).isEmpty)
    #expect(history.peak == 4)
  }

  @Test func aLongSessionKeepsItsCourse() {
    var history = RateHistory()
    for second in 0...10_000 { history.observe(elapsed: Double(second), done: 3 * second) }
    #expect(history.span == 128)
    let rates = history.rates(width: 60)
    #expect(rates.count <= 60 && rates.count > 30)
    // The very first observation has nothing to count.
    #expect(rates.dropFirst().allSatisfy { abs($0 - 3) < 0.01 })
    #expect(abs(history.peak - 3) < 0.05)
  }

  @Test func timeThatStandsStillOrCountsThatFallDoNoHarm() {
    var history = RateHistory()
    history.observe(elapsed: 5, done: 10)
    history.observe(elapsed: 5, done: 8)
    history.observe(elapsed: 7, done: 12)
    #expect(history.rates(width: 100).reduce(0, +) == 10)
  }
}
