import Testing

@testable import Statistics

@Suite struct VarianceDecompositionTests {
  @Test(arguments: try GoldenTests.load().decomposition)
  func agreesWithStatsmodels(_ golden: GoldenTests.Decomposition) throws {
    let parts = try #require(VarianceDecomposition(golden.values, levels: golden.levels))
    // A common offset of 10⁶ takes six digits of the values themselves.
    let allowed = golden.name == "offset" ? 1e-8 : 1e-10
    for (axis, (sum, degrees)) in zip(parts.axes, zip(golden.sums, golden.degrees)) {
      expectClose(axis.sumOfSquares, sum, relative: allowed, "sum of squares")
      expectClose(axis.share, sum / golden.total, relative: allowed, "share")
      #expect(axis.degreesOfFreedom == degrees)
    }
    expectClose(parts.total, golden.total, relative: allowed, "total")
    expectClose(parts.residual, golden.residual, relative: allowed, "residual")
    #expect(parts.residualDegreesOfFreedom == golden.residualDegrees)
    #expect(parts.isBalanced == golden.balanced)
    if golden.balanced {
      let sum = parts.axes.reduce(parts.residualShare) { $0 + $1.share }
      expectClose(sum, 1, relative: 1e-12, "all shares")
    }

    // The order of the observations does not matter.
    let order = Array(golden.values.indices.reversed())
    let reversed = VarianceDecomposition(
      order.map { golden.values[$0] }, levels: golden.levels.map { axis in order.map { axis[$0] } })
    #expect(reversed == parts)
  }

  @Test func axesThatSayNothing() throws {
    let values = [1.0, 2, 4, 3, 5, 9]
    let parts = try #require(
      VarianceDecomposition(
        values, levels: [[0, 0, 0, 0, 0, 0], [0, 1, 2, 0, 1, 2], [2, 0, 1, 2, 0, 1]]))
    #expect(parts.axes[0].share == 0 && parts.axes[0].degreesOfFreedom == 0)
    // The second and the third axis determine each other: neither adds to the other.
    #expect(parts.axes[1].share < 1e-12 && parts.axes[1].degreesOfFreedom == 0)
    #expect(parts.axes[2].degreesOfFreedom == 0 && parts.residualDegreesOfFreedom == 3)
    let single = try #require(VarianceDecomposition(values, levels: [[0, 1, 2, 3, 4, 5]]))
    expectClose(single.axes[0].share, 1, relative: 1e-12, "one level each")
    #expect(single.residualDegreesOfFreedom == 0)
  }

  @Test func withoutVariance() {
    #expect(VarianceDecomposition([], levels: [[]]) == nil)
    #expect(VarianceDecomposition([1], levels: [[0]]) == nil)
    #expect(VarianceDecomposition([2, 2, 2], levels: [[0, 1, 1]]) == nil)
    #expect(VarianceDecomposition([2, .nan, 2], levels: [[0, 1, 1]]) == nil)
    #expect(VarianceDecomposition([2, 3], levels: [])?.residualShare == 1)
  }
}
