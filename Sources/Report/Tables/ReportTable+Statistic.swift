import Aggregator
import Grid
import Statistics

extension ReportTable {
  /// One statistic of each cell of a pivot, with n.
  ///
  /// - Parameter best: which entry of a column stands out; of statistics that have a place, not of
  ///   spreads.
  /// - Complexity: O(cells), and as much for each row that is looked at.
  init(_ statistic: ReportStatistic, of figures: PivotFigures, best: ReportBest = .none) {
    if statistic == .mean {
      self.init(meansOf: figures, best: best)
      return
    }
    let pivot = figures.pivot
    let present = figures.present
    let counts = SampleCounts(present.lazy.map(\.summary.count))
    let values = present.compactMap { $0.summary.value(of: statistic) }
    let style =
      statistic == .skewness
      ? NumberStyle(decimals: 2, exponent: 0) : NumberStyle(means: values, halfWidths: [])
    let means = NumberStyle(summaries: present.lazy.map(\.summary))
    let bestOnes = (statistic.hasPlace ? best : .none).places(
      rows: pivot.rows.count, columns: pivot.columns.count
    ) { figures[$0, $1]?.summary.value(of: statistic) }
    let metric = DisplayText.printable(pivot.metricName)
    let over = pivot.averagedAxes.map(DisplayText.printable).listed
    var clauses = ["\(metric): \(statistic.phrase)" + (over.isEmpty ? "" : " over \(over)")]
    if let clause = counts.clause { clauses.append(clause) }
    if let unit = style.unit { clauses.append(unit) }
    self.init(
      caption: [clauses.joined(separator: "; ") + "."]
        + [pivot.constantsSentence].compactMap(\.self),
      labelHeaders: pivot.rowAxes.map(DisplayText.printable),
      columnHeaders: pivot.columnHeaders(pivot.metricName),
      rows: Rows(count: pivot.rows.count) { row in
        Row(
          labels: pivot.rowLabels(row),
          entries: pivot.columns.indices.map { column in
            guard let figures = figures[row, column] else { return .nothing }
            return Entry(
              style.text(statistic, of: figures.summary), remark: counts.remark(figures, means),
              isBest: bestOnes.contains([row, column]))
          })
      },
      notes: Self.missingNotes(present) + Self.mixedNotes(present)
        + (present.contains { $0.summary.value(of: statistic) == nil }
          ? ["\(NumberStyle.none): does not exist for these values."] : []))
  }
}

extension ReportBest {
  /// The best entries of each column that has two or more, as row and column.
  func places(rows: Int, columns: Int, value: (Int, Int) -> Double?) -> Set<[Int]> {
    var places: Set<[Int]> = []
    if self == .none { return places }
    for column in 0..<columns {
      let present = (0..<rows).compactMap { row in value(row, column).map { (row, $0) } }
      guard present.count > 1,
        let best = self == .highest ? present.map(\.1).max() : present.map(\.1).min(),
        present.contains(where: { $0.1 != best })
      else { continue }
      for (row, value) in present where value == best { places.insert([row, column]) }
    }
    return places
  }
}

extension ReportStatistic {
  /// Whether it says where the values lie.
  fileprivate var hasPlace: Bool {
    switch self {
    case .mean, .min, .q25, .median, .q75, .max: true
    case .variance, .std, .stderr, .skewness: false
    }
  }

  fileprivate var phrase: String {
    switch self {
    case .mean: "mean"
    case .variance: "variance (n − 1)"
    case .std: "standard deviation (n − 1)"
    case .stderr: "standard error of the mean"
    case .skewness: "skewness (G1) ± its standard error in normal samples"
    case .min: "minimum"
    case .q25: "lower quartile"
    case .median: "median"
    case .q75: "upper quartile"
    case .max: "maximum of n"
    }
  }
}

extension SampleSummary {
  /// The statistic of that name; `nil` where it does not exist.
  func value(of statistic: ReportStatistic) -> Double? {
    switch statistic {
    case .mean: mean
    case .variance: variance
    case .std: standardDeviation
    case .stderr: standardError
    case .skewness: skewness
    case .min: minimum
    case .q25: lowerQuartile
    case .median: median
    case .q75: upperQuartile
    case .max: maximum
    }
  }
}

extension NumberStyle {
  fileprivate func text(_ statistic: ReportStatistic, of summary: SampleSummary) -> String {
    guard let value = summary.value(of: statistic) else { return Self.none }
    guard statistic == .skewness, let error = summary.skewnessError else { return text(value) }
    return "\(text(value)) ± \(text(error))"
  }
}
