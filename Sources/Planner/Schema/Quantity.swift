/// Amounts with units, as grid files and the command line write them.
package enum Quantity {
  /// Bytes of `4 GiB`, `512MiB`, `1.5 GB` or a plain number of bytes; `nil` for anything else, for
  /// nothing, and for more than fits.
  package static func bytes(_ text: String) -> Int? {
    var rest = text[...]
    guard let (number, unit) = take(&rest), rest.isEmpty else { return nil }
    let factor: Double? =
      switch unit {
      case "", "B": 1
      case "kB", "KB": 1e3
      case "MB": 1e6
      case "GB": 1e9
      case "TB": 1e12
      case "KiB": 0x1p10
      case "MiB": 0x1p20
      case "GiB": 0x1p30
      case "TiB": 0x1p40
      default: nil
      }
    guard let factor, number * factor >= 1, number * factor < 0x1p62 else { return nil }
    return Int(number * factor)
  }

  /// Seconds of `1h 30m`, `90s`, `1.5h`, `2d` or a plain number of seconds; `nil` for anything else,
  /// for nothing, and for more than a century.
  package static func seconds(_ text: String) -> Double? {
    var rest = text[...]
    var total = 0.0
    var smallest = Double.infinity
    while let (number, unit) = take(&rest) {
      let factor: Double? =
        switch unit {
        case "d": 86400
        case "h": 3600
        case "m", "min": 60
        case "s": 1
        case "": smallest == .infinity && rest.isEmpty ? 1 : nil
        default: nil
        }
      // Larger units first, each once.
      guard let factor, factor < smallest else { return nil }
      smallest = factor
      total += number * factor
    }
    guard rest.isEmpty else { return nil }
    return total > 0 && total < 3.2e9 ? total : nil
  }

  /// Takes a number, the word after it and the blanks around from the start.
  private static func take(_ text: inout Substring) -> (number: Double, unit: Substring)? {
    let digits = text.prefix { $0 == "." || ("0"..."9").contains($0) }
    guard let number = Double(digits), number.isFinite else { return nil }
    let unit = text[digits.endIndex...].drop { $0 == " " }.prefix(while: \.isLetter)
    text = text[unit.endIndex...].drop { $0 == " " }
    return (number, unit)
  }
}
