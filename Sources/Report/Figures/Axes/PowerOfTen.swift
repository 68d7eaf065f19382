import Glibc

/// Powers of ten without the rounding of a logarithm.
enum PowerOfTen {
  /// The power of ten of the first digit of a positive finite number.
  static func order(of value: Double) -> Int {
    var order = Int(log10(value).rounded(.down))
    if times(1, order + 1) <= value { order += 1 }
    if times(1, order) > value { order -= 1 }
    return order
  }

  /// `factor` times ten to the power, the nearest Double for small powers.
  static func times(_ factor: Double, _ order: Int) -> Double {
    order >= 0 ? factor * pow(10, Double(order)) : factor / pow(10, Double(-order))
  }
}
