import Aggregator

/// The effects of claims with their intervals, one row each.
struct ForestPlot {
  typealias Verdict = ClaimVerdict.Verdict

  struct Row: Hashable {
    let label: String
    /// `nil` where it could not be computed.
    let effect: Double?
    let low: Double?
    let high: Double?
    let verdict: Verdict
    /// What the effect is, such as `difference of accuracy`: rows of one group share their axis.
    let measure: String
    /// The effect that means nothing: 0 for a difference, 1 for a ratio.
    let neutral: Double?
  }

  let rows: [Row]
  /// How the intervals were made.
  let interval: String

  private static let labelWidth = 196.0
  private static let numberWidth = 118.0
  private static let lineHeight = 9.0
  private static let edge = 3.0

  private struct Placed {
    let row: Row
    let lines: [String]
    let y: Double
    var height: Double { Double(max(lines.count, 1)) * ForestPlot.lineHeight + 5 }
  }

  private struct Group {
    let measure: String
    let y: Double
    let rows: [Placed]
    let axisY: Double
    let axis: PlotAxis
    let style: NumberStyle
  }

  /// - Parameter name: the figure's file name.
  func figure(named name: String) -> Figure {
    let (groups, bottom) = layout()
    let height = bottom + Self.lineHeight + Self.edge
    return Figure(
      name: name, title: "effects of the claims", caption: caption, width: FigureStyle.pageWidth,
      height: height
    ) { canvas in
      for group in groups { paint(group, on: &canvas) }
      canvas.text(
        FigureLabel("effect and \(interval)"), at: Point(x: Self.edge, y: height - Self.edge - 1.5),
        "muted")
    }
  }

  private var caption: [String] {
    [
      "Effects of the claims with their intervals (\(interval)).",
      "Filled circle: supported; filled square: contradicted; hollow circle: undecided.",
      "Dashed: no effect. Claims with different measures have axes of their own.",
    ]
  }

  // MARK: Layout

  private var plot: (x: Double, width: Double) {
    let x = Self.edge + Self.labelWidth + 10
    return (x, FigureStyle.pageWidth - Self.edge - Self.numberWidth - x)
  }

  private func layout() -> ([Group], bottom: Double) {
    var measures: [String] = []
    for row in rows where !measures.contains(row.measure) { measures.append(row.measure) }
    var y = Self.edge
    var groups: [Group] = []
    for measure in measures {
      let members = rows.filter { $0.measure == measure }
      let top = y
      y += 12
      var placed: [Placed] = []
      for row in members {
        let lines = TextMetrics.lines(
          DisplayText.printable(row.label), size: FigureStyle.tickSize, width: Self.labelWidth)
        placed.append(Placed(row: row, lines: Array(lines.prefix(4)), y: y))
        y += placed[placed.count - 1].height
      }
      let axisY = y + 2
      y += 20
      let ends = members.flatMap { [$0.effect, $0.low, $0.high, $0.neutral].compactMap(\.self) }
      let widths = members.compactMap { row in
        row.low.flatMap { low in row.high.map { ($0 - low) / 2 } }
      }
      groups.append(
        Group(
          measure: measure, y: top, rows: placed, axisY: axisY,
          axis: PlotAxis(title: "", scale: AxisScale(symmetricAround: ends), count: 5),
          style: NumberStyle(means: members.compactMap(\.effect), halfWidths: widths)))
    }
    return (groups, y)
  }

  // MARK: Painting

  private func paint(_ group: Group, on canvas: inout SVGCanvas) {
    let plot = plot
    func x(_ value: Double) -> Double {
      plot.x + min(max(group.axis.scale.place(of: value), 0), 1) * plot.width
    }
    canvas.text(
      FigureLabel(DisplayText.printable(group.measure)).fitted(
        size: FigureStyle.tickSize, width: Self.labelWidth),
      at: Point(x: Self.edge, y: group.y + 8), "muted")
    if let neutral = group.rows.first?.row.neutral {
      canvas.line(
        Point(x: x(neutral), y: group.y + 10), Point(x: x(neutral), y: group.axisY), "zero")
    }
    for placed in group.rows {
      for (line, text) in placed.lines.enumerated() {
        canvas.text(
          FigureLabel(text),
          at: Point(x: Self.edge, y: placed.y + Double(line) * Self.lineHeight + 8), "")
      }
      paint(placed, group, x, on: &canvas)
    }
    var axis = SVGPath.line([
      Point(x: plot.x, y: group.axisY), Point(x: plot.x + plot.width, y: group.axisY),
    ])
    for tick in group.axis.ticks {
      axis.move(to: Point(x: x(tick.value), y: group.axisY))
      axis.line(to: Point(x: x(tick.value), y: group.axisY + 2.5))
      if let label = tick.label {
        canvas.text(
          label, at: Point(x: x(tick.value), y: group.axisY + 3.5 + FigureStyle.tickSize), "",
          anchor: .middle)
      }
    }
    canvas.path(axis, "axis")
  }

  private func paint(
    _ placed: Placed, _ group: Group, _ x: (Double) -> Double, on canvas: inout SVGCanvas
  ) {
    let row = placed.row
    let middle = placed.y + 5.5
    let numbers = Point(x: FigureStyle.pageWidth - Self.edge, y: middle + 2.5)
    guard let effect = row.effect else {
      canvas.text(FigureLabel("no value"), at: numbers, "muted", anchor: .end)
      return
    }
    let style: String
    let mark: SeriesStyle.Mark
    let fill: String
    switch row.verdict {
    case .supported: (style, mark, fill) = ("s0", .circle, "mark")
    case .contradicted: (style, mark, fill) = ("s1", .square, "mark")
    case .undecided: (style, mark, fill) = ("s6", .circle, "hollow")
    }
    canvas.group(style) { canvas in
      if let low = row.low, let high = row.high {
        canvas.line(Point(x: x(low), y: middle), Point(x: x(high), y: middle), "line")
      }
      canvas.mark(mark, at: Point(x: x(effect), y: middle), radius: 2.5, fill)
    }
    var text = Ticks.minus(group.style.text(effect))
    if let low = row.low, let high = row.high {
      text += " [\(Ticks.minus(group.style.text(low))), \(Ticks.minus(group.style.text(high)))]"
    }
    if group.style.exponent != 0 { text += " ×1e\(group.style.exponent)" }
    canvas.text(
      FigureLabel(
        TextMetrics.fitted(text, size: FigureStyle.tickSize, width: Self.numberWidth - 6)),
      at: numbers, "", anchor: .end)
  }
}

extension AxisScale {
  /// A linear scale with room on both sides of all values, whatever their signs.
  fileprivate init(symmetricAround values: [Double]) {
    guard case .linear(let low, let high) = AxisScale(around: values, room: 0.06),
      let least = values.min()
    else {
      self = .linear(low: 0, high: 1)
      return
    }
    // An effect of nothing at the left edge would look like a border.
    self = .linear(low: min(low, least - (high - least) * 0.06), high: high)
  }
}
