import Glibc
import Keys

/// Numbers with six significant digits, for tables that people look at.
enum SixDigits {
  private static let powers: [Double] = [1, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10]

  /// The decimal with at most six significant digits nearest to the value, as JSON has it.
  ///
  /// - Precondition: the value is finite.
  static func text(_ value: Double) -> String {
    let magnitude = value.magnitude
    guard magnitude >= 1e-4, magnitude < 1e6 else {
      if value == 0 { return "0" }
      return farFromOne(value)
    }
    var digits = 1
    while digits < 6, magnitude >= powers[digits] { digits += 1 }
    var decimals = 6 - digits
    if magnitude < 1 {
      var small = magnitude * 10
      while small < 1 {
        small *= 10
        decimals += 1
      }
      decimals += 1
    }
    var scaled = Int((magnitude * powers[decimals]).rounded())
    while decimals > 0, scaled % 10 == 0 {
      scaled /= 10
      decimals -= 1
    }
    var text = value < 0 ? "-" : ""
    guard decimals > 0 else { return text + String(scaled) }
    let power = Int(powers[decimals])
    text += String(scaled / power)
    text += "."
    let fraction = String(scaled % power)
    for _ in fraction.utf8.count..<decimals { text += "0" }
    return text + fraction
  }

  private static func farFromOne(_ value: Double) -> String {
    let order = PowerOfTen.order(of: value.magnitude)
    // Numbers below the normal ones have less than six digits anyway.
    guard order > -300, order < 300 else { return CanonicalJSON.text(of: value) }
    let scaled = (value / PowerOfTen.times(1, order - 5)).rounded()
    return CanonicalJSON.text(of: PowerOfTen.times(scaled, order - 5))
  }
}
