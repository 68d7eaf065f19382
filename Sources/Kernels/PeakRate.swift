/// Floating-point operations of one round of `multiplyAddRounds`.
package let operationsPerRound = 12 * 8 * 2

/// So many rounds of twelve independent fused multiply-adds on registers, without any memory access:
/// the most that this processor can do, which benchmarks measure everything against.
///
/// - Returns: a number that depends on all of the work.
package func multiplyAddRounds(_ rounds: Int, factor: Float) -> Float {
  var sums = InlineArray<12, Vector>(repeating: .zero)
  let factor = Vector(repeating: factor)
  let one = Vector(repeating: 1)
  for _ in 0..<rounds {
    for i in 0..<12 {
      // Each sum tends to 1 / (1 − factor): neither infinite nor denormal.
      sums[unchecked: i] = one.addingProduct(sums[unchecked: i], factor)
    }
  }
  var total = Vector.zero
  for i in 0..<12 { total += sums[unchecked: i] }
  return total.total
}
