import Statistics

/// The values of the replicates themselves: box plots with the points, or strips of points with mean
/// and interval.
struct DistributionPlot {
  enum Form {
    case box, strip
  }

  let data: FigureData
  let form: Form

  /// Beyond so many points in a figure only those outside the whiskers are painted.
  private static let pointLimit = 3000
  private static let radius = 1.25

  /// - Parameter name: the figure's file name.
  func figure(named name: String) -> Figure {
    let series = data.panels.first?.series ?? []
    let styles = SeriesStyle.styles(series.count, isOrdered: data.seriesIsOrdered)
    let frame = frame(styles)
    return Figure(
      name: name, title: title, caption: caption, width: frame.width, height: frame.height
    ) { canvas in
      frame.paint(on: &canvas)
      for (index, panel) in data.panels.enumerated() {
        let slots = Double(max(data.xValues.count, 1))
        let slot = frame.panels[index].width / slots
        let share = slot * 0.86 / Double(max(panel.series.count, 1))
        for (place, (series, style)) in zip(panel.series, styles).enumerated() {
          canvas.group(style.style) { canvas in
            for (x, cell) in series.cells.enumerated() {
              guard let cell else { continue }
              let offset = (Double(place) - Double(panel.series.count - 1) / 2) * share
              paint(
                cell, at: frame.x(Double(x), in: index) + offset, room: min(share, 46), style,
                frame, index, on: &canvas)
            }
          }
        }
      }
    }
  }

  // MARK: Words

  private var title: String {
    data.printableMetric + (data.xName.map { " by \(DisplayText.printable($0))" } ?? "")
  }

  private var showsAllPoints: Bool {
    data.cells.reduce(0) { $0 + $1.values.count } <= Self.pointLimit
  }

  private var caption: [String] {
    var clauses = [title]
    let over = data.averagedOver
    let points = over.isEmpty ? "points: single runs" : "points: one for each \(over)"
    switch form {
    case .box:
      clauses.append(
        "box: quartiles and median; whiskers: to the last value within 1.5 interquartile ranges")
      clauses.append(showsAllPoints ? points : "points: values beyond the whiskers")
    case .strip:
      clauses.append(showsAllPoints ? points : "points left out, as there are too many")
      if let interval = data.intervalName {
        clauses.append("beside them the mean with its \(interval)")
      } else if data.cells.contains(where: { $0.values.count > 1 }) {
        clauses.append("beside them the mean")
      }
    }
    if let count = data.countClause { clauses.append(count) }
    var sentences = [clauses.joined(separator: "; ") + "."] + data.commonSentences(series: "colour")
    if let missing = data.missingSentence {
      sentences.append(missing + " Each has a cross at the foot, many share one with their number.")
    }
    return sentences
  }

  private var notes: [String] {
    var parts: [String] = []
    switch form {
    case .box: parts.append("median, quartiles, 1.5 IQR")
    case .strip: if let interval = data.intervalName { parts.append("mean, \(interval)") }
    }
    if let count = data.countClause { parts.append(count) }
    if data.cells.contains(where: \.isIncomplete) { parts.append("×: run without a value") }
    return [parts.joined(separator: "; ")].filter { !$0.isEmpty }
  }

  private func frame(_ styles: [SeriesStyle]) -> PlotFrame {
    let series = data.panels.first?.series ?? []
    let cells = data.cells
    var values = cells.flatMap(\.values)
    if form == .strip {
      values += cells.flatMap { [$0.summary.interval?.low, $0.summary.interval?.high] }
        .compactMap(\.self)
    }
    // Room for the crosses below the lowest value.
    let scale = AxisScale(
      around: values, room: cells.contains(where: \.isIncomplete) ? 0.12 : 0.05)
    return PlotFrame(
      titles: data.panels.map(\.label),
      x: PlotAxis(
        title: FigureData.title(data.xName ?? ""),
        labels: data.xName == nil ? [""] : data.xValues.map(\.description)),
      y: PlotAxis(title: FigureData.title(data.metric), scale: scale, count: 6),
      legend: series.count > 1
        ? Legend(
          title: FigureData.title(data.seriesName ?? ""),
          entries: zip(series, styles).map { Legend.Entry(label: $0.label, style: $1) }) : nil,
      notes: notes)
  }

  // MARK: Marks

  private func paint(
    _ cell: FigureData.Cell, at x: Double, room: Double, _ style: SeriesStyle, _ frame: PlotFrame,
    _ panel: Int, on canvas: inout SVGCanvas
  ) {
    switch form {
    case .box: paintBox(cell, at: x, room: room, frame, panel, on: &canvas)
    case .strip: paintStrip(cell, at: x, room: room, style, frame, panel, on: &canvas)
    }
    paintMissing(cell, at: x, room: room, frame, panel, on: &canvas)
  }

  private func paintBox(
    _ cell: FigureData.Cell, at x: Double, room: Double, _ frame: PlotFrame, _ panel: Int,
    on canvas: inout SVGCanvas
  ) {
    let half = max(1.5, min(room * 0.4, 14))
    let summary = cell.summary
    guard let low = summary.lowerQuartile, let high = summary.upperQuartile,
      let median = summary.median
    else { return }
    let reach = 1.5 * (high - low)
    let least = cell.values.filter { $0 >= low - reach }.min() ?? low
    let most = cell.values.filter { $0 <= high + reach }.max() ?? high
    if cell.values.count >= 3 {
      let top = frame.y(high, in: panel)
      let bottom = frame.y(low, in: panel)
      canvas.rectangle(
        Rectangle(x: x - half, y: top, width: 2 * half, height: bottom - top), "box")
      for (end, edge) in [(least, low), (most, high)] where end != edge {
        canvas.line(
          Point(x: x, y: frame.y(edge, in: panel)), Point(x: x, y: frame.y(end, in: panel)), "thin")
      }
      let middle = frame.y(median, in: panel)
      canvas.line(Point(x: x - half, y: middle), Point(x: x + half, y: middle), "thick")
    }
    let shown =
      showsAllPoints
      ? cell.values : cell.values.filter { $0 < low - reach || $0 > high + reach }
    paintPoints(shown, at: x, room: half - Self.radius, frame, panel, on: &canvas)
  }

  private func paintStrip(
    _ cell: FigureData.Cell, at x: Double, room: Double, _ style: SeriesStyle, _ frame: PlotFrame,
    _ panel: Int, on canvas: inout SVGCanvas
  ) {
    let isSingle = cell.values.count == 1
    // The points stand left of the middle, mean and interval right of it.
    let aside = isSingle ? 0 : min(room * 0.18, 6)
    if showsAllPoints {
      paintPoints(
        cell.values, at: x - aside, room: max(0, min(room * 0.26, 9)), frame, panel, on: &canvas)
    }
    guard !isSingle, let mean = cell.summary.mean else { return }
    let middle = frame.point(0, mean, in: panel).y
    let right = x + aside
    if let interval = cell.summary.interval {
      canvas.line(
        Point(x: right, y: frame.y(interval.low, in: panel)),
        Point(x: right, y: frame.y(interval.high, in: panel)), "line")
    }
    canvas.mark(
      style.mark, at: Point(x: right, y: middle), radius: 2.1, cell.isIncomplete ? "hollow" : "mark"
    )
  }

  private func paintPoints(
    _ values: [Double], at x: Double, room: Double, _ frame: PlotFrame, _ panel: Int,
    on canvas: inout SVGCanvas
  ) {
    let heights = values.map { frame.y($0, in: panel) }
    let shifts = Swarm.shifts(heights, diameter: 2 * Self.radius, room: max(0, room))
    for (height, shift) in zip(heights, shifts) {
      canvas.circle(Point(x: x + shift, y: height), radius: Self.radius, "point")
    }
  }

  private func paintMissing(
    _ cell: FigureData.Cell, at x: Double, room: Double, _ frame: PlotFrame, _ panel: Int,
    on canvas: inout SVGCanvas
  ) {
    let missing = cell.planned - cell.values.count
    guard missing > 0 else { return }
    let y = frame.panels[panel].bottom - 3.5
    let step = 4.2
    if Double(missing) * step <= room || missing == 1 {
      for index in 0..<missing {
        canvas.cross(
          at: Point(x: x + (Double(index) - Double(missing - 1) / 2) * step, y: y), radius: 1.6)
      }
    } else {
      canvas.cross(at: Point(x: x, y: y), radius: 1.6)
      let number = String(missing)
      if TextMetrics.width(number, size: 5.5) <= room {
        canvas.text(
          FigureLabel(number), at: Point(x: x, y: y - 3), "small", anchor: .middle, halo: true)
      }
    }
  }
}
