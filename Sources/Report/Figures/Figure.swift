/// A figure: an SVG picture without scripts, and the words that belong to it.
package struct Figure: Hashable, Sendable {
  /// The name of its file without the ending: letters, digits and hyphens.
  package let name: String
  /// What it shows in a few words: `accuracy against step`.
  package let title: String
  /// What is shown, over what the means were taken, n and how intervals were made; what is missing.
  /// One sentence each.
  package let caption: [String]
  /// The elements of the picture.
  let body: String
  let width: Double
  let height: Double

  init(
    name: String, title: String, caption: [String], width: Double, height: Double,
    paint: (inout SVGCanvas) -> Void
  ) {
    self.name = name
    self.title = title
    self.caption = caption
    self.width = width
    self.height = height
    var canvas = SVGCanvas()
    paint(&canvas)
    body = canvas.body
  }

  /// The picture as a file of its own, with its style sheet, ending in a line break.
  package var svg: String {
    "<svg xmlns=\"http://www.w3.org/2000/svg\" \(attributes) width=\"\(Coordinate.text(width))pt\""
      + " height=\"\(Coordinate.text(height))pt\">\n"
      + "<title>\(Markup.escaped(title))</title>\n"
      + "<desc>\(Markup.escaped(caption.joined(separator: " ")))</desc>\n"
      + "<style>\n\(FigureStyle.sheet)</style>\n"
      + "<rect width=\"100%\" height=\"100%\" class=\"paper\"/>\n\(body)</svg>\n"
  }

  /// The picture as an element of a page that has the style sheet; its name is the title's.
  var inlineSVG: String {
    "<svg \(attributes) role=\"img\" aria-label=\"\(Markup.escaped(title))\">\n\(body)</svg>\n"
  }

  private var attributes: String {
    "viewBox=\"0 0 \(Coordinate.text(width)) \(Coordinate.text(height))\" class=\"espalier-figure\""
  }
}
