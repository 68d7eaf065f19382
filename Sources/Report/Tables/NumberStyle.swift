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
  /// digits, nor so many that it has more than six.
  init(means: [Double], halfWidths: [Double]) {
    let largest = means.lazy.map(\.magnitude).max() ?? 0
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

  /// The number as decimal text, with `+` before what is above zero if `signed`. What rounds to zero
  /// has no sign.
  func text(_ value: Double, signed: Bool = false) -> String {
    let text = Self.fixed(exponent == 0 ? value : value / pow(10, Double(exponent)), decimals)
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

  /// The decimal with so many digits after the point that is nearest to the value, as C's `%.*f`.
  private static func fixed(_ value: Double, _ decimals: Int) -> String {
    withVaList([Int32(decimals), value]) { arguments in
      // The largest finite number has 309 digits before the point.
      withUnsafeTemporaryAllocation(of: CChar.self, capacity: 330 + decimals) { buffer in
        vsnprintf(buffer.baseAddress!, buffer.count, "%.*f", arguments)
        return String(cString: buffer.baseAddress!)
      }
    }
  }
}
