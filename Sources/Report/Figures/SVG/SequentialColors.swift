import Glibc

/// A colour of the sRGB space.
struct RGB: Hashable {
  /// Each from 0 to 1.
  let red: Double
  let green: Double
  let blue: Double

  var hex: String {
    var text = "#"
    for part in [red, green, blue] {
      let byte = Int((min(max(part, 0), 1) * 255).rounded())
      text += (byte < 16 ? "0" : "") + String(byte, radix: 16)
    }
    return text
  }

  /// Relative luminance (WCAG 2.2), 0 for black and 1 for white.
  var luminance: Double {
    func linear(_ part: Double) -> Double {
      part <= 0.04045 ? part / 12.92 : pow((part + 0.055) / 1.055, 2.4)
    }
    return 0.2126 * linear(red) + 0.7152 * linear(green) + 0.0722 * linear(blue)
  }

  /// Whether dark text is easier to read on it than white.
  var isLight: Bool { luminance > 0.18 }
}

/// Colours from dark to light for the values of a quantity, on straight lines between anchor points
/// at equal distances.
struct SequentialColors {
  private let anchors: [RGB]

  private init(_ hex: [UInt32]) {
    anchors = hex.map {
      RGB(
        red: Double($0 >> 16) / 255, green: Double($0 >> 8 & 0xFF) / 255,
        blue: Double($0 & 0xFF) / 255)
    }
  }

  /// Nine anchors of viridis (van der Walt and Smith, 2015): for lines, which need many hues.
  static let viridis = SequentialColors([
    0x440154, 0x472D7B, 0x3B528B, 0x2C728E, 0x21918C, 0x28AE80, 0x5EC962, 0xADDC30, 0xFDE725,
  ])

  /// Ten anchors of cividis (Nuñez, Anderton and Renslow, PLoS ONE 13 (2018) e0199239), which looks
  /// nearly the same with and without colour deficiency: for the areas of heat maps.
  static let cividis = SequentialColors([
    0x00224E, 0x123570, 0x3B496C, 0x575D6D, 0x707173, 0x8A8678, 0xA59C74, 0xC3B369, 0xE1CC55,
    0xFEE838,
  ])

  /// The colour at a place from 0 to 1.
  func color(at place: Double) -> RGB {
    let position = min(max(place, 0), 1) * Double(anchors.count - 1)
    let index = min(Int(position), anchors.count - 2)
    let weight = position - Double(index)
    func mixed(_ part: KeyPath<RGB, Double>) -> Double {
      anchors[index][keyPath: part] * (1 - weight) + anchors[index + 1][keyPath: part] * weight
    }
    return RGB(red: mixed(\.red), green: mixed(\.green), blue: mixed(\.blue))
  }
}
