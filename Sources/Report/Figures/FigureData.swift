import Aggregator
import Grid
import Statistics

/// What a figure shows: the values of one metric, by panel, series and place along x.
///
/// As in the tables nothing is pooled silently: every axis that varies is the x axis, tells series or
/// panels apart, or is averaged over.
struct FigureData {
  /// The runs at one place.
  struct Cell {
    var values: [Double] = []
    var planned = 0
    var done = 0
    var failed = 0
    var summary = SampleSummary()

    /// Whether some of its runs have no value.
    var isIncomplete: Bool { values.count < planned }
  }

  struct Series {
    let label: String
    /// One for each place along x; `nil` where the grid has no runs.
    let cells: [Cell?]
  }

  struct Panel {
    let label: String
    /// The same series in every panel.
    let series: [Series]
  }

  let metric: String
  /// The axis along x; `nil` for a figure with one place.
  let xName: String?
  let xValues: [ParameterValue]
  let seriesName: String?
  /// Whether the values of the series are numbers, which have an order.
  let seriesIsOrdered: Bool
  let facetNames: [String]
  let panels: [Panel]
  /// How many further panels there would be.
  let omittedPanels: Int
  /// The axes that means are taken over.
  let averaged: [String]
  /// What is the same in the whole figure.
  let constants: [(axis: String, value: ParameterValue)]

  /// More panels than this are no figure.
  static let panelLimit = 12

  /// The roles of the axes, by their indices.
  struct Roles {
    var x: Int?
    var series: Int?
    var facets: [Int] = []
    /// The axes whose values stand together in a cell.
    var pooled: [Int] = []
  }

  /// Collects the values.
  ///
  /// - Parameters:
  ///   - roles: a role for every axis on which the runs differ.
  ///   - conditions: only runs that fulfil all of them are shown.
  /// - Complexity: O(runs × axes), but for the sorting within cells.
  init(_ runs: RunTable, metric: Int, roles: Roles, where conditions: [RunCondition] = []) {
    let selected = Self.selected(runs, where: conditions)
    let x = AxisValues(runs, roles.x, among: selected)
    let series = AxisValues(runs, roles.series, among: selected)

    let groups = RankedGroups(runs, by: roles.facets, among: selected)
    let shown = min(groups.firstRuns.count, Self.panelLimit)
    var cells: [Int: Cell] = [:]
    for run in selected.indices where selected[run] {
      let panel = Int(groups.rankOfRun[run])
      if panel >= shown { continue }
      let place =
        (panel * series.count + series.place(of: run, runs)) * x.count + x.place(of: run, runs)
      cells[place, default: Cell()].add(run, of: runs, metric: metric)
    }

    var summarizer = Summarizer()
    self.metric = runs.metricNames[metric]
    xName = roles.x.map { runs.axes[$0].name }
    xValues = x.values
    seriesName = roles.series.map { runs.axes[$0].name }
    seriesIsOrdered = series.values.count > 1 && series.values.allSatisfy { $0.double != nil }
    facetNames = roles.facets.map { runs.axes[$0].name }
    panels = (0..<shown).map { panel in
      Panel(
        label: roles.facets.map { axis in
          let value = runs.value(ofAxis: axis, run: Int(groups.firstRuns[panel]))
          return DisplayText.printable("\(runs.axes[axis].name) = \(value)")
        }.joined(separator: ", "),
        series: (0..<series.count).map { index in
          Series(
            label: series.values.isEmpty
              ? "" : DisplayText.printable(series.values[index].description),
            cells: (0..<x.count).map { place in
              guard var cell = cells[(panel * series.count + index) * x.count + place] else {
                return nil
              }
              cell.summary = summarizer.summary(of: cell.values)
              return cell
            })
        })
    }
    omittedPanels = groups.firstRuns.count - shown
    averaged = roles.pooled.map { runs.axes[$0].name }
    let used = Set([roles.x, roles.series].compactMap(\.self) + roles.facets + roles.pooled)
    constants = runs.axes.indices.compactMap { axis in
      guard !used.contains(axis), let run = selected.firstIndex(of: true) else { return nil }
      return (runs.axes[axis].name, runs.value(ofAxis: axis, run: run))
    }
  }

  /// Which runs fulfil all conditions.
  ///
  /// - Complexity: O(runs × conditions).
  static func selected(_ runs: RunTable, where conditions: [RunCondition]) -> [Bool] {
    var selected = [Bool](repeating: true, count: runs.count)
    for condition in conditions {
      guard let axis = runs.axisIndex(condition.name) else { continue }
      let holds = runs.axes[axis].values.map(condition.holds)
      for run in selected.indices where !holds[Int(runs.axes[axis].codes[run])] {
        selected[run] = false
      }
    }
    return selected
  }

  /// All cells that have runs.
  var cells: [Cell] {
    panels.flatMap { $0.series.flatMap { $0.cells.compactMap(\.self) } }
  }

  /// The x values as numbers, where all are and their differences can be told.
  var xNumbers: [Double]? {
    let numbers = xValues.compactMap(\.double)
    guard let low = numbers.min(), let high = numbers.max(), numbers.count == xValues.count,
      (high - low).isFinite
    else { return nil }
    return numbers
  }
}

/// The values of an axis that occur among the selected runs, in order, and where each run stands.
private struct AxisValues {
  let axis: Int?
  /// Empty without an axis.
  let values: [ParameterValue]
  private var placeOfCode: [Int] = []

  /// Numbers stand in their own order, other values in the grid's.
  init(_ runs: RunTable, _ axis: Int?, among selected: [Bool]) {
    self.axis = axis
    guard let axis else {
      values = []
      return
    }
    let all = runs.axes[axis].values
    var occurs = [Bool](repeating: false, count: all.count)
    for (run, code) in runs.axes[axis].codes.enumerated() where selected[run] {
      occurs[Int(code)] = true
    }
    var codes = all.indices.filter { occurs[$0] }
    if codes.allSatisfy({ all[$0].double != nil }) {
      codes.sort { (all[$0].double ?? 0, $0) < (all[$1].double ?? 0, $1) }
    }
    values = codes.map { all[$0] }
    placeOfCode = [Int](repeating: 0, count: all.count)
    for (place, code) in codes.enumerated() { placeOfCode[code] = place }
  }

  /// The number of places; one without an axis.
  var count: Int { axis == nil ? 1 : values.count }

  func place(of run: Int, _ runs: RunTable) -> Int {
    axis.map { placeOfCode[Int(runs.axes[$0].codes[run])] } ?? 0
  }
}

extension FigureData.Cell {
  fileprivate mutating func add(_ run: Int, of runs: RunTable, metric: Int) {
    planned += 1
    switch runs.states[run] {
    case .done: done += 1
    case .failed: failed += 1
    case .pending, .running: break
    }
    if let value = runs.value(ofMetric: metric, run: run) { values.append(value) }
  }
}
