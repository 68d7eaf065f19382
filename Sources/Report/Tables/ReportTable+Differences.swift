import Aggregator
import Statistics

extension ReportTable {
  /// The differences between the cells of a pivot and their baselines, pair by pair; `nil` where no
  /// cell has a baseline to be compared with. Rows and columns of nothing but baselines are left
  /// out.
  ///
  /// - Complexity: O(n log n) in the runs.
  package init?(differencesIn pivot: Pivot, to baseline: BaselineComparison) {
    var summarizer = Summarizer()
    let standings = pivot.rows.indices.map { row in
      pivot.columns.indices.map { column in
        pivot.cell(row: row, column: column).map {
          baseline.standing(of: $0, metric: pivot.metric, summarizer: &summarizer)
        }
      }
    }
    let differences = standings.joined().compactMap(\.?.difference)
    guard !differences.isEmpty else { return nil }

    let rows = pivot.rows.indices.filter { row in
      standings[row].contains { !($0?.isNoComparison ?? true) }
    }
    let columns = pivot.columns.indices.filter { column in
      standings.contains { !($0[column]?.isNoComparison ?? true) }
    }
    let counts = SampleCounts(differences.map(\.summary.count), unit: " pairs")
    let style = NumberStyle(summaries: differences.map(\.summary))
    let headers = pivot.columnHeaders(pivot.metricName)
    self.init(
      caption: Self.differencesCaption(pivot, baseline, differences, counts, style),
      labelHeaders: pivot.rowAxes.map(DisplayText.printable),
      columnHeaders: columns.map { headers[$0] },
      rows: Rows(count: rows.count) { index in
        Row(
          labels: pivot.rowLabels(rows[index]),
          entries: columns.map { Self.entry(standings[rows[index]][$0], style, counts) })
      },
      notes: Self.pairNotes(standings.joined().compactMap(\.self))
        + Self.signNotes(differences.map(\.summary)))
  }

  private static func entry(
    _ standing: BaselineComparison.Standing?, _ style: NumberStyle, _ counts: SampleCounts
  ) -> Entry {
    switch standing {
    case nil: .nothing
    case .isBaseline: Entry("baseline")
    case .hasNone: Entry("no baseline")
    case .compared(let difference):
      Entry(
        style.figure(difference.summary, signed: true),
        remark: counts.remark(
          count: difference.summary.count, planned: difference.planned,
          isIncomplete: difference.isIncomplete))
    }
  }

  private static func differencesCaption(
    _ pivot: Pivot, _ baseline: BaselineComparison, _ differences: [PairedDifference],
    _ counts: SampleCounts, _ style: NumberStyle
  ) -> [String] {
    let selector = baseline.selector.map { "\($0.axis) = \($0.value)" }.joined(separator: ", ")
    let over = pivot.averagedAxes.map(DisplayText.printable).listed
    let what = DisplayText.printable("\(pivot.metricName) minus that at \(selector)")
    var clauses = [over.isEmpty ? what : "\(what), paired by \(over)"]
    if let interval = ConfidenceInterval.names(differences.compactMap(\.summary.interval)) {
      clauses.append("mean difference ± half-width of its \(interval)")
    }
    if let clause = counts.clause { clauses.append(clause) }
    if let unit = style.unit { clauses.append(unit) }
    return [clauses.joined(separator: "; ") + "."] + [pivot.constantsSentence].compactMap(\.self)
  }

  private static func pairNotes(_ standings: [BaselineComparison.Standing]) -> [String] {
    let differences = standings.compactMap(\.difference)
    let incomplete = differences.count(where: \.isIncomplete)
    guard incomplete > 0 else { return [] }
    return [
      "Incomplete: \(incomplete) of \(differences.count) comparisons; a run without a value on "
        + "either side makes no pair."
    ]
  }
}

extension BaselineComparison.Standing {
  fileprivate var difference: PairedDifference? {
    if case .compared(let difference) = self { difference } else { nil }
  }

  /// Whether there is nothing to say of the cell but that it is a baseline.
  fileprivate var isNoComparison: Bool { self == .isBaseline }
}
