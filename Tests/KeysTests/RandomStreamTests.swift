import Keys
import Testing

@Suite struct RandomStreamTests {
  /// The known answers that come with Random123 (`kat_vectors`, philox4x32 with 10 rounds).
  @Test(arguments: [
    (
      SIMD4<UInt32>(0, 0, 0, 0), SIMD2<UInt32>(0, 0),
      SIMD4<UInt32>(0x6627_e8d5, 0xe169_c58d, 0xbc57_ac4c, 0x9b00_dbd8)
    ),
    (
      SIMD4<UInt32>(repeating: .max), SIMD2<UInt32>(repeating: .max),
      SIMD4<UInt32>(0x408f_276d, 0x41c8_3b0e, 0xa20b_c7c6, 0x6d54_51fd)
    ),
    (
      SIMD4<UInt32>(0x243f_6a88, 0x85a3_08d3, 0x1319_8a2e, 0x0370_7344),
      SIMD2<UInt32>(0xa409_3822, 0x299f_31d0),
      SIMD4<UInt32>(0xd16c_fe09, 0x94fd_cceb, 0x5001_e420, 0x2412_6ea1)
    ),
  ])
  func knownAnswers(counter: SIMD4<UInt32>, key: SIMD2<UInt32>, words: SIMD4<UInt32>) {
    #expect(RandomStream.philox4x32(counter: counter, key: key) == words)
  }

  @Test func coordinatesDecide() {
    let stream = RandomStream(seed: 3, purpose: RandomPurpose("sampling"))
    #expect(stream.words(1, 2, 3, 4) == stream.words(1, 2, 3, 4))
    let others = [
      stream.words(2, 2, 3, 4), stream.words(1, 3, 3, 4), stream.words(1, 2, 4, 4),
      stream.words(1, 2, 3, 5),
      RandomStream(seed: 4, purpose: RandomPurpose("sampling")).words(1, 2, 3, 4),
      RandomStream(seed: 3, purpose: RandomPurpose("order")).words(1, 2, 3, 4),
    ]
    #expect(others.allSatisfy { $0 != stream.words(1, 2, 3, 4) })
  }

  @Test func uniformNumbersLieInTheUnitInterval() {
    let stream = RandomStream(seed: 11, purpose: RandomPurpose("uniform"))
    var sum = 0.0
    var low = 0
    for position in 0..<20_000 {
      let number = stream.uniform(0, 0, 0, position)
      #expect(number >= 0 && number < 1)
      #expect(number * 0x1p24 == (number * 0x1p24).rounded())
      sum += Double(number)
      if number < 0.25 { low += 1 }
    }
    // Standard errors: 0.002 of the mean, 61 of the count.
    #expect(abs(sum / 20_000 - 0.5) < 0.01)
    #expect(abs(low - 5_000) < 300)
  }

  @Test func belowIsEven() {
    var generator = RandomStream(seed: 5, purpose: RandomPurpose("below")).generator(0)
    var counts = [Int](repeating: 0, count: 7)
    for _ in 0..<14_000 { counts[generator.below(7)] += 1 }
    // χ² with 6 degrees of freedom is below 22.5 in 999 of 1000 cases; the seed is fixed.
    let chi = counts.reduce(0.0) { $0 + Double(($1 - 2_000) * ($1 - 2_000)) / 2_000 }
    #expect(chi < 22.5)
    #expect((0..<1_000).allSatisfy { _ in generator.below(1) == 0 })
  }

  @Test func aCopyOfAGeneratorRepeatsItsDraws() {
    var generator = RandomStream(seed: 5, purpose: RandomPurpose("copy")).generator(1, 2, 3)
    _ = generator.next()
    var copy = generator
    #expect((0..<10).map { _ in generator.next() } == (0..<10).map { _ in copy.next() })
    #expect(generator.unit() == copy.unit())
  }

  @Test func unitLiesInTheUnitInterval() {
    var generator = RandomStream(seed: 6, purpose: RandomPurpose("unit")).generator(0)
    for _ in 0..<10_000 {
      let number = generator.unit()
      #expect(number >= 0 && number < 1)
    }
  }
}
