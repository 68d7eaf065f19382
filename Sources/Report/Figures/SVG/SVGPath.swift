/// The outline of a shape, as the `d` of an SVG path.
struct SVGPath {
  private(set) var data = ""

  var isEmpty: Bool { data.isEmpty }

  mutating func move(to point: Point) { add("M", point) }
  mutating func line(to point: Point) { add("L", point) }
  mutating func close() { data += "Z" }

  /// A line through the points.
  static func line(_ points: some Sequence<Point>) -> SVGPath {
    var path = SVGPath()
    for point in points {
      if path.isEmpty { path.move(to: point) } else { path.line(to: point) }
    }
    return path
  }

  /// The area between the points.
  static func area(_ points: some Sequence<Point>) -> SVGPath {
    var path = line(points)
    if !path.isEmpty { path.close() }
    return path
  }

  private mutating func add(_ command: String, _ point: Point) {
    data += command + Coordinate.text(point.x) + " " + Coordinate.text(point.y)
  }
}
