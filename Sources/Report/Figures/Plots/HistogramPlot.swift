import Statistics

/// How often values occur, with mean, standard deviation and skewness: one panel for each series.
struct HistogramPlot {
  let data: FigureData

  /// A group of values with its panel's title.
  private struct Group {
    let label: String
    let cell: FigureData.Cell
  }

  private struct Bins {
    let low: Double
    let width: Double
    let count: Int

    /// The rule of Freedman and Diaconis (Zeitschrift für Wahrscheinlichkeitstheorie 57 (1981)
    /// 453–476): twice the interquartile range by the cube root of n; 5 to 40 bins.
    init(_ groups: [SampleSummary], low: Double, high: Double) {
      var widths: [Double] = []
      for summary in groups {
        guard let lower = summary.lowerQuartile, let upper = summary.upperQuartile, upper > lower
        else { continue }
        var root = 1.0
        // The cube root by Newton's method, the same on every machine.
        for _ in 0..<60 { root = (2 * root + Double(summary.count) / (root * root)) / 3 }
        widths.append(2 * (upper - lower) / root)
      }
      let wanted = widths.min().map { ((high - low) / $0).rounded(.up) } ?? 10
      count = Int(min(max(wanted, 5), 40))
      self.low = low
      width = (high - low) / Double(count)
    }

    func counts(_ values: [Double]) -> [Int] {
      var counts = [Int](repeating: 0, count: count)
      for value in values {
        counts[min(max(Int((value - low) / width), 0), count - 1)] += 1
      }
      return counts
    }
  }

  /// - Parameter name: the figure's file name.
  func figure(named name: String) -> Figure {
    let groups = data.panels.flatMap { panel in
      panel.series.flatMap { series in
        series.cells.compactMap { cell in
          cell.map { Group(label: label(panel, series), cell: $0) }
        }
      }
    }
    let values = groups.flatMap(\.cell.values)
    var low = values.min() ?? 0
    var high = values.max() ?? 1
    if !(low < high) || !(high - low).isFinite,
      case .linear(let from, let to) = AxisScale(around: [low])
    {
      (low, high) = (from, to)
    }
    let bins = Bins(groups.map(\.cell.summary), low: low, high: high)
    let counts = groups.map { bins.counts($0.cell.values) }
    let frame = frame(groups, low: low, high: high, most: counts.joined().max() ?? 1)
    return Figure(
      name: name, title: title, caption: caption(groups), width: frame.width, height: frame.height
    ) { canvas in
      frame.paint(on: &canvas)
      for (index, group) in groups.enumerated() {
        canvas.group("s0") { canvas in
          for (bin, count) in counts[index].enumerated() where count > 0 {
            let left = frame.point(bins.low + Double(bin) * bins.width, Double(count), in: index)
            let right = frame.x(bins.low + Double(bin + 1) * bins.width, in: index)
            canvas.rectangle(
              Rectangle(
                x: left.x, y: left.y, width: right - left.x,
                height: frame.panels[index].bottom - left.y), "bar")
          }
        }
        Self.paintMoments(group.cell.summary, frame, index, on: &canvas)
      }
    }
  }

  private func label(_ panel: FigureData.Panel, _ series: FigureData.Series) -> String {
    [panel.label, data.seriesName.map { "\(DisplayText.printable($0)) = \(series.label)" } ?? ""]
      .filter { !$0.isEmpty }.joined(separator: ", ")
  }

  // MARK: Words

  private var title: String { "distribution of \(data.printableMetric)" }

  private func caption(_ groups: [Group]) -> [String] {
    var clauses = [title]
    if !data.averagedOver.isEmpty { clauses.append("values of all \(data.averagedOver)") }
    clauses.append("line: mean μ; bracket: ± standard deviation σ (n − 1); skewness: G1")
    if let count = data.countClause { clauses.append(count) }
    var sentences = [clauses.joined(separator: "; ") + "."]
    sentences += data.commonSentences(series: "panel")
    if let missing = data.missingSentence { sentences.append(missing) }
    return sentences
  }

  /// `μ 0.52, σ 0.03, skewness 0.11 ± 0.56, n 16`.
  private static func moments(_ summary: SampleSummary) -> String {
    guard let mean = summary.mean else { return "no value" }
    let style = NumberStyle(
      means: [mean], halfWidths: [summary.standardDeviation].compactMap { $0.map { $0 / 10 } })
    let unit = style.exponent == 0 ? "" : " (in units of 1e\(style.exponent))"
    var parts = ["μ " + Ticks.minus(style.text(mean))]
    if let deviation = summary.standardDeviation { parts.append("σ " + style.text(deviation)) }
    if let skewness = summary.skewness {
      let shape = NumberStyle(decimals: 2, exponent: 0)
      parts.append("skewness " + Ticks.minus(shape.text(skewness)))
    }
    return parts.joined(separator: ", ") + unit + ", n \(summary.count)"
  }

  private func frame(_ groups: [Group], low: Double, high: Double, most: Int) -> PlotFrame {
    PlotFrame(
      titles: groups.map { group in
        [group.label, Self.moments(group.cell.summary)].filter { !$0.isEmpty }
          .joined(separator: ": ")
      },
      x: PlotAxis(
        title: FigureData.title(data.metric), scale: AxisScale(around: [low, high], room: 0.03),
        count: 6),
      y: PlotAxis(
        title: "runs", scale: .linear(low: 0, high: Double(most) * 1.15), count: min(4, most)),
      aspect: 0.42, columns: groups.count > 1 ? 2 : 1)
  }

  /// The mean as a line, the standard deviation as a bracket above the bars.
  private static func paintMoments(
    _ summary: SampleSummary, _ frame: PlotFrame, _ index: Int, on canvas: inout SVGCanvas
  ) {
    guard let mean = summary.mean else { return }
    let panel = frame.panels[index]
    let x = frame.x(mean, in: index)
    canvas.group("ink") { canvas in
      canvas.line(Point(x: x, y: panel.y), Point(x: x, y: panel.bottom), "thin")
      guard let deviation = summary.standardDeviation, deviation > 0 else { return }
      let from = max(panel.x, frame.x(mean - deviation, in: index))
      let to = min(panel.right, frame.x(mean + deviation, in: index))
      let y = panel.y + 3
      var bracket = SVGPath.line([
        Point(x: from, y: y + 2), Point(x: from, y: y), Point(x: to, y: y), Point(x: to, y: y + 2),
      ])
      bracket.move(to: Point(x: x, y: y))
      canvas.path(bracket, "thin")
    }
  }
}
