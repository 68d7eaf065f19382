/// A point of a figure, in typographic points from the upper left corner.
struct Point: Hashable {
  var x: Double
  var y: Double
}

/// A rectangle of a figure.
struct Rectangle: Hashable {
  var x: Double
  var y: Double
  var width: Double
  var height: Double

  var right: Double { x + width }
  var bottom: Double { y + height }
  var middle: Double { x + width / 2 }
  var center: Double { y + height / 2 }
}

/// A length as it stands in a figure.
enum Coordinate {
  /// The number with at most two decimals: a hundredth of a point is finer than any printer.
  ///
  /// - Precondition: the value is finite and its magnitude below 10⁹.
  static func text(_ value: Double) -> String {
    let hundredths = Int((value * 100).rounded())
    let magnitude = hundredths.magnitude
    var text = hundredths < 0 ? "-" : ""
    text += String(magnitude / 100)
    let rest = Int(magnitude % 100)
    if rest > 0 {
      text += rest < 10 ? ".0" : "."
      text += String(rest % 10 == 0 ? rest / 10 : rest)
    }
    return text
  }
}
