import Keys
import Testing

@testable import Statistics

@Suite struct TrendTests {
  @Test(arguments: try GoldenTests.load().spearman)
  func spearman(_ golden: GoldenTests.Ranked) {
    let isExact = golden.x.count <= Spearman.exactLimit
    for (alternative, p) in golden.p.all {
      let outcome = Spearman.test(golden.x, golden.y, alternative: alternative)
      expectClose(outcome?.statistic, golden.rho, absolute: 1e-15, "ρ")
      expectClose(outcome?.pValue, p, relative: isExact ? 0 : 1e-10, "p, \(alternative)")
      #expect(outcome?.basis == (isExact ? .exact : .asymptotic))
    }
  }

  @Test func spearmanWithoutOrder() {
    #expect(Spearman.test([], []) == nil)
    #expect(Spearman.test([1], [2]) == nil)
    #expect(Spearman.test([1, 1, 1], [1, 2, 3]) == nil)
    #expect(Spearman.test([1, 2, .nan], [1, 2, 3]) == nil)
    let x = (0..<20).map(Double.init)
    let rising = Spearman.test(x, x.map { $0 * $0 })
    #expect(rising?.statistic == 1 && rising?.pValue == 0)
    let falling = Spearman.test(x, x.map { -$0 }, alternative: .greater)
    #expect(falling?.statistic == -1 && falling?.pValue == 1)
  }

  /// The pairs' order, and any rising map of either side, change nothing.
  @Test func spearmanProperties() {
    let stream = RandomStream(seed: 3, purpose: RandomPurpose("test"))
    for round in 0..<40 {
      var generator = stream.generator(round)
      let pairs = (0..<(3 + generator.below(12))).map { _ in
        (Double(generator.below(9)), Double(generator.below(9)))
      }
      let outcome = Spearman.test(pairs.map(\.0), pairs.map(\.1))
      let shuffled = pairs.shuffled(using: &generator)
      #expect(Spearman.test(shuffled.map(\.0), shuffled.map { $0.1 * $0.1 * 3 - 8 }) == outcome)
    }
  }

  @Test(arguments: try GoldenTests.load().page)
  func page(_ golden: GoldenTests.Trend) {
    let outcome = PageTrend.test(rows: golden.rows)
    #expect(outcome?.statistic == golden.statistic)
    expectClose(outcome?.pValue, golden.p, "p")
    #expect(outcome?.basis == (golden.exact ? .exact : .asymptotic))
    // The other way round, and rows in another order.
    let mirrored = PageTrend.test(rows: golden.rows.map { $0.map { -$0 } }, alternative: .less)
    expectClose(mirrored?.pValue, golden.p, "p of the mirrored rows")
    #expect(PageTrend.test(rows: golden.rows.reversed())?.pValue == outcome?.pValue)
  }

  @Test func pageWithoutOrder() {
    #expect(PageTrend.test(rows: []) == nil)
    #expect(PageTrend.test(rows: [[1], [2]]) == nil)
    #expect(PageTrend.test(rows: [[1, 1], [2, 2]]) == nil)
    #expect(PageTrend.test(rows: [[1, .nan]]) == nil)
    #expect(PageTrend.test(rows: [[1, 2]])?.pValue == 0.5)
    #expect(PageTrend.test(rows: [[1, 2], [4, 4]])?.pValue == 0.5)
    #expect(PageTrend.test(rows: [[1, 2], [1, 2]], alternative: .twoSided)?.pValue == 0.5)
  }

  /// Exact and normal p values meet where there are many rows.
  @Test func pageMeetsItsLimit() throws {
    var generator = RandomStream(seed: 8, purpose: RandomPurpose("test")).generator(0)
    let rows = (0..<64).map { _ in (0..<5).map { Double($0) * 0.02 + generator.unit() } }
    let exact = try #require(PageTrend.test(rows: rows))
    let normal = try #require(PageTrend.test(rows: rows + [[1, 1, 1, 1, 1]]))
    #expect(exact.basis == .exact && normal.basis == .asymptotic)
    #expect((exact.pValue - normal.pValue).magnitude < 0.005)
  }

  @Test func slopes() throws {
    for golden in try GoldenTests.load().slopes {
      expectClose(
        Slope.leastSquares(x: golden.x, y: golden.y), golden.slope, absolute: 1e-14, "slope")
      expectClose(
        Slope.leastSquares(x: golden.x.reversed(), y: golden.y.reversed()), golden.slope,
        absolute: 1e-14, "slope of the reversed points")
    }
    #expect(Slope.leastSquares(x: [], y: []) == nil)
    #expect(Slope.leastSquares(x: [1], y: [1]) == nil)
    #expect(Slope.leastSquares(x: [1, 1], y: [1, 2]) == nil)
    #expect(Slope.leastSquares(x: [1, 2], y: [1, .nan]) == nil)
  }
}
