import CShims

/// Runs independent fused multiply-adds on registers, without any memory access, of the width that
/// products use: the most that this processor can do, which benchmarks measure everything against.
///
/// - Returns: the number of floating-point operations, and a number that depends on all of them.
package func peakRate(rounds: Int, factor: Float) -> (operations: Int, result: Float) {
  guard !Width.isWide else {
    return (rounds * 24 * 16 * 2, espalier_wide_rounds(rounds, factor))
  }
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
  return (rounds * 12 * 8 * 2, total.total)
}
