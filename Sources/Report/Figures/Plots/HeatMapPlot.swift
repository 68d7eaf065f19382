import Statistics

/// Means as colours over two axes, with their values where they fit.
struct HeatMapPlot {
  /// The series are the rows, from below.
  let data: FigureData

  private static let valueSize = 6.0
  private static let barWidth = 7.0

  /// - Parameter name: the figure's file name.
  func figure(named name: String) -> Figure {
    let means = data.cells.compactMap(\.summary.mean)
    let scale = ValueScale(means)
    let frame = frame(scale)
    let values = valueTexts(in: frame)
    return Figure(
      name: name, title: title, caption: caption, width: frame.width, height: frame.height
    ) { canvas in
      frame.paint(on: &canvas)
      for (index, panel) in data.panels.enumerated() {
        for (row, series) in panel.series.enumerated() {
          for (column, cell) in series.cells.enumerated() {
            guard let cell else { continue }
            paint(
              cell, area(row: row, column: column, of: index, in: frame), scale, values, on: &canvas
            )
          }
        }
      }
      paintBar(scale, frame, on: &canvas)
    }
  }

  // MARK: Words

  private var title: String {
    data.printableMetric + " by "
      + [data.xName, data.seriesName].compactMap(\.self).map(DisplayText.printable).listed
  }

  private var caption: [String] {
    var clauses = [title]
    if data.cells.contains(where: { $0.values.count > 1 }), !data.averagedOver.isEmpty {
      clauses.append("mean over \(data.averagedOver)")
    }
    if let count = data.countClause { clauses.append(count) }
    clauses.append("intervals stand in the tables")
    var sentences = [clauses.joined(separator: "; ") + "."]
    sentences += data.commonSentences(series: "row")
    if let missing = data.missingSentence {
      sentences.append(
        missing + " A ring marks the mean of the values that there are; a cell is hatched where "
          + "there is none.")
    }
    return sentences
  }

  private var notes: [String] {
    var parts: [String] = []
    if data.cells.contains(where: { $0.values.count > 1 }) { parts.append("mean") }
    if let count = data.countClause { parts.append(count) }
    let cells = data.cells
    if cells.contains(where: { $0.isIncomplete && !$0.values.isEmpty }) {
      parts.append("ring: runs missing")
    }
    if cells.contains(where: \.values.isEmpty) { parts.append("hatched: no value") }
    return [parts.joined(separator: "; ")].filter { !$0.isEmpty }
  }

  private func frame(_ scale: ValueScale) -> PlotFrame {
    let rows = Double(data.panels.first?.series.count ?? 1)
    return PlotFrame(
      titles: data.panels.map(\.label),
      x: PlotAxis(
        title: FigureData.title(data.xName ?? ""), labels: data.xValues.map(\.description)),
      y: PlotAxis(
        title: FigureData.title(data.seriesName ?? ""),
        labels: (data.panels.first?.series ?? []).map(\.label)),
      notes: notes, rightRoom: 8 + Self.barWidth + 3 + scale.axis(data.metric).labelWidth + 14,
      panelHeight: min(max(rows * 15, 50), 260), hasRules: false)
  }

  // MARK: Cells

  /// A linear scale from values to colours.
  private struct ValueScale {
    let low: Double
    let high: Double

    init(_ values: [Double]) {
      let least = values.min() ?? 0
      let most = values.max() ?? 1
      if least < most, (most - least).isFinite {
        (low, high) = (least, most)
      } else if case .linear(let low, let high) = AxisScale(around: [least]) {
        (self.low, self.high) = (low, high)
      } else {
        (low, high) = (0, 1)
      }
    }

    func color(_ value: Double) -> RGB {
      SequentialColors.cividis.color(at: (value - low) / (high - low))
    }

    func axis(_ metric: String) -> PlotAxis {
      PlotAxis(title: FigureData.title(metric), scale: .linear(low: low, high: high), count: 5)
    }
  }

  private func area(row: Int, column: Int, of index: Int, in frame: PlotFrame) -> Rectangle {
    let panel = frame.panels[index]
    let width = panel.width / Double(max(data.xValues.count, 1))
    let height = panel.height / Double(max(data.panels[index].series.count, 1))
    return Rectangle(
      x: panel.x + Double(column) * width + 0.3, y: panel.bottom - Double(row + 1) * height + 0.3,
      width: width - 0.6, height: height - 0.6)
  }

  /// How to write the values in the cells; `nil` where they do not fit.
  private func valueTexts(in frame: PlotFrame) -> ((Double) -> String)? {
    let cells = data.cells
    let means = cells.compactMap(\.summary.mean)
    guard !means.isEmpty, !data.panels.isEmpty else { return nil }
    let cell = area(row: 0, column: 0, of: 0, in: frame)
    guard cell.height >= Self.valueSize + 1.5 else { return nil }
    let full = NumberStyle(
      means: means, halfWidths: cells.compactMap(\.summary.interval?.halfWidth))
    for style in [full, NumberStyle(decimals: min(full.decimals, 2), exponent: full.exponent)] {
      for isShort in [false, true] {
        func text(_ value: Double) -> String {
          let text = Ticks.minus(style.text(value))
          return isShort && text.hasPrefix("0.") ? String(text.dropFirst()) : text
        }
        if means.allSatisfy({
          TextMetrics.width(text($0), size: Self.valueSize) <= cell.width - 2
        }) {
          return text
        }
      }
    }
    return nil
  }

  private func paint(
    _ cell: FigureData.Cell, _ area: Rectangle, _ scale: ValueScale,
    _ values: ((Double) -> String)?, on canvas: inout SVGCanvas
  ) {
    guard let mean = cell.summary.mean else {
      canvas.path(Self.hatching(area), "hatch")
      return
    }
    let color = scale.color(mean)
    canvas.rectangle(area, "", fill: color.hex)
    let style = color.isLight ? "onlight" : "ondark"
    if let values {
      canvas.text(
        FigureLabel(values(mean)),
        at: Point(x: area.middle, y: area.center + Self.valueSize * 0.36), "value \(style)",
        anchor: .middle)
    }
    if cell.isIncomplete {
      canvas.circle(Point(x: area.right - 2, y: area.y + 2), radius: 1, "ring \(style)")
    }
  }

  /// Parallel lines across a rectangle.
  private static func hatching(_ area: Rectangle) -> SVGPath {
    var path = SVGPath()
    var offset = 2.5
    while offset < area.width + area.height {
      path.move(
        to: Point(
          x: area.x + min(offset, area.width), y: area.y + max(0, offset - area.width)))
      path.line(
        to: Point(
          x: area.x + max(0, offset - area.height), y: area.y + min(offset, area.height)))
      offset += 3.5
    }
    return path
  }

  /// The key to the colours, at the right of the first row of panels.
  private func paintBar(_ scale: ValueScale, _ frame: PlotFrame, on canvas: inout SVGCanvas) {
    guard let first = frame.panels.first else { return }
    let right = frame.panels.map(\.right).max() ?? first.right
    let bar = Rectangle(x: right + 8, y: first.y, width: Self.barWidth, height: first.height)
    let steps = 48
    for step in 0..<steps {
      let height = bar.height / Double(steps)
      let color = SequentialColors.cividis.color(at: (Double(step) + 0.5) / Double(steps))
      canvas.rectangle(
        Rectangle(
          x: bar.x, y: bar.bottom - Double(step + 1) * height, width: bar.width,
          height: height + (step == 0 ? 0 : 0.3)), "", fill: color.hex)
    }
    let axis = scale.axis(data.metric)
    for tick in axis.ticks {
      guard let label = tick.label else { continue }
      let y = bar.bottom - axis.scale.place(of: tick.value) * bar.height
      canvas.text(
        label, at: Point(x: bar.right + 3, y: y + FigureStyle.tickSize * 0.36), "")
    }
    let title = axis.title.fitted(size: FigureStyle.tickSize, width: frame.height - 12)
    let half = title.width(size: FigureStyle.tickSize) / 2
    canvas.text(
      title,
      at: Point(x: frame.width - 3, y: min(max(bar.center, half + 3), frame.height - half - 3)),
      "muted", anchor: .middle, angle: -90)
  }
}
