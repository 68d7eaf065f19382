import Foundation
import Keys
import Testing

@testable import Statistics

/// Tests/StatisticsTests/Golden/bootstrap.json, made by tools/golden/statistics_bootstrap.py.
struct GoldenBootstrap: Decodable {
  struct Mean: Decodable, CustomTestStringConvertible {
    let name: String
    let values: [Double]
    let bca: [Double]
    let bca99: [Double]
    let percentile: [Double]
    let error: Double
    let bcaOfDeviation: [Double]

    var testDescription: String { name }
  }

  struct Ties: Decodable {
    let values: [Double]
    let bca: [Double]
  }

  struct TwoSamples: Decodable {
    let x: [Double]
    let y: [Double]
    let bca: [Double]
    let error: Double
  }

  struct Grid: Decodable, CustomTestStringConvertible {
    let name: String
    let shape: [Int]
    let values: [Double?]
    let estimate: Double
    let error: Double
    let bca: [Double]
    let percentile: [Double]

    var testDescription: String { name }
    var lattice: Lattice { Lattice(shape: shape, values: values.map { $0 ?? .nan }) }
  }

  struct Large: Decodable, CustomTestStringConvertible {
    let name: String
    let values: [Double]
    let bca: [Double]
    /// The standard deviation of a resample's mean.
    let deviation: Double

    var testDescription: String { name }
  }

  struct Draws: Decodable {
    let factor: Int
    let levels: Int
    let seed: UInt64
    let first: [[Int]]
  }

  let means: [Mean]
  let ties: [Ties]
  let twoSamples: TwoSamples
  let lattices: [Grid]
  let largeSamples: [Large]
  let draws: [Draws]

  static func load() throws -> GoldenBootstrap {
    let file = URL(filePath: #filePath).deletingLastPathComponent()
      .appending(path: "Golden/bootstrap.json")
    return try JSONDecoder().decode(GoldenBootstrap.self, from: Data(contentsOf: file))
  }
}

func expectClose(
  _ interval: ConfidenceInterval?, _ expected: [Double], relative: Double = 1e-10, _ what: String,
  sourceLocation: SourceLocation = #_sourceLocation
) {
  expectClose(
    interval?.low, expected[0], relative: relative, "low, \(what)", sourceLocation: sourceLocation)
  expectClose(
    interval?.high, expected[1], relative: relative, "high, \(what)",
    sourceLocation: sourceLocation)
}

@Suite struct BootstrapTests {
  private static func mean(_ values: [Double]) -> Double {
    CompensatedSum.of(values) / Double(values.count)
  }

  private static func deviation(_ values: [Double]) -> Double? {
    CentralMoments(of: values)?.standardDeviation
  }

  @Test func drawsFollowTheirDefinition() throws {
    for golden in try GoldenBootstrap.load().draws {
      let bootstrap = Bootstrap(count: 3, seed: golden.seed)
      for (resample, first) in golden.first.enumerated() {
        let draws = bootstrap.draws(
          resample: resample, factor: golden.factor, levels: golden.levels)
        #expect(draws.count == golden.levels && Array(draws.prefix(first.count)) == first)
      }
    }
  }

  /// scipy's intervals of the same resamples.
  @Test(arguments: try GoldenBootstrap.load().means)
  func meansAgreeWithScipy(_ golden: GoldenBootstrap.Mean) throws {
    let bootstrap = Bootstrap()
    let general = try #require(bootstrap.distribution(of: golden.values, statistic: Self.mean))
    let lattice = try #require(
      bootstrap.mean(of: Lattice(shape: [golden.values.count], values: golden.values.sorted())))
    for distribution in [general, lattice] {
      expectClose(distribution.bcaInterval(), golden.bca, "BCa")
      expectClose(distribution.bcaInterval(level: 0.99), golden.bca99, "BCa at 99%")
      expectClose(distribution.percentileInterval(), golden.percentile, "percentile")
      expectClose(distribution.standardError, golden.error, "standard error")
    }
    var summarizer = Summarizer()
    let interval = summarizer.summary(of: golden.values).interval
    expectClose(interval, golden.bca, "of the summary")
    #expect(interval?.method == .bca(resamples: 9999) && interval?.level == 0.95)

    let deviations = bootstrap.distribution(of: golden.values, statistic: Self.deviation)
    expectClose(deviations?.bcaInterval(), golden.bcaOfDeviation, "of the standard deviation")
  }

  /// Where resamples have the mean of the sample exactly, rounding must not say which side they are on.
  @Test func tiesWithTheEstimateCountHalf() throws {
    for golden in try GoldenBootstrap.load().ties {
      var summarizer = Summarizer()
      let interval = summarizer.summary(of: golden.values).interval
      expectClose(interval, golden.bca, "\(golden.values)")
      #expect(interval?.method == .bca(resamples: 9999))
      let general = Bootstrap().distribution(of: golden.values, statistic: Self.mean)
      expectClose(general?.bcaInterval(), golden.bca, "general, \(golden.values)")
      // In tenths nothing is exact any more, and nothing may change.
      let tenths = summarizer.summary(of: golden.values.map { $0 / 10 }).interval
      expectClose(tenths?.low, golden.bca[0] / 10, absolute: 1e-15, "tenths of \(golden.values)")
      expectClose(tenths?.high, golden.bca[1] / 10, absolute: 1e-15, "tenths of \(golden.values)")
    }
  }

  @Test func twoSamplesAgreeWithScipy() throws {
    let golden = try GoldenBootstrap.load().twoSamples
    let distribution = try #require(
      Bootstrap().distribution(shape: [golden.x.count, golden.y.count]) { levels in
        Self.mean(levels[0].map { golden.x[$0] }) - Self.mean(levels[1].map { golden.y[$0] })
      })
    expectClose(distribution.bcaInterval(), golden.bca, "difference of means")
    expectClose(distribution.standardError, golden.error, "standard error")
  }

  @Test(arguments: try GoldenBootstrap.load().lattices)
  func gridsAgreeWithTheFormulas(_ golden: GoldenBootstrap.Grid) throws {
    let distribution = try #require(Bootstrap().mean(of: golden.lattice))
    expectClose(distribution.estimate, golden.estimate, "estimate")
    expectClose(distribution.standardError, golden.error, "standard error")
    expectClose(distribution.bcaInterval(), golden.bca, relative: 1e-9, "BCa")
    expectClose(distribution.percentileInterval(), golden.percentile, relative: 1e-9, "percentile")

    // The naive twin: the weighted mean by the general way.
    let lattice = golden.lattice
    let naive = Bootstrap().distribution(shape: golden.shape) { levels in
      var indices = [0]
      for (factor, drawn) in levels.enumerated() {
        indices = indices.flatMap { index in drawn.map { index * golden.shape[factor] + $0 } }
      }
      let values = indices.map { lattice.values[$0] }.filter { !$0.isNaN }
      return values.isEmpty ? nil : Self.mean(values)
    }
    expectClose(naive?.bcaInterval(), golden.bca, relative: 1e-9, "BCa of the naive twin")
  }

  /// The saddlepoint limits of large samples against the exact bootstrap distribution: closer than
  /// the limits of 9,999 resamples, whose standard error is about 0.03 of a standard deviation.
  @Test(arguments: try GoldenBootstrap.load().largeSamples)
  func largeSamples(_ golden: GoldenBootstrap.Large) throws {
    var summarizer = Summarizer()
    let interval = try #require(summarizer.summary(of: golden.values).interval)
    #expect(interval.method == .bcaSaddlepoint)
    let low = (interval.low - golden.bca[0]) / golden.deviation
    let high = (interval.high - golden.bca[1]) / golden.deviation
    print("saddlepoint, \(golden.name): off by \(low) and \(high) standard deviations")
    #expect(low.magnitude < 0.025 && high.magnitude < 0.025)
  }

  @Test func methodFollowsTheSize() {
    var generator = RandomStream(seed: 4, purpose: RandomPurpose("test")).generator(0)
    let values = (0..<5000).map { _ in generator.unit() }
    func method(_ values: [Double]) -> ConfidenceInterval.Method? {
      var summarizer = Summarizer()
      return summarizer.summary(of: values).interval?.method
    }
    #expect(method([]) == nil && method([1]) == nil && method([1, 1, 1]) == nil)
    #expect(method(Array(repeating: 0.1, count: 20)) == nil)
    #expect(method(Array(values.prefix(2))) == .studentT)
    #expect(method(Array(values.prefix(7))) == .studentT)
    #expect(method(Array(values.prefix(8))) == .bca(resamples: 9999))
    #expect(method(Array(values.prefix(40))) == .bca(resamples: 9999))
    #expect(method(Array(values.prefix(41))) == .bcaSaddlepoint)
    #expect(method(values) == .bcaSaddlepoint)
    // Where the saddlepoint does not reach the limits.
    #expect(method([1] + Array(repeating: 0, count: 199)) == .bca(resamples: 9999))
    #expect(method([1] + Array(repeating: 0, count: 4999)) == .studentT)
  }

  @Test func withoutUncertainty() {
    let bootstrap = Bootstrap(count: 99)
    #expect(bootstrap.distribution(of: [], statistic: Self.mean) == nil)
    #expect(bootstrap.distribution(of: [1], statistic: Self.mean) == nil)
    #expect(bootstrap.distribution(of: [1, .nan], statistic: Self.mean) == nil)
    #expect(bootstrap.distribution(of: [0.1, 0.1, 0.1], statistic: Self.mean) == nil)
    #expect(bootstrap.distribution(of: [1, 2, 4]) { _ in nil } == nil)
    #expect(bootstrap.mean(of: Lattice(shape: [1, 1], values: [3])) == nil)
    #expect(bootstrap.mean(of: Lattice(shape: [2, 2], values: [3, 3, 3, 3])) == nil)
    #expect(bootstrap.mean(of: Lattice(shape: [2, 2], values: [3, .infinity, 3, 3])) == nil)
    #expect(bootstrap.mean(of: Lattice(shape: [2], values: [.nan, .nan])) == nil)
    // Levels that all have one mean: no resample of rows changes it.
    #expect(bootstrap.mean(of: Lattice(shape: [2, 1], values: [3, 3])) == nil)
    #expect(bootstrap.distribution(of: [1, 2], statistic: Self.mean)?.bcaInterval() != nil)
  }

  @Test func pValues() throws {
    var generator = RandomStream(seed: 6, purpose: RandomPurpose("test")).generator(0)
    let values = (0..<25).map { _ in generator.unit() + generator.unit() - 0.85 }
    let distribution = try #require(Bootstrap().distribution(of: values, statistic: Self.mean))
    #expect(distribution.pValue(against: distribution.estimate) == 1)
    #expect(distribution.pValue(against: -50) == 1e-4)
    let t = try #require(PairedT.test(values)).pValue
    #expect((distribution.pValue(against: 0) - t).magnitude < 0.02)
    #expect(distribution.shareBelow(-50) == 0 && distribution.shareBelow(50) == 1)
  }

  /// Order changes nothing; a shift and a scale carry over to the limits; a mirror exchanges them but
  /// for the resamples' own chance.
  @Test func orderShiftAndScale() throws {
    let stream = RandomStream(seed: 9, purpose: RandomPurpose("test"))
    var summarizer = Summarizer()
    for round in 0..<60 {
      var generator = stream.generator(round)
      let values = (0..<(8 + generator.below(60))).map { _ in
        let unit = Double(generator.below(1 << 12) + 1) / 4096
        return (unit * unit * 1024).rounded() / 1024
      }
      let interval = try #require(summarizer.summary(of: values).interval)
      var other = Summarizer()
      #expect(other.summary(of: values.shuffled(using: &generator)).interval == interval)
      let scaled = try #require(other.summary(of: values.map { $0 * 0x1p30 }).interval)
      #expect(scaled.low == interval.low * 0x1p30 && scaled.high == interval.high * 0x1p30)
      let shifted = try #require(other.summary(of: values.map { $0 + 0x1p20 }).interval)
      #expect((shifted.low - 0x1p20 - interval.low).magnitude < 1e-9)
      #expect((shifted.high - 0x1p20 - interval.high).magnitude < 1e-9)
      let width = interval.high - interval.low
      let mirrored = try #require(other.summary(of: values.map { -$0 }).interval)
      let tolerance = interval.method == .bcaSaddlepoint ? 1e-7 : 0.06
      #expect((mirrored.low + interval.high).magnitude < tolerance * width)
      #expect((mirrored.high + interval.low).magnitude < tolerance * width)
    }
  }

  @Test func selectionEqualsSorting() {
    let stream = RandomStream(seed: 12, purpose: RandomPurpose("test"))
    var selection = TailSelection()
    for round in 0..<200 {
      var generator = stream.generator(round)
      let numbers = (0..<(2 + generator.below(300))).map { _ in
        Double(generator.below(40)) - 20
      }
      let share = generator.unit()
      let guess = Double(generator.below(60)) - 30
      let low = selection.quantile(
        of: numbers, sign: 1, position: share * Double(numbers.count - 1), guess: guess, step: 0.7)
      #expect(low == SortedSample.quantile(share, of: numbers.sorted()))
      let high = -selection.quantile(
        of: numbers, sign: -1, position: share * Double(numbers.count - 1), guess: guess,
        step: 0.7)
      #expect(
        high == -SortedSample.quantile(share, of: numbers.map { -$0 }.sorted()))
    }
  }
}
