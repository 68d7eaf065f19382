import Glibc

/// How values become places along an axis.
enum AxisScale: Hashable {
  case linear(low: Double, high: Double)
  /// Both ends above zero.
  case logarithmic(low: Double, high: Double)
  /// Places of equal width for the values 0 ..< count.
  case slots(Int)

  /// Where a value stands: 0 at the start of the axis, 1 at its end.
  func place(of value: Double) -> Double {
    switch self {
    case .linear(let low, let high): (value - low) / (high - low)
    case .logarithmic(let low, let high): log10(value / low) / log10(high / low)
    case .slots(let count): (value + 0.5) / Double(max(count, 1))
    }
  }

  /// A linear scale with room around the values. Room that would show negative numbers where there
  /// are none is left out.
  init(around values: some Sequence<Double>, room: Double = 0.05) {
    var low = Double.infinity
    var high = -Double.infinity
    for value in values where value.isFinite {
      low = min(low, value)
      high = max(high, value)
    }
    guard low <= high else {
      self = .linear(low: 0, high: 1)
      return
    }
    var margin = (high - low) * room
    // Equal values, or differences beyond what Double can scale, get room by their size.
    if !(margin > high.magnitude * 1e-12) {
      margin = max(low.magnitude, high.magnitude) * 0.05
      if margin == 0 { margin = 1 }
    }
    guard (high + margin - (low - margin)).isFinite else {
      self = .linear(low: low / 2, high: max(high / 2, low / 2 + 1))
      return
    }
    self = .linear(low: low >= 0 ? max(0, low - margin) : low - margin, high: high + margin)
  }

  /// The scale for the values of an axis of the grid: logarithmic where they are positive, span a
  /// factor of twenty and lie more evenly by their logarithms, else linear.
  init(forAxis values: [Double], isLogarithmic: Bool?) {
    let sorted = values.sorted()
    guard let low = sorted.first, let high = sorted.last else {
      self = .linear(low: 0, high: 1)
      return
    }
    if low > 0, low < high, isLogarithmic ?? Self.looksLogarithmic(sorted) {
      let room = pow(high / low, 0.04)
      self = .logarithmic(low: low / room, high: high * room)
    } else {
      let room = low < high ? (high - low) * 0.04 : max(low.magnitude * 0.1, 0.5)
      self = .linear(low: low - room, high: high + room)
    }
  }

  private static func looksLogarithmic(_ sorted: [Double]) -> Bool {
    guard sorted.count >= 3, let low = sorted.first, let high = sorted.last, high >= 20 * low else {
      return false
    }
    return unevenness(sorted.map { log10($0) }) < unevenness(sorted)
  }

  /// The largest gap between neighbours by the mean one.
  private static func unevenness(_ sorted: [Double]) -> Double {
    let gaps = zip(sorted.dropFirst(), sorted).map { $0 - $1 }
    let sum = gaps.reduce(0, +)
    return sum > 0 ? (gaps.max() ?? 0) * Double(gaps.count) / sum : .infinity
  }
}
