import Statistics

/// The words of captions and notes.
extension FigureData {
  /// `n = 16`, or `n = 3 to 16` where cells differ; `nil` without any value.
  var countClause: String? {
    let counts = cells.map(\.values.count).filter { $0 > 0 }
    guard let least = counts.min(), let most = counts.max() else { return nil }
    return least == most ? "n = \(least)" : "n = \(least) to \(most)"
  }

  /// How the intervals were made, where there are any.
  var intervalName: String? {
    cells.lazy.compactMap(\.summary.interval).first?.name
  }

  /// `seed`, or `seed and prompt`.
  var averagedOver: String { averaged.map(DisplayText.printable).listed }

  var printableMetric: String { DisplayText.printable(metric) }

  /// A name as the title of an axis.
  static func title(_ name: String) -> String {
    String(DisplayText.printable(name).map { $0 == "_" ? " " : $0 })
  }

  /// What tells series and panels apart, what is the same everywhere, what is missing.
  func commonSentences(series: String) -> [String] {
    var sentences: [String] = []
    if let seriesName {
      sentences.append("One \(series) for each \(DisplayText.printable(seriesName)).")
    }
    if !facetNames.isEmpty {
      sentences.append(
        "One panel for each \(facetNames.map(DisplayText.printable).listed)"
          + (omittedPanels == 0
            ? "."
            : "; the first \(panels.count) of \(panels.count + omittedPanels) panels are shown.")
      )
    }
    if !constants.isEmpty {
      let values = constants.map { "\($0.axis) = \($0.value)" }.joined(separator: ", ")
      sentences.append(DisplayText.printable("Everywhere \(values)."))
    }
    return sentences
  }

  /// How many of the runs shown have no value, and why; `nil` if all have one.
  var missingSentence: String? {
    let cells = cells
    let planned = cells.reduce(0) { $0 + $1.planned }
    let missing = planned - cells.reduce(0) { $0 + $1.values.count }
    guard missing > 0 else { return nil }
    let failed = cells.reduce(0) { $0 + $1.failed }
    let open = cells.reduce(0) { $0 + $1.planned - $1.done - $1.failed }
    let silent = max(0, missing - failed - open)
    var reasons: [String] = []
    if failed > 0 { reasons.append("\(failed) failed") }
    if open > 0 { reasons.append("\(open) not done yet") }
    if silent > 0 { reasons.append("\(silent) done without this metric") }
    return "Without a value: \(missing) of \(planned) runs (\(reasons.listed))."
  }
}
