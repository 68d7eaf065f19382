/// Fisher's F distribution.
package struct FisherF: Sendable {
  package let numeratorDegrees: Double
  package let denominatorDegrees: Double

  /// - Precondition: both are positive.
  package init(_ numeratorDegrees: Double, _ denominatorDegrees: Double) {
    precondition(numeratorDegrees > 0 && denominatorDegrees > 0, "degrees of freedom of an F")
    self.numeratorDegrees = numeratorDegrees
    self.denominatorDegrees = denominatorDegrees
  }

  /// P(F ≥ f) = I_x(d₂/2, d₁/2) with x = d₂ / (d₂ + d₁ f) (A&S 26.6.2); relative error below 10⁻¹².
  ///
  /// - Precondition: `f ≥ 0`.
  package func upperTail(_ f: Double) -> Double {
    precondition(f >= 0, "no F of \(f)")
    let ratio = numeratorDegrees * f / denominatorDegrees
    guard ratio.isFinite else { return 0 }
    return IncompleteBeta.shares(
      a: denominatorDegrees / 2, b: numeratorDegrees / 2, x: 1 / (1 + ratio),
      y: ratio / (1 + ratio)
    ).below
  }
}
