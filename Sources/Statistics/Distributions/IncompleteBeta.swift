/// The incomplete beta function.
enum IncompleteBeta {
  /// I_x(a, b) and I_y(b, a) = 1 − I_x(a, b), each to full relative accuracy; y = 1 − x.
  ///
  /// - Precondition: `a, b > 0`; `0 ≤ x, y ≤ 1`.
  static func shares(a: Double, b: Double, x: Double, y: Double) -> (below: Double, above: Double) {
    if x <= 0 { return (0, 1) }
    if y <= 0 { return (1, 0) }
    // xᵃ yᵇ / B(a, b), from the term that has the gamma functions of a + 1 and b + 1.
    let front = BinomialTerm.value(a, b, x: x, y: y) * (a * b / (a + b))
    if b * x <= a * y {
      let below = front / continuedFraction(a: a, b: b, x: x, y: y)
      return (below, 1 - below)
    }
    let above = front / continuedFraction(a: b, b: a, x: y, y: x)
    return (1 - above, above)
  }

  /// F in I_x(a, b) = xᵃ yᵇ / (B(a, b) F), y = 1 − x.
  ///
  /// DiDonato and Morris, "Significant digit computation of the incomplete beta function ratios",
  /// ACM TOMS 18 (1992) 360–373, eq. 9, evaluated from the front by the modified Lentz method
  /// (Thompson and Barnett, J. Comput. Phys. 64 (1986) 490–509). It takes x and y both, so that no
  /// digits are lost where one of them is close to 1.
  ///
  /// - Precondition: `a, b > 0` and `x ≤ a / (a + b)`.
  /// - Complexity: with one of a, b equal to 1/2, at most about 300 terms.
  static func continuedFraction(a: Double, b: Double, x: Double, y: Double) -> Double {
    // Both forms say a − (a + b) x; the one with the smaller of x and y keeps its digits.
    let excess = x < y ? a - (a + b) * x : (a + b) * y - b
    func denominator(_ m: Double) -> Double {
      let odd = m == 0 ? 0 : m * (b - m) * x / (a + 2 * m - 1)
      return m + odd + (a + m) * (excess + 1 + m * (1 + y)) / (a + 2 * m + 1)
    }

    var fraction = denominator(0)
    var c = fraction
    var d = 0.0
    // Under the precondition it ends long before; the bound is for rounding that never settles.
    for index in 1...10_000 {
      let m = Double(index)
      let root = x / (a + 2 * m - 1)
      let numerator = (a + m - 1) * (a + b + m - 1) * m * (b - m) * root * root
      let term = denominator(m)
      d = 1 / (term + numerator * d)
      c = term + numerator / c
      let change = c * d
      fraction *= change
      if (change - 1).magnitude <= 0x1p-52 { break }
    }
    return fraction
  }
}
