import Glibc

/// The standard normal distribution.
///
/// Worst relative error against 50-digit arithmetic of a probability or a quantile: below 10⁻¹²
/// (down to tails of 10⁻³⁰⁰, where the rounding of z itself is most of it).
package enum Normal {
  /// The density at z.
  package static func density(_ z: Double) -> Double {
    exp(-z * z / 2) / (2 * Double.pi).squareRoot()
  }

  /// Φ(z) = P(Z ≤ z), as half of erfc(−z/√2), so that no tail loses digits.
  package static func lowerTail(_ z: Double) -> Double {
    erfc(-z * 0.5.squareRoot()) / 2
  }

  /// P(Z ≥ z) = Φ(−z).
  package static func upperTail(_ z: Double) -> Double { lowerTail(-z) }

  /// P(|Z| ≥ |z|).
  package static func twoSidedTail(_ z: Double) -> Double {
    erfc(z.magnitude * 0.5.squareRoot())
  }

  /// The z with Φ(z) = `share`.
  ///
  /// Newton's method: in the middle on erf, whose argument 2p − 1 is exact there; in the tails on the
  /// logarithm of the tail, which is nearly a parabola. The start is Abramowitz and Stegun 26.2.22.
  ///
  /// - Precondition: `0 < share < 1`.
  /// - Complexity: about four evaluations of erf or erfc.
  package static func quantile(_ share: Double) -> Double {
    precondition(share > 0 && share < 1, "no normal quantile at \(share)")
    let tail = min(share, 1 - share)
    let t = (-2 * log(tail)).squareRoot()
    var z = max(0, t - (2.30753 + 0.27061 * t) / (1 + t * (0.99229 + 0.04481 * t)))
    if tail >= 0.25 {
      let middle = share < 0.5 ? 1 - 2 * share : 2 * share - 1
      for _ in 0..<6 {
        let step = (erf(z * 0.5.squareRoot()) - middle) / (2 * density(z))
        z -= step
        if step.magnitude <= 0x1p-53 * z { break }
      }
    } else {
      for _ in 0..<12 {
        let outside = upperTail(z)
        // Halley's correction of Newton's step on the logarithm: its second derivative is h(z − h)
        // with the hazard h.
        let hazard = density(z) / outside
        let excess = log(outside / tail)
        let step = -excess / (hazard + excess * (hazard - z) / 2)
        z -= step
        if step.magnitude <= 0x1p-52 * z { break }
      }
    }
    return share < 0.5 ? -z : z
  }
}
