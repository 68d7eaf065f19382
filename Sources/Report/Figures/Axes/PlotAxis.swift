/// One axis of a plot: its title, scale and ticks.
struct PlotAxis {
  struct Tick: Hashable {
    let value: Double
    /// `nil` for a small tick between those with labels.
    let label: FigureLabel?
  }

  let title: FigureLabel
  let scale: AxisScale
  let ticks: [Tick]

  init(title: FigureLabel, scale: AxisScale, ticks: [Tick]) {
    self.title = title
    self.scale = scale
    self.ticks = ticks
  }

  /// An axis of numbers with at most `count` labels.
  init(title: String, scale: AxisScale, count: Int) {
    switch scale {
    case .linear(let low, let high):
      let ticks = Ticks.linear(low: low, high: high, count: count)
      self.init(
        title: ticks.exponent == 0
          ? FigureLabel(title)
          : FigureLabel("\(title), in units of 10", exponent: Ticks.signed(ticks.exponent)),
        scale: scale, ticks: ticks.ticks)
    case .logarithmic(let low, let high):
      self.init(
        title: FigureLabel(title), scale: scale,
        ticks: Ticks.logarithmic(low: low, high: high, count: count))
    case .slots:
      self.init(title: FigureLabel(title), scale: scale, ticks: [])
    }
  }

  /// Longer labels are cut.
  private static let longestLabel = 90.0

  /// An axis with a place of its own for every label.
  init(title: String, labels: [String]) {
    self.init(
      title: FigureLabel(title), scale: .slots(labels.count),
      ticks: labels.enumerated().map { index, label in
        Tick(
          value: Double(index),
          label: FigureLabel(
            TextMetrics.fitted(
              DisplayText.printable(label), size: FigureStyle.tickSize, width: Self.longestLabel)))
      })
  }

  /// The width of the widest label.
  var labelWidth: Double {
    ticks.lazy.compactMap { $0.label?.width(size: FigureStyle.tickSize) }.max() ?? 0
  }
}

/// Finds ticks that people can read.
enum Ticks {
  /// Multiples of 1, 2, 2.5 or 5 times a power of ten, as many as there can be up to `count`, with
  /// labels of equally many decimals (Heckbert's nice numbers, Graphics Gems, 1990, with 2.5).
  ///
  /// - Returns: the ticks, their labels in units of ten to `exponent`, which is 0 but for very large
  ///   or small numbers.
  static func linear(
    low: Double, high: Double, count: Int
  ) -> (ticks: [PlotAxis.Tick], exponent: Int) {
    let span = high - low
    // Numbers at the edge of what Double can hold, or equal in all their digits, have no ticks.
    guard span > 1e-290, span.isFinite else { return ([], 0) }
    let (step, digits) = step(for: span / Double(max(count, 1)))
    guard max(low.magnitude, high.magnitude) / step < 1e12 else { return ([], 0) }
    let first = Int((low / step - 1e-9).rounded(.up))
    let last = Int((high / step + 1e-9).rounded(.down))
    guard first <= last else { return ([], 0) }
    let largest = max(Double(first).magnitude, Double(last).magnitude) * step
    let order = largest > 0 ? PowerOfTen.order(of: largest) : 0
    let exponent = order >= 5 || order < -3 ? order : 0
    let decimals = max(0, digits + exponent)
    let style = NumberStyle(decimals: decimals, exponent: exponent)
    return (
      (first...last).map {
        // A negative number is written with the sign, not with a hyphen.
        .init(value: Double($0) * step, label: FigureLabel(minus(style.text(Double($0) * step))))
      }, exponent
    )
  }

  /// The least nice step that is not below the wanted one, and how many decimals it has (negative
  /// for tens and hundreds).
  private static func step(for wanted: Double) -> (step: Double, decimals: Int) {
    let order = PowerOfTen.order(of: wanted)
    for (factor, more) in [(1.0, 0), (2.0, 0), (2.5, 1), (5.0, 0)] {
      let step = PowerOfTen.times(factor, order)
      if step >= wanted * (1 - 1e-9) { return (step, more - order) }
    }
    return (PowerOfTen.times(1, order + 1), -order - 1)
  }

  /// Powers of ten, every one or every second, third …, with small ticks between neighbours; within
  /// two decades also 2 and 5 times a power.
  static func logarithmic(low: Double, high: Double, count: Int) -> [PlotAxis.Tick] {
    let first = PowerOfTen.order(of: low)
    let last = PowerOfTen.order(of: high)
    let isShort = PowerOfTen.times(100, first) >= high / 10 && last - first <= 1
    let every = max(1, (last - first) / max(count, 1) + 1)
    var ticks: [PlotAxis.Tick] = []
    for order in first...max(first, last) {
      for factor in 1...9 {
        let value = PowerOfTen.times(Double(factor), order)
        guard value >= low * (1 - 1e-9), value <= high * (1 + 1e-9) else { continue }
        if factor == 1 {
          ticks.append(
            .init(
              value: value,
              label: order % every == 0 ? FigureLabel("10", exponent: signed(order)) : nil))
        } else if isShort, factor == 2 || factor == 5 {
          ticks.append(
            .init(value: value, label: FigureLabel("\(factor)·10", exponent: signed(order))))
        } else if every == 1, last - first <= 6 {
          ticks.append(.init(value: value, label: nil))
        }
      }
    }
    return ticks
  }

  /// The integer with the sign for minus.
  static func signed(_ number: Int) -> String { minus(String(number)) }

  static func minus(_ text: String) -> String {
    text.hasPrefix("-") ? "−" + text.dropFirst() : text
  }
}
