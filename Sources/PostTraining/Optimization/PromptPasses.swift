import Keys

/// The order in which batches take prompts from a pool: pass after pass over the whole pool, each in
/// a random order of its own. What a batch takes depends on its number alone, so that a resumed
/// trajectory takes what it would have taken.
struct PromptPasses {
  private let pool: Int
  private let stream: RandomStream

  /// - Parameter purpose: of the random numbers, a method's own.
  /// - Precondition: `pool > 0`.
  init(pool: Int, seed: UInt64, purpose: RandomPurpose) {
    self.pool = pool
    stream = RandomStream(seed: seed, purpose: purpose)
  }

  /// The places in the pool that a batch takes. Where a batch is larger than the rest of a pass, it
  /// goes on with the next one; where it is larger than the pool, prompts come more than once.
  ///
  /// - Complexity: O(pool · passes that it touches).
  func places(batch: Int, size: Int) -> [Int] {
    var order: [Int] = []
    var pass = -1
    return (batch * size..<(batch + 1) * size).map { index in
      if index / pool != pass {
        pass = index / pool
        order = permutation(pass)
      }
      return order[index % pool]
    }
  }

  /// Fisher and Yates.
  private func permutation(_ pass: Int) -> [Int] {
    var generator = stream.generator(pass)
    var order = Array(0..<pool)
    for last in stride(from: pool - 1, to: 0, by: -1) {
      order.swapAt(last, generator.below(last + 1))
    }
    return order
  }
}
