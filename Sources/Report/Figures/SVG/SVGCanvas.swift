/// The elements of a figure, in the order in which they are painted.
///
/// Colours and strokes are classes of `FigureStyle`. Everything that stands in a class or in path
/// data is ours; every text from outside goes through `Markup`.
struct SVGCanvas {
  enum Anchor: String {
    case start, middle, end
  }

  private(set) var body = ""

  mutating func line(_ from: Point, _ to: Point, _ style: String) {
    body += "<line x1=\"\(Coordinate.text(from.x))\" y1=\"\(Coordinate.text(from.y))\""
    body += " x2=\"\(Coordinate.text(to.x))\" y2=\"\(Coordinate.text(to.y))\""
    body += " class=\"\(style)\"/>\n"
  }

  mutating func rectangle(_ area: Rectangle, _ style: String, fill: String? = nil) {
    body += "<rect x=\"\(Coordinate.text(area.x))\" y=\"\(Coordinate.text(area.y))\""
    body += " width=\"\(Coordinate.text(area.width))\" height=\"\(Coordinate.text(area.height))\""
    if let fill { body += " fill=\"\(fill)\"" }
    body += style.isEmpty ? "/>\n" : " class=\"\(style)\"/>\n"
  }

  mutating func path(_ path: SVGPath, _ style: String) {
    guard !path.isEmpty else { return }
    body += "<path d=\"\(path.data)\" class=\"\(style)\"/>\n"
  }

  mutating func circle(_ center: Point, radius: Double, _ style: String) {
    body += "<circle cx=\"\(Coordinate.text(center.x))\" cy=\"\(Coordinate.text(center.y))\""
    body += " r=\"\(Coordinate.text(radius))\" class=\"\(style)\"/>\n"
  }

  /// Everything that `content` paints, in a class of its own.
  mutating func group(_ style: String, _ content: (inout SVGCanvas) -> Void) {
    body += "<g class=\"\(style)\">\n"
    content(&self)
    body += "</g>\n"
  }

  /// A line of text, its baseline at the point.
  ///
  /// - Parameter angle: clockwise from the horizontal, in degrees.
  mutating func text(
    _ label: FigureLabel, at point: Point, _ style: String, anchor: Anchor = .start,
    angle: Double = 0, halo: Bool = false
  ) {
    let x = Coordinate.text(point.x)
    let y = Coordinate.text(point.y)
    body += "<text x=\"\(x)\" y=\"\(y)\""
    if anchor != .start { body += " text-anchor=\"\(anchor.rawValue)\"" }
    if angle != 0 { body += " transform=\"rotate(\(Coordinate.text(angle)) \(x) \(y))\"" }
    body += " class=\"\(style)\(halo ? " halo" : "")\">\(Markup.escaped(label.text))"
    if let exponent = label.exponent {
      body += "<tspan dy=\"-0.4em\" class=\"sup\">\(Markup.escaped(exponent))</tspan>"
    }
    body += "</text>\n"
  }
}

/// A short text with an exponent, where it is a power of ten.
struct FigureLabel: Hashable, ExpressibleByStringLiteral {
  let text: String
  let exponent: String?

  init(_ text: String, exponent: String? = nil) {
    self.text = text
    self.exponent = exponent
  }

  init(stringLiteral text: String) { self.init(text) }

  /// Exponents are this much smaller.
  static let exponentScale = 0.72

  func width(size: Double) -> Double {
    TextMetrics.width(DisplayText.printable(text), size: size)
      + (exponent.map { TextMetrics.width($0, size: size * Self.exponentScale) } ?? 0)
  }
}
