/// How one series of a plot is told from the others: by colour and, for categories, by its mark too,
/// so that it shows without colours.
struct SeriesStyle: Hashable {
  enum Mark: Int, CaseIterable {
    case circle, square, triangle, diamond, downTriangle
  }

  /// The class of its colour, and of its dashes where colours come again.
  let style: String
  let mark: Mark

  /// The styles of `count` series: ordered ones from dark to light, others by unlike colours.
  static func styles(_ count: Int, isOrdered: Bool) -> [SeriesStyle] {
    (0..<count).map { index in
      if isOrdered, count > 1 {
        let last = FigureStyle.stepCount - 1
        return SeriesStyle(
          style: "q\((index * last + (count - 1) / 2) / (count - 1))", mark: .circle)
      }
      let round = index / FigureStyle.categoryCount
      return SeriesStyle(
        style: "s\(index % FigureStyle.categoryCount)"
          + (round == 0 ? "" : " d\((round - 1) % 2 + 1)"),
        mark: Mark(rawValue: index % Mark.allCases.count)!)
    }
  }
}

extension SVGCanvas {
  /// The mark of a series.
  mutating func mark(
    _ mark: SeriesStyle.Mark, at point: Point, radius: Double, _ style: String
  ) {
    func corner(_ x: Double, _ y: Double) -> Point {
      Point(x: point.x + x * radius, y: point.y + y * radius)
    }
    switch mark {
    case .circle: circle(point, radius: radius, style)
    case .square:
      path(
        .area([corner(-0.9, -0.9), corner(0.9, -0.9), corner(0.9, 0.9), corner(-0.9, 0.9)]), style)
    case .triangle: path(.area([corner(0, -1.2), corner(1.1, 0.8), corner(-1.1, 0.8)]), style)
    case .diamond:
      path(.area([corner(0, -1.3), corner(1.3, 0), corner(0, 1.3), corner(-1.3, 0)]), style)
    case .downTriangle: path(.area([corner(0, 1.2), corner(1.1, -0.8), corner(-1.1, -0.8)]), style)
    }
  }

  /// A cross, for what failed.
  mutating func cross(at point: Point, radius: Double, _ style: String = "cross") {
    var path = SVGPath()
    path.move(to: Point(x: point.x - radius, y: point.y - radius))
    path.line(to: Point(x: point.x + radius, y: point.y + radius))
    path.move(to: Point(x: point.x - radius, y: point.y + radius))
    path.line(to: Point(x: point.x + radius, y: point.y - radius))
    self.path(path, style)
  }
}
