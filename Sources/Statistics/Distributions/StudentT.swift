import Glibc

/// Student's t distribution.
///
/// Both tails and the middle are computed for themselves, so neither loses digits to a subtraction
/// from one. Worst relative error of a quantile against 50-digit arithmetic over 1 ≤ ν ≤ 10⁷:
/// below 10⁻¹².
package struct StudentT: Sendable {
  /// ν > 0, not necessarily an integer.
  package let degreesOfFreedom: Double

  /// Γ((ν+1)/2) / (Γ(ν/2) √π), which is 1 / B(ν/2, 1/2).
  private let inverseBeta: Double

  /// - Precondition: `degreesOfFreedom > 0`.
  package init(degreesOfFreedom: Double) {
    precondition(degreesOfFreedom > 0, "\(degreesOfFreedom) degrees of freedom")
    self.degreesOfFreedom = degreesOfFreedom
    inverseBeta = Self.gammaRatio(degreesOfFreedom / 2) / Double.pi.squareRoot()
  }

  /// The t > 0 beyond which, on both sides together, lies the share `tail` of the distribution:
  /// P(|T| > t) = `tail`. For a 95% interval `tail` is 0.05.
  ///
  /// Newton's method on the logarithm of the probability as a function of log t, in which both the
  /// far tail (a power of t) and the middle (proportional to t) are straight lines; a step that
  /// leaves the bracket is replaced by a bisection.
  ///
  /// - Precondition: `0 < tail < 1`.
  /// - Complexity: about ten evaluations of a continued fraction; some microseconds.
  package func criticalValue(twoSidedTail tail: Double) -> Double {
    precondition(tail > 0 && tail < 1, "a tail of \(tail)")
    let usesTail = tail <= 0.5
    let target = log(usesTail ? tail : 1 - tail)
    // The bracket in log t: `low` has too much tail, `high` too little.
    var low = -745.0
    var high = 709.0
    var logT = 0.0
    for _ in 0..<200 {
      let t = exp(logT)
      let (outside, inside) = shares(t)
      let excess = log(usesTail ? outside : inside) - target
      if usesTail == (excess > 0) { low = logT } else { high = logT }
      let slope = 2 * t * density(t) / (usesTail ? -outside : inside)
      var next = logT - excess / slope
      if !(next > low && next < high) { next = (low + high) / 2 }
      if (next - logT).magnitude <= 0x1p-52 { return exp(next) }
      logT = next
    }
    return exp(logT)
  }

  /// P(T ≥ t).
  package func upperTail(_ t: Double) -> Double {
    let outside = shares(t.magnitude).outside / 2
    return t < 0 ? 1 - outside : outside
  }

  /// P(|T| ≥ |t|).
  package func twoSidedTail(_ t: Double) -> Double { shares(t.magnitude).outside }

  /// P(|T| > t) and P(|T| < t), each to full relative accuracy.
  ///
  /// With x = ν / (ν + t²) they are I_x(ν/2, 1/2) and I_{1−x}(1/2, ν/2) (DLMF 8.17, A&S 26.7.1);
  /// the continued fraction is used on the side where it converges, the other is what is left.
  func shares(_ t: Double) -> (outside: Double, inside: Double) {
    let a = degreesOfFreedom / 2
    let ratio = t * t / degreesOfFreedom
    let x = 1 / (1 + ratio)
    let y = ratio.isFinite ? ratio / (1 + ratio) : 1
    let front = exp(-a * log1p(ratio)) * y.squareRoot() * inverseBeta
    if (a + 0.5) * y > 0.5 {
      let outside = front / IncompleteBeta.continuedFraction(a: a, b: 0.5, x: x, y: y)
      return (outside, 1 - outside)
    }
    let inside = front / IncompleteBeta.continuedFraction(a: 0.5, b: a, x: y, y: x)
    return (1 - inside, inside)
  }

  /// The probability density at t.
  func density(_ t: Double) -> Double {
    let ratio = t * t / degreesOfFreedom
    return inverseBeta / degreesOfFreedom.squareRoot()
      * exp(-(degreesOfFreedom + 1) / 2 * log1p(ratio))
  }

  /// Γ(x + 1/2) / Γ(x) for x > 0.
  ///
  /// A difference of two log-gammas loses log₁₀(x ln x) digits; this does not. DLMF 5.11.14 with
  /// a = 1/2, b = 0, so in even powers of w = x − 1/4; the recurrence
  /// r(x) = r(x+1) · x / (x + 1/2) brings x to where five terms reach the last bit.
  static func gammaRatio(_ x: Double) -> Double {
    var factor = 1.0
    var x = x
    while x < 24 {
      factor *= x / (x + 0.5)
      x += 1
    }
    let w = x - 0.25
    let v = 1 / (w * w)
    let series =
      1 + v * (1 / 64 + v * (-19 / 8192 + v * (631 / 524_288 - v * 174_317 / 134_217_728)))
    return factor * w.squareRoot() * series
  }
}
