import Testing

@testable import Report

@Suite struct NumberStyleTests {
  @Test(arguments: [
    ([0.412, 0.2], [0.013, 0.02, 0.009], "0.412"),
    ([0.412, 1.0], [], "0.412"),
    ([0.412], [0.13], "0.41"),
    ([0.412], [0.000_2], "0.41200"),
    ([0.412], [1e-9], "0.412000"),
    ([0.412], [3], "0.41"),
    ([0], [], "0.412"),
    ([41.2, 56.03], [1.3], "0.4"),
    ([1200], [], "0"),
  ])
  func decimalsFollowTheIntervals(means: [Double], halfWidths: [Double], text: String) {
    #expect(NumberStyle(means: means, halfWidths: halfWidths).text(0.412) == text)
  }

  @Test func verySmallAndLargeNumbersHaveAUnit() {
    let small = NumberStyle(means: [2.5e-7, 1e-8], halfWidths: [2e-9])
    #expect(small.unit == "in units of 1e-7")
    #expect(small.text(2.5e-7) == "2.500" && small.text(1e-8) == "0.100")
    let large = NumberStyle(means: [1.5e12], halfWidths: [])
    #expect(large.unit == "in units of 1e12" && large.text(1.5e12) == "1.50")
    for extreme in [Double.leastNonzeroMagnitude, 1.7e308] {
      let text = NumberStyle(means: [extreme], halfWidths: [extreme]).text(extreme)
      #expect(Double(text) != nil && text.count < 40)
    }
  }

  @Test func signsAreHonest() {
    let style = NumberStyle(decimals: 3, exponent: 0)
    #expect(style.text(0.031, signed: true) == "+0.031")
    #expect(style.text(-0.031, signed: true) == "-0.031")
    #expect(style.text(-0.000_4, signed: true) == "0.000")
    #expect(style.text(0.000_4, signed: true) == "0.000")
  }

  /// One learning rate at which training diverges leaves the other rows readable.
  @Test func whatIsFarAwayHasNoSay() {
    let means = [0.31, 0.42, 0.53, 0.64, 3.0399e62]
    let style = NumberStyle(means: means, halfWidths: [0.011, 0.012, 0.013, 0.014, 1e62])
    #expect(style == NumberStyle(means: Array(means.dropLast()), halfWidths: [0.013]))
    #expect(style.text(0.42) == "0.420" && style.text(3.0399e62) == "3.04e+62")
    #expect(style.text(-3.0399e62, signed: true) == "-3.04e+62")
    #expect(style.text(3.0399e62, signed: true) == "+3.04e+62")
    // Large ones among their like are not far away.
    let large = NumberStyle(means: [1e12, 3e12, 2e12, 1e-3], halfWidths: [])
    #expect(large.unit == "in units of 1e12" && large.text(3e12).hasPrefix("3.0"))
    #expect(NumberStyle(means: [0.5, 0, 0, 0], halfWidths: []).text(0.5) == "0.500")
  }
}
