import Aggregator
import Grid
import Statistics

extension ReportTable {
  /// The means of a pivot with their intervals.
  ///
  /// - Parameter best: which entry of a column stands out.
  /// - Complexity: O(cells), and as much for each row that is looked at.
  init(meansOf figures: PivotFigures, best: ReportBest = .none) {
    let pivot = figures.pivot
    let present = figures.present
    let counts = SampleCounts(present.lazy.map(\.summary.count))
    let style = NumberStyle(summaries: present.lazy.map(\.summary))
    let bestOnes = best.places(rows: pivot.rows.count, columns: pivot.columns.count) {
      figures[$0, $1]?.summary.mean
    }
    self.init(
      caption: Self.meansCaption(pivot, present, counts, style),
      labelHeaders: pivot.rowAxes.map(DisplayText.printable),
      columnHeaders: pivot.columnHeaders(pivot.metricName),
      rows: Rows(count: pivot.rows.count) { row in
        Row(
          labels: pivot.rowLabels(row),
          entries: pivot.columns.indices.map { column in
            guard let figures = figures[row, column] else { return .nothing }
            return Entry(
              style.figure(figures.summary), remark: counts.remark(figures, style),
              isBest: bestOnes.contains([row, column]))
          })
      },
      notes: Self.missingNotes(present) + Self.mixedNotes(present)
        + Self.signNotes(present.lazy.map(\.summary)))
  }

  private static func meansCaption(
    _ pivot: Pivot, _ figures: [CellFigures], _ counts: SampleCounts, _ style: NumberStyle
  ) -> [String] {
    let metric = DisplayText.printable(pivot.metricName)
    let over = pivot.averagedAxes.map(DisplayText.printable).listed
    var clauses: [String] = []
    if let interval = ConfidenceInterval.names(figures.compactMap(\.summary.interval)) {
      let mean = over.isEmpty ? "mean" : "mean over \(over)"
      clauses.append("\(metric): \(mean) ± half-width of the \(interval)")
    } else if counts.usual == 1, counts.isUniform {
      clauses.append("\(metric) of single runs, so without intervals")
    } else {
      clauses.append(over.isEmpty ? metric : "\(metric): mean over \(over)")
    }
    if let clause = counts.clause { clauses.append(clause) }
    if let unit = style.unit { clauses.append(unit) }
    return [clauses.joined(separator: "; ") + "."] + [pivot.constantsSentence].compactMap(\.self)
  }

  /// How many cells are incomplete, and why.
  static func missingNotes(_ figures: [CellFigures]) -> [String] {
    let incomplete = figures.filter(\.isIncomplete)
    guard !incomplete.isEmpty else { return [] }
    let failed = incomplete.reduce(0) { $0 + $1.failed }
    let open = incomplete.reduce(0) { $0 + $1.planned - $1.done - $1.failed }
    // A run that is done has the metric or will never have it; one that is not may have it already.
    let without = incomplete.reduce(0) { $0 + max(0, $1.done - $1.summary.count) }
    let planned = incomplete.reduce(0) { $0 + $1.planned }
    var reasons: [String] = []
    if failed > 0 { reasons.append("\(failed) failed") }
    if open > 0 { reasons.append("\(open) not done yet") }
    if without > 0 { reasons.append("\(without) done without this metric") }
    let cells = figures.count == 1 ? "cell" : "cells"
    return [
      "Incomplete: \(incomplete.count) of \(figures.count) \(cells), with \(planned) "
        + "\(planned == 1 ? "run" : "runs"): \(reasons.listed)."
    ]
  }

  /// How many cells are of runs from different places.
  static func mixedNotes(_ figures: [CellFigures]) -> [String] {
    let mixed = figures.count { $0.isMixed }
    return mixed == 0
      ? []
      : [
        "Mixed: the runs of \(mixed) of \(figures.count) \(figures.count == 1 ? "cell" : "cells") come "
          + "from different builds or kinds of machine."
      ]
  }

  /// The meaning of the signs that stand in the table.
  static func signNotes(_ summaries: some Sequence<SampleSummary>) -> [String] {
    var notes: [String] = []
    if summaries.contains(where: { $0.count > 1 && $0.interval == nil }) {
      notes.append(
        "± \(NumberStyle.none): the values do not differ, which is no basis for an interval.")
    }
    if summaries.contains(where: { $0.count == 0 }) {
      notes.append("\(NumberStyle.none): no value.")
    }
    return notes
  }
}

extension NumberStyle {
  /// The sign for a figure that does not exist.
  static let none = "–"

  /// The style for the means of these summaries and their intervals.
  init(summaries: some Sequence<SampleSummary>) {
    self.init(
      means: summaries.compactMap(\.mean), halfWidths: summaries.compactMap(\.interval?.halfWidth))
  }

  /// The mean and the half-width of its interval; `–` in place of what does not exist.
  func figure(_ summary: SampleSummary, signed: Bool = false) -> String {
    guard let mean = summary.mean else { return Self.none }
    let figure = text(mean, signed: signed)
    if let interval = summary.interval { return "\(figure) ± \(text(interval.halfWidth))" }
    return summary.count > 1 ? "\(figure) ± \(Self.none)" : figure
  }
}

extension ConfidenceInterval {
  /// Half its width.
  var halfWidth: Double { (high - low) / 2 }

  /// What a reader must know of it, such as `95% t interval`.
  var name: String {
    let percent = NumberStyle(decimals: 0, exponent: 0).text(100 * level)
    return switch method {
    case .studentT: "\(percent)% t interval"
    case .bca, .bcaSaddlepoint: "\(percent)% BCa interval"
    case .percentile: "\(percent)% percentile interval"
    }
  }

  /// The names of the intervals of a table, each once; `nil` without intervals.
  static func names(_ intervals: [ConfidenceInterval]) -> String? {
    var names: [String] = []
    for name in intervals.lazy.map(\.name) where !names.contains(name) { names.append(name) }
    return names.isEmpty ? nil : names.joined(separator: " or the ")
  }
}
