import Keys
import Testing

@testable import Statistics

@Suite struct ComparisonTests {
  @Test(arguments: try GoldenTests.load().paired)
  func pairedT(_ golden: GoldenTests.Paired) {
    for (alternative, p) in golden.t?.p.all ?? [] {
      let outcome = PairedT.test(golden.values, alternative: alternative)
      expectClose(outcome?.statistic, golden.t?.statistic, "t")
      expectClose(outcome?.pValue, p, "p, \(alternative)")
      #expect(outcome?.count == golden.values.count && outcome?.basis == .parametric)
    }
    if golden.t == nil { #expect(PairedT.test(golden.values) == nil) }
  }

  @Test(arguments: try GoldenTests.load().paired)
  func equivalence(_ golden: GoldenTests.Paired) {
    guard let expected = golden.equivalence else { return }
    let outcome = Equivalence(golden.values, lower: -0.3, upper: 0.7)
    expectClose(outcome?.aboveLower.statistic, expected.lower, absolute: 1e-14, "lower t")
    expectClose(outcome?.belowUpper.statistic, expected.upper, absolute: 1e-14, "upper t")
    expectClose(outcome?.aboveLower.pValue, expected.lowerP, "lower p")
    expectClose(outcome?.belowUpper.pValue, expected.upperP, "upper p")
    expectClose(outcome?.pValue, expected.p, "p")
    if let outcome {
      let lies = outcome.interval.low > -0.3 && outcome.interval.high < 0.7
      #expect(lies == (outcome.pValue < 0.05) && outcome.interval.level == 0.9)
    }
  }

  @Test(arguments: try GoldenTests.load().paired)
  func signedRank(_ golden: GoldenTests.Paired) {
    guard let expected = golden.signedRank else {
      #expect(SignedRank.test(golden.values) == nil)
      return
    }
    for (alternative, p) in expected.p.all {
      let outcome = SignedRank.test(golden.values, alternative: alternative)
      #expect(outcome?.statistic == expected.statistic)
      // Of so few pairs the shares are whole multiples of 2⁻ⁿ, so they agree to the last bit.
      let isSmall = golden.values.count <= 40
      expectClose(outcome?.pValue, p, relative: isSmall ? 0 : 1e-10, "p, \(alternative)")
      #expect((outcome?.basis == .exact) == expected.exact)
    }
  }

  @Test(arguments: try GoldenTests.load().paired)
  func signFlip(_ golden: GoldenTests.Paired) {
    for (alternative, p) in golden.signFlip?.all ?? [] {
      let outcome = SignFlip.test(golden.values, alternative: alternative)
      #expect(outcome?.pValue == p && outcome?.basis == .exact, "\(alternative)")
    }
  }

  /// Beyond the exact limit: near the t test's p value, never 0, the same for every order.
  @Test func randomSigns() throws {
    var generator = RandomStream(seed: 5, purpose: RandomPurpose("test")).generator(0)
    let values = (0..<60).map { _ in generator.unit() - 0.42 }
    let outcome = try #require(SignFlip.test(values))
    #expect(outcome.basis == .monteCarlo(arrangements: 99_999))
    let t = try #require(PairedT.test(values)).pValue
    #expect((outcome.pValue / t - 1).magnitude < 0.1, "\(outcome.pValue), t \(t)")
    #expect(SignFlip.test(values.shuffled(using: &generator)) == outcome)
    #expect(SignFlip.test(values.map { $0 * 0x1p600 })?.pValue == outcome.pValue)
    let sure = try #require(SignFlip.test(values.map { $0 + 10 }))
    #expect(sure.pValue == 1e-5)
    // Exact and random signs meet.
    let exact = try #require(SignFlip.test(Array(values.prefix(32))))
    #expect(exact.basis == .exact)
    let near = try #require(PairedT.test(Array(values.prefix(32)))).pValue
    #expect((exact.pValue / near - 1).magnitude < 0.1)
  }

  @Test func brownForsythe() throws {
    for golden in try GoldenTests.load().brownForsythe {
      let outcome = BrownForsythe.test(golden.groups)
      expectClose(outcome?.statistic, golden.statistic, "F")
      expectClose(outcome?.pValue, golden.p, "p")
    }
  }

  @Test func mcNemar() throws {
    for golden in try GoldenTests.load().mcNemar {
      func outcome(_ method: McNemar.Method) -> TestOutcome? {
        McNemar.test(onlyFirst: golden.b, onlySecond: golden.c, method: method)
      }
      let what = "\(golden.b) and \(golden.c)"
      expectClose(outcome(.exact)?.pValue, golden.exact, "exact, \(what)")
      expectClose(outcome(.midP)?.pValue, golden.midP, "mid-p, \(what)")
      expectClose(outcome(.chiSquared)?.pValue, golden.chiSquared, "χ², \(what)")
      expectClose(outcome(.chiSquared)?.statistic, golden.statistic, "χ², \(what)")
      #expect(outcome(.exact)?.statistic == Double(min(golden.b, golden.c)))
    }
    #expect(McNemar.test(onlyFirst: 0, onlySecond: 0) == nil)
  }

  /// What the comments say of samples that hold too little, or no numbers.
  @Test func degenerateSamples() {
    for values in [[], [Double.nan, 1, 2], [1, .infinity, 3]] {
      #expect(PairedT.test(values) == nil)
      #expect(SignedRank.test(values) == nil)
      #expect(SignFlip.test(values) == nil)
      #expect(Equivalence(values, lower: -1, upper: 1) == nil)
      #expect(BrownForsythe.test([values, [1, 2, 4]]) == nil)
    }
    #expect(PairedT.test([1]) == nil)
    #expect(PairedT.test([0.1, 0.1, 0.1]) == nil)
    #expect(Equivalence([0.1, 0.1, 0.1], lower: -1, upper: 1) == nil)
    #expect(SignedRank.test([0, 0]) == nil)
    #expect(SignedRank.test([2])?.pValue == 1)
    #expect(SignedRank.test([2, 3])?.pValue == 0.5)
    #expect(SignFlip.test([0, 0])?.pValue == 1)
    #expect(SignFlip.test([2])?.pValue == 1)
    #expect(SignFlip.test([2, 2])?.pValue == 0.5)
    #expect(SignFlip.test(Array(repeating: 0.1, count: 30))?.pValue == 0x1p-29)
    #expect(BrownForsythe.test([[1, 2, 3]]) == nil)
    #expect(BrownForsythe.test([[1, 2, 3], [4]]) == nil)
    #expect(BrownForsythe.test([[1, 1, 1], [2, 2]]) == nil)
    #expect(BrownForsythe.test([[1, 3], [2, 9]]) == nil)
    #expect(BrownForsythe.test([[0, 0], [0, 0]]) == nil)
  }

  /// Order must not matter; a scale must not; mirrored values exchange the sides.
  @Test func orderScaleAndMirror() {
    let stream = RandomStream(seed: 11, purpose: RandomPurpose("test"))
    for round in 0..<200 {
      var generator = stream.generator(round)
      let values = (0..<(2 + generator.below(20))).map { _ in
        Double(generator.below(32) - 12) / 8
      }
      let shuffled = values.shuffled(using: &generator)
      for alternative in [Alternative.twoSided, .less, .greater] {
        let t = PairedT.test(values, alternative: alternative)
        let rank = SignedRank.test(values, alternative: alternative)
        let flip = SignFlip.test(values, alternative: alternative)
        #expect(PairedT.test(shuffled, alternative: alternative) == t)
        #expect(SignedRank.test(shuffled, alternative: alternative) == rank)
        #expect(SignFlip.test(shuffled, alternative: alternative) == flip)
        let scaled = values.map { $0 * 0x1p300 }
        #expect(PairedT.test(scaled, alternative: alternative) == t)
        #expect(SignedRank.test(scaled, alternative: alternative) == rank)
        #expect(SignFlip.test(scaled, alternative: alternative)?.pValue == flip?.pValue)
        let mirrored = values.map { -$0 }
        let other: Alternative =
          switch alternative {
          case .twoSided: .twoSided
          case .less: .greater
          case .greater: .less
          }
        #expect(PairedT.test(mirrored, alternative: other)?.pValue == t?.pValue)
        #expect(SignFlip.test(mirrored, alternative: other)?.pValue == flip?.pValue)
        expectClose(
          SignedRank.test(mirrored, alternative: other)?.pValue, rank?.pValue, relative: 1e-14,
          "mirrored")
      }
      let groups = [values, shuffled.map { $0 * 1.5 + 3 }]
      let spread = BrownForsythe.test(groups)
      #expect(BrownForsythe.test([shuffled, groups[1].shuffled(using: &generator)]) == spread)
    }
  }
}
