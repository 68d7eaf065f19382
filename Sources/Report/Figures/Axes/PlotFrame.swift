import Glibc

/// The frame of a plot: panels side by side that share their axes, with titles, ticks, a legend above
/// and notes below. It finds room for every text first and gives what is left to the panels.
struct PlotFrame {
  let width: Double
  let height: Double
  /// Where the data of each panel go.
  let panels: [Rectangle]
  let x: PlotAxis
  let y: PlotAxis

  private let titles: [String]
  private let legend: Legend?
  private let notes: [String]
  private let columns: Int
  private let hasRules: Bool
  private let angle: Double
  private let margin: Margin
  /// Of the labels along x, every so many are shown.
  private let labelStride: Int
  /// Labels along x in several lines, where that makes them fit.
  private let labelLines: [[String]]?

  private struct Margin {
    var left = 0.0
    var right = 0.0
    var top = 0.0
    var bottom = 0.0
  }

  private static let edge = 3.0
  private static let gap = 9.0
  private static let titleHeight = 11.0
  private static let noteHeight = 9.0

  /// - Parameters:
  ///   - titles: one for each panel; a single panel may go without.
  ///   - rightRoom: what labels at the right end of the data need.
  ///   - aspect: height of a panel by its width, where no height is given.
  ///   - columns: at most so many panels side by side.
  ///   - hasRules: whether lines go across the panels at the ticks of y.
  init(
    titles: [String], x: PlotAxis, y: PlotAxis, legend: Legend? = nil, notes: [String] = [],
    rightRoom: Double = 0, aspect: Double = 0.64, panelHeight: Double? = nil, columns: Int? = nil,
    hasRules: Bool = true
  ) {
    let count = max(titles.count, 1)
    let width = count == 1 ? FigureStyle.columnWidth : FigureStyle.pageWidth
    let columns = min(count, columns ?? (count == 4 ? 2 : 3))
    let tick = FigureStyle.tickSize
    let hasTitles = titles.contains { !$0.isEmpty }

    var margin = Margin()
    margin.left = Self.edge + FigureStyle.labelSize + 5 + y.labelWidth + 4
    margin.right = max(rightRoom, Self.edge + 2)
    let yTitleIsEmpty = y.title.text.isEmpty
    if yTitleIsEmpty { margin.left -= FigureStyle.labelSize + 3 }
    func panelWidth() -> Double {
      (width - margin.left - margin.right - Double(columns - 1) * Self.gap) / Double(columns)
    }

    // Labels along x: level if they fit side by side, else turned, else not all of them.
    let labelWidth = x.labelWidth
    var angle = 0.0
    var stride = 1
    var labelLines: [[String]]?
    var labelHeight = tick
    if case .slots(let slots) = x.scale, slots > 0 {
      let isNumeric = x.ticks.allSatisfy { Double($0.label?.text ?? "") != nil }
      if labelWidth + 3 > panelWidth() / Double(slots) {
        if let lines = Self.broken(x, width: panelWidth() / Double(slots) - 4) {
          labelLines = lines
          labelHeight = tick + Double((lines.map(\.count).max() ?? 1) - 1) * Self.noteHeight
        } else if isNumeric {
          stride = Int(((labelWidth + 4) / (panelWidth() / Double(slots))).rounded(.up))
        } else {
          angle = -40
          let limited = min(labelWidth, Self.longestTurned)
          labelHeight = limited * sin(40 * Double.pi / 180) + tick
          let overhang = limited * cos(40 * Double.pi / 180) - panelWidth() / Double(slots) / 2
          margin.left = max(margin.left, Self.edge + overhang)
          stride = max(1, Int((tick * 1.5 / (panelWidth() / Double(slots))).rounded(.up)))
        }
      }
    } else if let last = x.ticks.last(where: { $0.label != nil }), rightRoom == 0 {
      let half = (last.label?.width(size: tick) ?? 0) / 2
      let beyond = half - (1 - x.scale.place(of: last.value)) * panelWidth()
      margin.right = max(margin.right, Self.edge + beyond)
    }

    let usable = width - 2 * Self.edge
    let noteLines = notes.flatMap {
      TextMetrics.lines(DisplayText.printable($0), size: tick, width: usable)
    }
    margin.top =
      Self.edge + (legend?.height(width: usable) ?? 0) + (hasTitles ? Self.titleHeight : 3)
    margin.bottom =
      4 + labelHeight + (x.title.text.isEmpty ? 0 : FigureStyle.labelSize + 4)
      + (noteLines.isEmpty ? 0 : Double(noteLines.count) * Self.noteHeight + 2) + Self.edge

    let panelHeight = panelHeight ?? min(max(panelWidth() * aspect, 60), 300)
    let rows = (count + columns - 1) / columns
    let rowGap = Self.titleHeight + 5
    var panels: [Rectangle] = []
    for index in 0..<count {
      panels.append(
        Rectangle(
          x: margin.left + Double(index % columns) * (panelWidth() + Self.gap),
          y: margin.top + Double(index / columns) * (panelHeight + rowGap),
          width: panelWidth(), height: panelHeight))
    }
    self.width = width
    height = margin.top + Double(rows) * panelHeight + Double(rows - 1) * rowGap + margin.bottom
    self.panels = panels
    self.x = x
    self.y = y
    self.titles = titles
    self.legend = legend
    self.notes = noteLines
    self.columns = columns
    self.angle = angle
    self.margin = margin
    labelStride = stride
    self.labelLines = labelLines
    self.hasRules = hasRules
  }

  /// The labels of slots in up to three lines, if all their words fit.
  private static func broken(_ axis: PlotAxis, width: Double) -> [[String]]? {
    let tick = FigureStyle.tickSize
    var labels: [[String]] = []
    for label in axis.ticks.map({ DisplayText.printable($0.label?.text ?? "") }) {
      let words = label.split(separator: " ")
      guard words.allSatisfy({ TextMetrics.width(String($0), size: tick) <= width }) else {
        return nil
      }
      let lines = TextMetrics.lines(label, size: tick, width: width)
      if lines.count > 3 { return nil }
      labels.append(lines)
    }
    return labels
  }

  /// Turned labels that are longer than this are cut.
  private static let longestTurned = 90.0

  /// Where a value of the x axis stands in a panel.
  func x(_ value: Double, in panel: Int) -> Double {
    panels[panel].x + x.scale.place(of: value) * panels[panel].width
  }

  /// Where a value of the y axis stands in a panel.
  func y(_ value: Double, in panel: Int) -> Double {
    panels[panel].bottom - y.scale.place(of: value) * panels[panel].height
  }

  func point(_ x: Double, _ y: Double, in panel: Int) -> Point {
    Point(x: self.x(x, in: panel), y: self.y(y, in: panel))
  }

  // MARK: Painting

  /// Everything but the data, which are painted over it.
  func paint(on canvas: inout SVGCanvas) {
    let tick = FigureStyle.tickSize
    legend?.paint(
      at: Point(x: Self.edge, y: Self.edge), width: width - 2 * Self.edge, on: &canvas)
    for (index, panel) in panels.enumerated() {
      paintRules(of: index, on: &canvas)
      if index < titles.count, !titles[index].isEmpty {
        let title = TextMetrics.fitted(
          DisplayText.printable(titles[index]), size: tick, width: panel.width)
        canvas.text(FigureLabel(title), at: Point(x: panel.x, y: panel.y - 3.5), "")
      }
      if index % columns == 0 { paintLeft(of: panel, index, on: &canvas) }
      if index + columns >= panels.count { paintBottom(of: panel, index, on: &canvas) }
    }
    paintTitles(on: &canvas)
  }

  private func paintRules(of index: Int, on canvas: inout SVGCanvas) {
    let panel = panels[index]
    for tick in y.ticks where hasRules && tick.label != nil {
      let place = y(tick.value, in: index)
      canvas.line(Point(x: panel.x, y: place), Point(x: panel.right, y: place), "rule")
    }
    var path = SVGPath.line([
      Point(x: panel.x, y: panel.y), Point(x: panel.x, y: panel.bottom),
      Point(x: panel.right, y: panel.bottom),
    ])
    if case .slots = x.scale {
      canvas.path(path, "axis")
      return
    }
    for tick in x.ticks {
      let place = x(tick.value, in: index)
      path.move(to: Point(x: place, y: panel.bottom))
      path.line(to: Point(x: place, y: panel.bottom + (tick.label == nil ? 1.3 : 2.5)))
    }
    canvas.path(path, "axis")
  }

  private func paintLeft(of panel: Rectangle, _ index: Int, on canvas: inout SVGCanvas) {
    for tick in y.ticks {
      guard let label = tick.label else { continue }
      canvas.text(
        label,
        at: Point(x: panel.x - 4, y: y(tick.value, in: index) + FigureStyle.tickSize * 0.36), "",
        anchor: .end)
    }
  }

  private func paintBottom(of panel: Rectangle, _ index: Int, on canvas: inout SVGCanvas) {
    let size = FigureStyle.tickSize
    for (number, tick) in x.ticks.enumerated() where number % labelStride == 0 || !isSlots {
      guard let label = tick.label else { continue }
      let place = x(tick.value, in: index)
      if let lines = labelLines?[number] {
        for (line, text) in lines.enumerated() {
          let y = panel.bottom + 3.5 + size + Double(line) * Self.noteHeight
          canvas.text(FigureLabel(text), at: Point(x: place, y: y), "", anchor: .middle)
        }
      } else if angle == 0 {
        canvas.text(
          label, at: Point(x: place, y: panel.bottom + 3.5 + size), "", anchor: .middle)
      } else {
        let text = TextMetrics.fitted(
          DisplayText.printable(label.text), size: size, width: Self.longestTurned)
        canvas.text(
          FigureLabel(text), at: Point(x: place + 2, y: panel.bottom + 2.5 + size * 0.8), "",
          anchor: .end, angle: angle)
      }
    }
  }

  private var isSlots: Bool {
    if case .slots = x.scale { true } else { false }
  }

  private func paintTitles(on canvas: inout SVGCanvas) {
    let size = FigureStyle.labelSize
    let area = Rectangle(
      x: margin.left, y: margin.top, width: width - margin.left - margin.right,
      height: height - margin.top - margin.bottom)
    var bottom = height - Self.edge
    for line in notes.reversed() {
      canvas.text(FigureLabel(line), at: Point(x: Self.edge, y: bottom - 1.5), "muted")
      bottom -= Self.noteHeight
    }
    if !notes.isEmpty { bottom -= 2 }
    if !x.title.text.isEmpty {
      canvas.text(
        x.title.fitted(size: size, width: width - 2 * Self.edge),
        at: Point(x: titleMiddle(x.title, area), y: bottom - 2), "label", anchor: .middle)
    }
    if !y.title.text.isEmpty {
      let title = y.title.fitted(size: size, width: height - 2 * Self.edge)
      let half = title.width(size: size) / 2
      let middle = min(max(area.center, Self.edge + half), height - Self.edge - half)
      canvas.text(
        title, at: Point(x: Self.edge + size * 0.8, y: middle), "label", anchor: .middle, angle: -90
      )
    }
  }

  /// Under the middle of the panels, unless the title is too long for that.
  private func titleMiddle(_ title: FigureLabel, _ area: Rectangle) -> Double {
    let half =
      title.fitted(size: FigureStyle.labelSize, width: width - 2 * Self.edge)
      .width(size: FigureStyle.labelSize) / 2
    return min(max(area.middle, Self.edge + half), width - Self.edge - half)
  }
}

extension FigureLabel {
  /// The label as it fits in a width; one that does not loses its end and the exponent.
  func fitted(size: Double, width limit: Double) -> FigureLabel {
    width(size: size) <= limit
      ? self
      : FigureLabel(TextMetrics.fitted(DisplayText.printable(text), size: size, width: limit))
  }
}
