import Testing

@testable import Report

@Suite struct AxisTests {
  private func labels(_ low: Double, _ high: Double, _ count: Int) -> [String] {
    Ticks.linear(low: low, high: high, count: count).ticks.compactMap { $0.label?.text }
  }

  @Test func ticksAreNiceNumbers() {
    #expect(labels(0, 1, 5) == ["0.0", "0.2", "0.4", "0.6", "0.8", "1.0"])
    #expect(labels(0.493, 0.612, 6) == ["0.50", "0.52", "0.54", "0.56", "0.58", "0.60"])
    #expect(labels(-0.12, 0.31, 5) == ["−0.1", "0.0", "0.1", "0.2", "0.3"])
    #expect(labels(0, 12, 7) == ["0", "2", "4", "6", "8", "10", "12"])
    #expect(labels(0, 97, 4) == ["0", "25", "50", "75"])
    #expect(labels(900, 1300, 4) == ["900", "1000", "1100", "1200", "1300"])
  }

  @Test func largeAndSmallNumbersAreGivenInPowersOfTen() {
    let small = Ticks.linear(low: 0, high: 3e-7, count: 3)
    #expect(small.exponent == -7)
    #expect(small.ticks.map(\.label?.text) == ["0", "1", "2", "3"])
    #expect(Ticks.linear(low: 0, high: 157_248, count: 4).exponent == 5)
  }

  @Test func scalesThatHaveNoTicksAreNoFault() {
    for (low, high) in [
      (0.0, .leastNonzeroMagnitude), (-1e308, 1.7e308), (1, 1.0.nextUp), (0, .infinity),
    ] {
      for count in [1, 5] { _ = Ticks.linear(low: low, high: high, count: count) }
    }
    for values in [
      [], [0], [0, 0], [.leastNonzeroMagnitude], [-1.7e308, 1.7e308], [1, 1 + 1e-15],
    ] as [[Double]] {
      guard case .linear(let low, let high) = AxisScale(around: values) else {
        Issue.record("not linear")
        continue
      }
      #expect(low < high && (high - low).isFinite, "\(values)")
    }
  }

  @Test func logarithmicTicks() {
    func texts(_ low: Double, _ high: Double, _ count: Int) -> [String] {
      Ticks.logarithmic(low: low, high: high, count: count).compactMap(\.label)
        .map { $0.text + ($0.exponent ?? "") }
    }
    #expect(texts(0.9e-7, 1.1e-3, 7) == ["10−7", "10−6", "10−5", "10−4", "10−3"])
    #expect(texts(0.9e-7, 1.1e-3, 3) == ["10−6", "10−4"])
    #expect(texts(2.9e-4, 2.1e-3, 7) == ["5·10−4", "10−3", "2·10−3"])
  }

  @Test func learningRatesAreLogarithmicAndStepsAreNot() {
    func isLogarithmic(_ values: [Double]) -> Bool {
      if case .logarithmic = AxisScale(forAxis: values, isLogarithmic: nil) { true } else { false }
    }
    #expect(isLogarithmic([1e-7, 2e-7, 5e-7, 1e-6, 1e-5]))
    #expect(!isLogarithmic((1...60).map(Double.init)))
    #expect(!isLogarithmic([0, 1e-5, 1e-4, 1e-3]))
    #expect(!isLogarithmic([3e-4, 1e-3, 2e-3]))
    guard case .linear = AxisScale(forAxis: [0, 1], isLogarithmic: true) else {
      Issue.record("zero has no logarithm")
      return
    }
  }

  @Test func endLabelsKeepTheirDistance() {
    let places = CurvePlot.spread([10, 11, 12, 50, 51], by: 9, from: 0, to: 100)
    #expect(places == [2, 11, 20, 46, 55])
    let low = CurvePlot.spread([95, 96, 97], by: 9, from: 0, to: 100)
    #expect(low == [82, 91, 100])
  }

  @Test func swarmsDoNotOverlap() {
    let heights = [0, 0, 0, 1, 1, 2.5, 9, 9.1].map { Double($0) }
    let shifts = Swarm.shifts(heights, diameter: 2, room: 20)
    for i in heights.indices {
      for j in 0..<i {
        let x = shifts[i] - shifts[j]
        let y = heights[i] - heights[j]
        #expect(x * x + y * y >= 4 - 1e-6)
      }
    }
    #expect(Swarm.shifts([5, 5, 5, 5], diameter: 2, room: 0).allSatisfy { $0 == 0 })
  }

  @Test func coordinatesHaveTwoDecimals() {
    #expect(
      [0, 1, -1, 0.1, 0.05, -0.004, 12.346, 99.999, -7.5].map(Coordinate.text)
        == ["0", "1", "-1", "0.1", "0.05", "0", "12.35", "100", "-7.5"])
  }

  @Test func textIsCutToItsRoom() {
    for text in ["temperature", "σ of 温度", "🙂🙂🙂🙂🙂🙂🙂🙂", "WWWWWWWWWWWW"] {
      let fitted = TextMetrics.fitted(text, size: 7, width: 30)
      #expect(TextMetrics.width(fitted, size: 7) <= 30)
    }
    #expect(
      TextMetrics.lines("mean, 95% interval; n = 16", size: 7, width: 60)
        .allSatisfy { TextMetrics.width($0, size: 7) <= 60 })
  }

  @Test func markupHasNoMeaningLeft() {
    #expect(
      Markup.escaped("<script>alert('x')</script> ]]> & \"\0\u{202E}\u{FFFF}")
        == "&lt;script&gt;alert(&#39;x&#39;)&lt;/script&gt; ]]&gt; &amp; &quot;\\u{0}\\u{202e}"
        + "\\u{ffff}")
  }
}
