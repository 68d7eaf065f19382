import Glibc

/// One term of a binomial distribution, for integers and between them.
///
/// Loader, "Fast and accurate computation of binomial probabilities" (2000): the large logarithms of
/// factorials and powers cancel on paper, so that none of their digits are lost.
enum BinomialTerm {
  /// Γ(a+b+1) / (Γ(a+1) Γ(b+1)) xᵃ yᵇ, y = 1 − x: at integers the probability of a successes among
  /// a + b trials.
  ///
  /// - Precondition: `a, b ≥ 0`; `0 ≤ x, y ≤ 1`.
  static func value(_ a: Double, _ b: Double, x: Double, y: Double) -> Double {
    let n = a + b
    if a == 0 { return b == 0 ? 1 : exp(b * (x < y ? log1p(-x) : log(y))) }
    if b == 0 { return exp(a * (y < x ? log1p(-y) : log(x))) }
    if x == 0 || y == 0 { return 0 }
    let exponent =
      stirlingError(n) - stirlingError(a) - stirlingError(b) - deviance(a, n * x)
      - deviance(b, n * y)
    return exp(exponent) * (n / (2 * Double.pi * a * b)).squareRoot()
  }

  /// log Γ(x+1) − [(x + 1/2) log x − x + log √2π] for x > 0 (DLMF 5.11.1).
  static func stirlingError(_ x: Double) -> Double {
    if x < 16 {
      var sign: Int32 = 0
      return lgamma_r(x + 1, &sign) - (x + 0.5) * log(x) + x - log(2 * Double.pi) / 2
    }
    let v = 1 / (x * x)
    return (1.0 / 12 - v * (1.0 / 360 - v * (1.0 / 1260 - v * (1.0 / 1680 - v / 1188)))) / x
  }

  /// a log(a/m) + m − a, without cancellation where a is near m.
  static func deviance(_ a: Double, _ m: Double) -> Double {
    let difference = a - m
    guard difference.magnitude < 0.1 * (a + m) else { return a * log(a / m) - difference }
    // 2a artanh(v) − (a − m) with v = (a − m) / (a + m), its first terms taken together.
    let v = difference / (a + m)
    var sum = difference * v
    var power = 2 * a * v
    for index in 1..<1000 {
      power *= v * v
      let next = sum + power / Double(2 * index + 1)
      if next == sum { break }
      sum = next
    }
    return sum
  }
}
