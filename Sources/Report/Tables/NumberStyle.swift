import Glibc

/// How the numbers of one table are written, all alike so that they can be compared by eye.
struct NumberStyle: Hashable, Sendable {
  /// Digits after the point.
  let decimals: Int
  /// The numbers are given in units of ten to this power; 0 but for very large or small ones.
  let exponent: Int

  /// Chooses the style for means and the half-widths of their intervals.
  ///
  /// As many decimals as show two significant digits of a typical (the median) half-width; without
  /// any, three digits of the largest mean. Never so few that the largest mean keeps less than two
  /// digits, nor so many that it has more than six. Means that are far beyond the typical one, as those of
  /// runs that diverged, have no say in this.
  init(means: [Double], halfWidths: [Double]) {
    let largest = Self.largestTypical(means)
    let spreads = halfWidths.filter { $0 > 0 }.sorted()
    let scale = largest > 0 ? largest : spreads.last ?? 0
    guard scale > 0 else {
      self.init(decimals: 3, exponent: 0)
      return
    }
    // Digits before the point: 0 for 0.412 and for 1, 2 for 24 and for 100.
    let digits = Int(log10(scale).rounded(.up))
    let wanted = spreads.isEmpty ? 3 - digits : 1 - Self.order(spreads[spreads.count / 2])
    let decimals = min(max(wanted, 2 - digits), 6 - digits)
    if digits > 7 || digits < -4 {
      let exponent = max(Self.order(scale), -300)  // Below, the power of ten would underflow.
      self.init(decimals: max(0, decimals + exponent), exponent: exponent)
    } else {
      self.init(decimals: max(0, decimals), exponent: 0)
    }
  }

  init(decimals: Int, exponent: Int) {
    self.decimals = decimals
    self.exponent = exponent
  }

  /// The largest magnitude but for those that are more than 100,000 times the median.
  private static func largestTypical(_ means: [Double]) -> Double {
    let magnitudes = means.map(\.magnitude).filter { $0 > 0 }.sorted()
    if magnitudes.isEmpty { return 0 }
    let limit = magnitudes[magnitudes.count / 2] * 1e5
    return magnitudes.last { $0 <= limit } ?? magnitudes[magnitudes.count - 1]
  }

  /// The number as decimal text, with `+` before what is above zero if `signed`. What rounds to zero
  /// has no sign; what is far larger than the numbers that the style is for is written as `3.04e+62`.
  func text(_ value: Double, signed: Bool = false) -> String {
    let scaled = exponent == 0 ? value : value / pow(10, Double(exponent))
    let isFar = scaled.magnitude >= (exponent == 0 ? 1e8 : 1e6)
    let text = isFar ? Self.formatted("%.*e", 2, scaled) : Self.formatted("%.*f", decimals, scaled)
    let isZero = text.allSatisfy { "-0.".contains($0) }
    if isZero, text.hasPrefix("-") { return String(text.dropFirst()) }
    return signed && !isZero && value > 0 ? "+" + text : text
  }

  /// What a caption says of the unit; `nil` where the numbers stand as they are.
  var unit: String? {
    exponent == 0 ? nil : "in units of 1e\(exponent)"
  }

  /// The power of ten of the first digit.
  private static func order(_ value: Double) -> Int {
    Int(log10(value).rounded(.down))
  }

  /// The decimal with so many digits after the point that is nearest to the value, as C writes it.
  private static func formatted(_ format: String, _ decimals: Int, _ value: Double) -> String {
    withVaList([Int32(decimals), value]) { arguments in
      // The largest finite number has 309 digits before the point.
      withUnsafeTemporaryAllocation(of: CChar.self, capacity: 330 + decimals) { buffer in
        vsnprintf(buffer.baseAddress!, buffer.count, format, arguments)
        return String(cString: buffer.baseAddress!)
      }
    }
  }
}
