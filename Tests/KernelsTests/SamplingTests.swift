import Glibc
import Testing

@testable import Kernels

@Suite struct SamplingTests {
  /// The distribution that a token is drawn from, with a sort and in double precision.
  static func naive(_ logits: [Float], seen: [UInt8], _ draw: TokenDraw) -> [Double] {
    let penalty = Double(draw.repetitionPenalty)
    let penalised = logits.indices.map { i -> Double in
      let z = Double(logits[i])
      return seen[i] == 0 ? z : z < 0 ? z * penalty : z / penalty
    }
    let p = LogitsTests.logProbabilities(penalised, Double(draw.temperature)).map { exp($0) }
    let order = p.indices.sorted { (p[$0], $1) > (p[$1], $0) }
    var kept = [Double](repeating: 0, count: p.count)
    var before = 0.0
    for (rank, i) in order.enumerated() where rank == 0 || before < Double(draw.topP) {
      kept[i] = p[i]
      before += p[i]
    }
    return kept.map { $0 / before }
  }

  private static func draw(
    _ logits: [Float], seen: [UInt8], _ draw: TokenDraw, _ uniform: Float
  ) -> DrawnToken {
    var scratch = [Float](repeating: .nan, count: logits.count)
    return drawToken(
      logits, count: logits.count, seen: seen, draw: draw, uniform: uniform, scratch: &scratch)
  }

  @Test(arguments: 0..<60)
  func drawsTheTokenAtTheCumulativeProbability(_ index: Int) {
    var numbers = Numbers("draws", index)
    let count = 1 + numbers.below(70)
    // Rounded, so that some logits are equal.
    let logits = numbers.floats(count, scale: 5).map { ($0 * 4).rounded() / 4 }
    let seen = (0..<count).map { _ in UInt8(numbers.below(3) == 0 ? 1 : 0) }
    let settings = TokenDraw(
      temperature: [1, 0.5, 0.3, 1.5][numbers.below(4)],
      topP: [1, 0.95, 0.6, 0.1][numbers.below(4)],
      repetitionPenalty: [1, 1.15, 1.5][numbers.below(3)])
    let distribution = Self.naive(logits, seen: seen, settings)
    for step in 0..<50 {
      let uniform = (Float(step) + 0.5) / 50
      var sum = 0.0
      var border = 1.0
      var expected: Int?
      for (i, p) in distribution.enumerated() {
        sum += p
        border = min(border, abs(sum - Double(uniform)))
        if expected == nil && sum > Double(uniform) { expected = i }
      }
      guard border > 1e-5 else { continue }
      let drawn = Self.draw(logits, seen: seen, settings, uniform)
      #expect(Int(drawn.token) == expected, "\(settings) at \(uniform)")
    }
  }

  @Test func frequenciesAreThoseOfTheDistribution() {
    var numbers = Numbers("frequencies")
    let logits = numbers.floats(12, scale: 1.5)
    let seen = [UInt8](repeating: 0, count: 12)
    let settings = TokenDraw(temperature: 0.8, topP: 0.9, repetitionPenalty: 1)
    let distribution = Self.naive(logits, seen: seen, settings)
    let draws = 20_000
    var counts = [Int](repeating: 0, count: 12)
    for _ in 0..<draws {
      let uniform = Float(numbers.below(1 << 24)) * 0x1p-24
      counts[Int(Self.draw(logits, seen: seen, settings, uniform).token)] += 1
    }
    var chiSquare = 0.0
    for (count, p) in zip(counts, distribution) where p > 0 {
      let expected = p * Double(draws)
      chiSquare += (Double(count) - expected) * (Double(count) - expected) / expected
    }
    for (count, p) in zip(counts, distribution) where p == 0 { #expect(count == 0) }
    let freedom = distribution.filter { $0 > 0 }.count - 1
    // Beyond the 99.9% quantile of χ² for up to 11 degrees of freedom.
    #expect(freedom >= 5 && chiSquare < 31.3, "χ² = \(chiSquare), \(freedom) degrees of freedom")
  }

  @Test func greedyTakesTheLowestOfTheLargest() {
    let logits: [Float] = [1, 3, 2, 3, 0, -1, 3, 1, 2]
    let settings = TokenDraw(temperature: 0, topP: 0.1, repetitionPenalty: 1)
    var seen = [UInt8](repeating: 0, count: 9)
    #expect(Self.draw(logits, seen: seen, settings, 0).token == 1)
    seen[1] = 1
    let penalised = TokenDraw(temperature: 0, topP: 1, repetitionPenalty: 1.1)
    #expect(Self.draw(logits, seen: seen, penalised, 0).token == 3)
  }

  @Test func statisticsAreThoseOfThePlainSoftmax() {
    var numbers = Numbers("plain")
    let logits = numbers.floats(49, scale: 4)
    let seen = [UInt8](repeating: 1, count: 49)
    for settings in [
      TokenDraw(temperature: 0, topP: 1, repetitionPenalty: 2),
      TokenDraw(temperature: 0.3, topP: 0.5, repetitionPenalty: 1.3),
    ] {
      let drawn = Self.draw(logits, seen: seen, settings, 0.7)
      expectClose(
        [drawn.logProbability, drawn.entropy],
        [
          LogitsTests.logProbabilities(logits.doubles, 1)[Int(drawn.token)],
          LogitsTests.entropy(logits.doubles, 1),
        ], "log p and entropy")
    }
  }

  @Test func theLikeliestStaysAtTopPZero() {
    let logits: [Float] = [0, 1, 5, 2]
    let settings = TokenDraw(temperature: 1, topP: 0, repetitionPenalty: 1)
    let drawn = Self.draw(logits, seen: [0, 0, 0, 0], settings, 0.999)
    #expect(drawn.token == 2)
  }
}
