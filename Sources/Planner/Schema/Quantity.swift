/// Amounts with units.
enum Quantity {
  /// Bytes of `4 GiB`, `512MiB`, `1.5 GB` or a plain number of bytes; `nil` for anything else, for
  /// nothing, and for more than fits.
  static func bytes(_ text: String) -> Int? {
    guard let (number, unit) = split(text) else { return nil }
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
  static func seconds(_ text: String) -> Double? {
    let parts = text.split(separator: " ")
    var total = 0.0
    var smallest = Double.infinity
    for part in parts {
      guard let (number, unit) = split(String(part)) else { return nil }
      let factor: Double? =
        switch unit {
        case "d": 86400
        case "h": 3600
        case "m", "min": 60
        case "s": 1
        case "": parts.count == 1 ? 1 : nil
        default: nil
        }
      // Larger units first, each once.
      guard let factor, factor < smallest else { return nil }
      smallest = factor
      total += number * factor
    }
    return total > 0 && total < 3.2e9 ? total : nil
  }

  /// The number at the start and the word after it.
  private static func split(_ text: String) -> (number: Double, unit: Substring)? {
    let digits = text.prefix { $0 == "." || ("0"..."9").contains($0) }
    guard let number = Double(digits), number.isFinite else { return nil }
    let unit = text[digits.endIndex...].drop { $0 == " " }
    return (number, unit)
  }
}
