/// What a random number is for. Streams of different purposes are independent, so drawing more of
/// one never shifts another.
package struct RandomPurpose: Hashable, Sendable {
  package let name: String

  package init(_ name: String) {
    self.name = name
  }
}

/// A family of random numbers addressed by coordinates instead of drawn in order: the same seed,
/// purpose and coordinates give the same bits on every machine, whatever else was drawn before. So
/// a resumed trajectory draws what it would have drawn, and runs of one seed share their numbers.
///
/// Philox4x32-10 of Salmon, Moraes, Dror and Shaw, "Parallel random numbers: as easy as 1, 2, 3"
/// (SC 2011): key = 64 bits of SHA-256(seed, purpose), counter = the four coordinates.
package struct RandomStream: Hashable, Sendable {
  private let key: SIMD2<UInt32>

  package init(seed: UInt64, purpose: RandomPurpose) {
    let mixed = Digest(of: "\(seed)/\(purpose.name)").prefix64
    key = SIMD2(UInt32(truncatingIfNeeded: mixed), UInt32(truncatingIfNeeded: mixed >> 32))
  }

  /// Four independent 32-bit words at the given coordinates.
  ///
  /// - Complexity: O(1), about 10 ns.
  package func words(_ step: Int, _ problem: Int, _ sample: Int, _ position: Int) -> SIMD4<UInt32> {
    Self.philox4x32(
      counter: SIMD4(
        UInt32(truncatingIfNeeded: step), UInt32(truncatingIfNeeded: problem),
        UInt32(truncatingIfNeeded: sample), UInt32(truncatingIfNeeded: position)),
      key: key)
  }

  /// A number in [0, 1), a multiple of 2^-24, at the given coordinates.
  package func uniform(_ step: Int, _ problem: Int, _ sample: Int, _ position: Int) -> Float {
    Float(words(step, problem, sample, position)[0] >> 8) * 0x1p-24
  }

  /// A generator that draws one after the other within one (step, problem, sample): for the code
  /// that needs a number of draws not known ahead, such as making a problem or shuffling.
  package func generator(_ step: Int, _ problem: Int = 0, _ sample: Int = 0) -> StreamGenerator {
    StreamGenerator(stream: self, step: step, problem: problem, sample: sample)
  }

  /// The Philox4x32-10 bijection.
  package static func philox4x32(
    counter: SIMD4<UInt32>, key: SIMD2<UInt32>
  ) -> SIMD4<UInt32> {
    var c = counter
    var k = key
    for _ in 0..<10 {
      let a = 0xD251_1F53 as UInt64 &* UInt64(c[0])
      let b = 0xCD9E_8D57 as UInt64 &* UInt64(c[2])
      c = SIMD4(
        UInt32(truncatingIfNeeded: b >> 32) ^ c[1] ^ k[0], UInt32(truncatingIfNeeded: b),
        UInt32(truncatingIfNeeded: a >> 32) ^ c[3] ^ k[1], UInt32(truncatingIfNeeded: a))
      k = SIMD2(k[0] &+ 0x9E37_79B9, k[1] &+ 0xBB67_AE85)
    }
    return c
  }
}

/// Sequential draws from one place of a `RandomStream`. A value type: a copy repeats the draws.
package struct StreamGenerator: RandomNumberGenerator, Sendable {
  private let stream: RandomStream
  private let step: Int
  private let problem: Int
  private let sample: Int
  private var position = 0

  fileprivate init(stream: RandomStream, step: Int, problem: Int, sample: Int) {
    self.stream = stream
    self.step = step
    self.problem = problem
    self.sample = sample
  }

  package mutating func next() -> UInt64 {
    let words = stream.words(step, problem, sample, position)
    position += 1
    return UInt64(words[0]) | UInt64(words[1]) << 32
  }

  /// A uniform integer in `0..<bound`, by the high half of a 64 × 64-bit product: its bias is below
  /// 2^-32 for the bounds used here, and unlike `Int.random(in:using:)` its meaning cannot change
  /// with the standard library.
  ///
  /// - Precondition: `bound > 0`.
  package mutating func below(_ bound: Int) -> Int {
    precondition(bound > 0, "a random number below \(bound) does not exist")
    return Int(next().multipliedFullWidth(by: UInt64(bound)).high)
  }

  /// A number in [0, 1), a multiple of 2^-53.
  package mutating func unit() -> Double {
    Double(next() >> 11) * 0x1p-53
  }
}
