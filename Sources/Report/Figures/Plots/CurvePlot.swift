import Statistics

/// Means over an ordered axis as lines, with their intervals as bands.
struct CurvePlot {
  let data: FigureData
  /// Whether the x axis is logarithmic; `nil` leaves it to the values.
  var isLogarithmic: Bool?

  /// - Parameter name: the figure's file name.
  func figure(named name: String) -> Figure {
    let numbers = data.xNumbers ?? data.xValues.indices.map(Double.init)
    let styles = SeriesStyle.styles(
      data.panels.first?.series.count ?? 0, isOrdered: data.seriesIsOrdered)
    let frame = frame(numbers, styles)
    return Figure(
      name: name, title: title, caption: caption, width: frame.width, height: frame.height
    ) { canvas in
      frame.paint(on: &canvas)
      for (index, panel) in data.panels.enumerated() {
        for (series, style) in zip(panel.series, styles) {
          canvas.group(style.style) { canvas in
            Self.paintBand(series, numbers, frame, index, on: &canvas)
          }
        }
        for (place, (series, style)) in zip(panel.series, styles).enumerated() {
          canvas.group(style.style) { canvas in
            paintLine(series, style, numbers, frame, index, on: &canvas)
            paintMissing(series, place, numbers, frame, index, on: &canvas)
          }
        }
      }
      if hasEndLabels { paintEndLabels(numbers, styles, frame, on: &canvas) }
    }
  }

  // MARK: Words

  private var title: String {
    let x = data.xName.map { " against \(DisplayText.printable($0))" } ?? ""
    return data.printableMetric + x
  }

  private var hasBands: Bool { data.intervalName != nil }
  private var isOfMeans: Bool { data.cells.contains { $0.values.count > 1 } }

  private var caption: [String] {
    var clauses = [title]
    if isOfMeans {
      clauses.append(
        data.averagedOver.isEmpty ? "mean" : "mean over \(data.averagedOver)")
    }
    if let interval = data.intervalName { clauses.append("band: \(interval) of the mean") }
    if let count = data.countClause { clauses.append(count) }
    var sentences = [clauses.joined(separator: "; ") + "."] + data.commonSentences(series: "line")
    if let missing = data.missingSentence {
      sentences.append(missing + " " + Self.signs)
    }
    return sentences
  }

  private static let signs =
    "A hollow mark is the mean of the values that there are; a cross stands where there is none."

  private var notes: [String] {
    var parts: [String] = []
    if isOfMeans { parts.append("mean") }
    if let interval = data.intervalName { parts.append(interval) }
    if let count = data.countClause { parts.append(count) }
    let cells = data.cells
    if cells.contains(where: { $0.isIncomplete && !$0.values.isEmpty }) {
      parts.append("hollow: runs missing")
    }
    if cells.contains(where: \.values.isEmpty) { parts.append("×: no value") }
    return parts.isEmpty ? [] : [parts.joined(separator: "; ")]
  }

  // MARK: Frame

  /// Few lines in one panel carry their names at their ends, where the eye finds them.
  private var hasEndLabels: Bool {
    guard data.panels.count == 1, let series = data.panels.first?.series,
      (2...6).contains(series.count), !data.seriesIsOrdered || series.count <= 4
    else { return false }
    return endLabelWidth <= 70
  }

  private var endLabelWidth: Double {
    let series = data.panels.first?.series ?? []
    let labels = series.map { TextMetrics.width($0.label, size: FigureStyle.tickSize) }
    let title = TextMetrics.width(
      FigureData.title(data.seriesName ?? ""), size: FigureStyle.tickSize)
    return (labels + [title]).max() ?? 0
  }

  private func frame(_ numbers: [Double], _ styles: [SeriesStyle]) -> PlotFrame {
    let values = data.cells.flatMap { cell in
      [cell.summary.mean, cell.summary.interval?.low, cell.summary.interval?.high]
        .compactMap(\.self)
    }
    let series = data.panels.first?.series ?? []
    let legend =
      series.count > 1 && !hasEndLabels
      ? Legend(
        title: FigureData.title(data.seriesName ?? ""),
        entries: zip(series, styles).map { Legend.Entry(label: $0.label, style: $1) }) : nil
    let perPanel =
      data.panels.count == 1 ? 7 : data.panels.count == 2 || data.panels.count == 4 ? 7 : 4
    let xTitle = FigureData.title(data.xName ?? "")
    let x =
      data.xNumbers == nil
      ? PlotAxis(title: xTitle, labels: data.xValues.map(\.description))
      : PlotAxis(
        title: xTitle, scale: AxisScale(forAxis: numbers, isLogarithmic: isLogarithmic),
        count: perPanel)
    return PlotFrame(
      titles: data.panels.map(\.label), x: x,
      y: PlotAxis(
        title: FigureData.title(data.metric), scale: AxisScale(around: values), count: 6),
      legend: legend, notes: notes, rightRoom: hasEndLabels ? endLabelWidth + 10 : 0)
  }

  // MARK: Marks

  /// The band, in pieces where means without an interval lie between.
  private static func paintBand(
    _ series: FigureData.Series, _ numbers: [Double], _ frame: PlotFrame, _ panel: Int,
    on canvas: inout SVGCanvas
  ) {
    var piece: [(x: Double, low: Double, high: Double)] = []
    func end(_ piece: [(x: Double, low: Double, high: Double)], _ canvas: inout SVGCanvas) {
      if piece.count == 1 {
        canvas.line(
          frame.point(piece[0].x, piece[0].low, in: panel),
          frame.point(piece[0].x, piece[0].high, in: panel), "thin")
      } else {
        let upper = piece.map { frame.point($0.x, $0.high, in: panel) }
        let lower = piece.reversed().map { frame.point($0.x, $0.low, in: panel) }
        canvas.path(.area(upper + lower), "band")
      }
    }
    for (x, cell) in zip(numbers, series.cells) {
      guard let cell else { continue }
      if let interval = cell.summary.interval {
        piece.append((x, interval.low, interval.high))
      } else if let mean = cell.summary.mean, cell.values.count > 1 {
        // Replicates that do not differ have no interval: there the band is as thin as the line.
        piece.append((x, mean, mean))
      } else if !piece.isEmpty {
        end(piece, &canvas)
        piece = []
      }
    }
    if !piece.isEmpty { end(piece, &canvas) }
  }

  private func paintLine(
    _ series: FigureData.Series, _ style: SeriesStyle, _ numbers: [Double], _ frame: PlotFrame,
    _ panel: Int, on canvas: inout SVGCanvas
  ) {
    var piece: [Point] = []
    for (x, cell) in zip(numbers, series.cells) {
      if let mean = cell?.summary.mean {
        piece.append(frame.point(x, mean, in: panel))
      } else if cell != nil {
        // A gap where a value is missing; where the grid has no runs the line goes on.
        canvas.path(.line(piece), "line")
        piece = []
      }
    }
    canvas.path(.line(piece), "line")
    let isDense = numbers.count > 40
    for (x, cell) in zip(numbers, series.cells) {
      guard let cell, let mean = cell.summary.mean else { continue }
      if cell.isIncomplete {
        canvas.mark(
          style.mark, at: frame.point(x, mean, in: panel), radius: 2, "hollow")
      } else if !isDense {
        canvas.mark(
          style.mark, at: frame.point(x, mean, in: panel), radius: numbers.count > 20 ? 1.2 : 1.7,
          "mark")
      }
    }
  }

  /// Crosses at the foot of the panel, those of different series beside each other.
  private func paintMissing(
    _ series: FigureData.Series, _ place: Int, _ numbers: [Double], _ frame: PlotFrame,
    _ panel: Int,
    on canvas: inout SVGCanvas
  ) {
    let count = data.panels[panel].series.count
    let shift = (Double(place) - Double(count - 1) / 2) * min(4, 14 / Double(count))
    for (x, cell) in zip(numbers, series.cells) {
      guard let cell, cell.values.isEmpty else { continue }
      canvas.cross(
        at: Point(x: frame.x(x, in: panel) + shift, y: frame.panels[panel].bottom - 3.5),
        radius: 1.7)
    }
  }

  /// The names of the series beside the last values of their lines, moved apart where they would
  /// overlap.
  private func paintEndLabels(
    _ numbers: [Double], _ styles: [SeriesStyle], _ frame: PlotFrame, on canvas: inout SVGCanvas
  ) {
    guard let panel = data.panels.first, let area = frame.panels.first else { return }
    let height = FigureStyle.tickSize * 1.25
    var ends: [(index: Int, end: Point)] = []
    for (index, series) in panel.series.enumerated() {
      guard let last = series.cells.lastIndex(where: { $0?.summary.mean != nil }),
        let mean = series.cells[last]?.summary.mean
      else { continue }
      ends.append((index, frame.point(numbers[last], mean, in: 0)))
    }
    ends.sort { ($0.end.y, $0.index) < ($1.end.y, $1.index) }
    let wanted = ends.map(\.end.y)
    // The title of the series stands above the panel's upper edge.
    let places = Self.spread(wanted, by: height, from: area.y + height, to: area.bottom)
    let x = area.right + 5
    for ((index, end), place) in zip(ends, places) {
      canvas.group(styles[index].style) { canvas in
        if (place - end.y).magnitude > 1 || area.right - end.x > 14 {
          canvas.path(.line([Point(x: end.x + 2.5, y: end.y), Point(x: x - 1, y: place)]), "lead")
        }
        canvas.text(
          FigureLabel(panel.series[index].label),
          at: Point(x: x, y: place + FigureStyle.tickSize * 0.36), "named")
      }
    }
    if let seriesName = data.seriesName {
      canvas.text(
        FigureLabel(FigureData.title(seriesName)), at: Point(x: x, y: area.y + 3), "muted")
    }
  }

  /// Ascending places moved apart to a distance, within bounds, as little as possible: neighbours
  /// that are too near become a block around the mean of what they want.
  static func spread(
    _ wanted: [Double], by distance: Double, from low: Double, to high: Double
  ) -> [Double] {
    struct Block {
      var sum: Double
      var count: Int
      func start(_ distance: Double) -> Double {
        sum / Double(count) - Double(count - 1) * distance / 2
      }
    }
    var blocks: [Block] = []
    func bounded(_ block: Block) -> Double {
      let length = Double(block.count - 1) * distance
      return max(low, min(block.start(distance), high - length))
    }
    for place in wanted {
      blocks.append(Block(sum: place, count: 1))
      while blocks.count > 1 {
        let last = blocks[blocks.count - 1]
        let before = blocks[blocks.count - 2]
        guard bounded(before) + Double(before.count) * distance > bounded(last) else { break }
        blocks.removeLast(2)
        blocks.append(Block(sum: before.sum + last.sum, count: before.count + last.count))
      }
    }
    return blocks.flatMap { block in
      (0..<block.count).map { bounded(block) + Double($0) * distance }
    }
  }
}
