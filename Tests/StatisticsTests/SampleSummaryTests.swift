import Keys
import Testing

@testable import Statistics

@Suite struct SampleSummaryTests {
  private static func figures(_ summary: SampleSummary) -> [(name: String, value: Double?)] {
    [
      ("n", Double(summary.count)), ("mean", summary.mean), ("variance", summary.variance),
      ("std", summary.standardDeviation), ("stderr", summary.standardError),
      ("skewness", summary.skewness), ("skewness_stderr", summary.skewnessError),
      ("min", summary.minimum), ("q25", summary.lowerQuartile), ("median", summary.median),
      ("q75", summary.upperQuartile), ("max", summary.maximum),
      ("iqr", summary.interquartileRange), ("iqm", summary.interquartileMean),
      ("g1", summary.populationSkewness), ("kurtosis", summary.excessKurtosis),
    ]
  }

  @Test(arguments: try GoldenStatistics.load().samples)
  func agreesWithExactArithmetic(_ sample: GoldenStatistics.Sample) {
    var summarizer = Summarizer()
    let summary = summarizer.summary(of: sample.values)
    let interval = ConfidenceInterval.studentT(of: sample.values)
    let limits = [("ci_low", interval?.low), ("ci_high", interval?.high)]
    for (name, value) in Self.figures(summary) + limits {
      let expected = sample.expected[name] ?? nil
      guard let expected, let value else {
        #expect(value == expected, "\(name) of “\(sample.name)”")
        continue
      }
      // A shape near zero is what is left of large powers that cancel: its error is absolute.
      let isShape = ["skewness", "g1", "kurtosis"].contains(name)
      var allowed = 1e-12 * max(expected.magnitude, isShape ? 1 : 0)
      // A difference of two quartiles has their rounding.
      if name == "iqr" { allowed += 2 * (summary.upperQuartile?.ulp ?? 0) }
      // Subnormal numbers have fewer digits to agree in, and t multiplies their rounding.
      let error = (value - expected).magnitude
      #expect(
        error <= allowed + 4 * .leastNonzeroMagnitude,
        "\(name) of “\(sample.name)”: \(value), expected \(expected)")
    }
  }

  @Test func emptySampleSaysNothing() {
    var summarizer = Summarizer()
    #expect(summarizer.summary(of: []) == SampleSummary())
  }

  @Test func missingFiguresFollowTheTable() {
    var summarizer = Summarizer()
    let one = summarizer.summary(of: [0.4])
    #expect(one.mean == 0.4 && one.median == 0.4 && one.maximum == 0.4)
    #expect(one.variance == nil && one.standardError == nil && one.interval == nil)
    #expect(one.skewness == nil && one.skewnessError == nil)

    let two = summarizer.summary(of: [0.4, 0.5])
    #expect(two.variance != nil && two.interval != nil)
    #expect(two.skewness == nil && two.skewnessError == nil)

    let equal = summarizer.summary(of: Array(repeating: 0.1, count: 7))
    #expect(equal.mean == 0.1 && equal.variance == 0 && equal.standardError == 0)
    #expect(equal.skewness == nil && equal.skewnessError == nil && equal.interval == nil)
  }

  @Test func varianceBeyondTheRangeIsMissing() {
    var summarizer = Summarizer()
    let summary = summarizer.summary(of: [1e200, 3e200])
    #expect(summary.variance == nil)
    #expect(summary.standardDeviation != nil && summary.mean == 2e200)
  }

  /// Order must not matter at all, a shift moves only the figures of place, a power of two scales
  /// exactly.
  @Test func orderShiftAndScale() {
    let stream = RandomStream(seed: 7, purpose: RandomPurpose("summary property"))
    var summarizer = Summarizer()
    for round in 0..<300 {
      var generator = stream.generator(round)
      let values = (0..<(2 + generator.below(40))).map { _ in
        Double(generator.below(1 << 20)) * 0x1p-10
      }
      let summary = summarizer.summary(of: values)
      #expect(summarizer.summary(of: values.shuffled(using: &generator)) == summary)
      #expect(summarizer.summary(of: values.reversed()) == summary)

      let scaled = summarizer.summary(of: values.map { $0 * 0x1p40 })
      #expect(scaled.mean == summary.mean.map { $0 * 0x1p40 })
      #expect(scaled.variance == summary.variance.map { $0 * 0x1p80 })
      #expect(scaled.skewness == summary.skewness)

      let mirrored = summarizer.summary(of: values.map { -$0 })
      #expect(close(mirrored.skewness, summary.skewness.map { -$0 }))
      #expect(mirrored.minimum == summary.maximum.map { -$0 })

      // The shifted values are exact: 20 bits below 2^10, 2^30 above.
      let shifted = summarizer.summary(of: values.map { $0 + 0x1p30 })
      #expect(close(shifted.variance, summary.variance))
      #expect(close(shifted.skewness, summary.skewness))
      #expect(shifted.median == summary.median.map { $0 + 0x1p30 })

      let ordered = [
        summary.minimum, summary.lowerQuartile, summary.median, summary.upperQuartile,
        summary.maximum,
      ].compactMap(\.self)
      #expect(ordered == ordered.sorted() && ordered.count == 5)
    }
  }

  private func close(_ left: Double?, _ right: Double?) -> Bool {
    guard let left, let right else { return left == right }
    return (left - right).magnitude <= 1e-12 * max(1, right.magnitude)
  }
}
