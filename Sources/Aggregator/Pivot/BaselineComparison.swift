import Grid
import Statistics

/// Every cell compared with its baseline, run by run: the runs of the two that agree on the averaged
/// axes (the seed) make a pair, and what is summarised is their difference.
///
/// The baseline of a cell is the cell that has the selector's values and agrees with it on every
/// other label axis. Where there is none but the selector alone fits exactly one cell of the grid
/// (an untrained model, say, that no learning rate applies to), that cell is the baseline of all.
package struct BaselineComparison: Sendable {
  /// How a cell stands to its baseline.
  package enum Standing: Hashable, Sendable {
    /// It is a baseline itself.
    case isBaseline
    /// The grid has no runs to compare it with.
    case hasNone
    case compared(PairedDifference)
  }

  package let cells: CellTable
  /// The values that select the baseline, in the order of the axes.
  package let selector: [(axis: String, value: ParameterValue)]
  /// For every cell its baseline, itself for baselines.
  private let baselineOf: [Int?]
  /// For every run the number of its combination of averaged values.
  private let replicateOfRun: [Int32]

  /// Finds the baseline of every cell.
  ///
  /// - Throws: what is wrong with the selector.
  /// - Complexity: O(runs × axes).
  package init(_ cells: CellTable, baseline: ParameterAssignment) throws(AggregationFault) {
    let runs = cells.runs
    var wanted: [(place: Int, code: Int32)] = []
    var selector: [(axis: String, value: ParameterValue)] = []
    for name in baseline.keys.sorted() where runs.axisIndex(name) == nil {
      throw .unknownAxis(name, known: runs.axes.map(\.name))
    }
    for (index, axis) in runs.axes.enumerated() {
      guard let value = baseline[axis.name] else { continue }
      guard let place = cells.labelAxes.firstIndex(of: index) else {
        throw .baselineOnAveragedAxis(axis.name)
      }
      guard let code = axis.values.firstIndex(where: { $0.isSame(as: value) })
      else {
        throw .baselineValueUnknown(axis: axis.name, value: value, known: axis.values)
      }
      wanted.append((place, Int32(code)))
      selector.append((axis.name, value))
    }

    var cellOfCodes: [[Int32]: Int] = [:]
    cellOfCodes.reserveCapacity(cells.count)
    var fitting: [Int] = []
    for cell in 0..<cells.count {
      let codes = cells.codes(of: cell)
      cellOfCodes[codes] = cell
      if wanted.allSatisfy({ codes[$0.place] == $0.code }) { fitting.append(cell) }
    }
    let onlyOne = fitting.count == 1 ? fitting[0] : nil
    baselineOf = (0..<cells.count).map { cell in
      var codes = cells.codes(of: cell)
      for (place, code) in wanted { codes[place] = code }
      return cellOfCodes[codes] ?? onlyOne
    }
    self.cells = cells
    self.selector = selector
    replicateOfRun = RunGroups.number(runs, by: cells.averagedAxes).groupOfRun
  }

  /// Compares a cell with its baseline.
  ///
  /// - Complexity: O(n log n) in the runs of the two cells.
  package func standing(
    of cell: Int, metric: Int, summarizer: inout Summarizer
  ) -> Standing {
    guard let baseline = baselineOf[cell] else { return .hasNone }
    guard baseline != cell else { return .isBaseline }
    let there = valuesByReplicate(baseline, metric: metric)
    let here = valuesByReplicate(cell, metric: metric)
    var differences: [Double] = []
    for (replicate, value) in here {
      guard let value, let other = there[replicate] ?? nil else { continue }
      differences.append(value - other)
    }
    return .compared(
      PairedDifference(
        planned: cells.members(of: cell).count,
        summary: summarizer.summary(of: differences.filter(\.isFinite))))
  }

  /// The values of a cell by replicate; `nil` for a replicate that occurs more than once, since then
  /// nothing says which of its runs make the pair.
  private func valuesByReplicate(_ cell: Int, metric: Int) -> [Int32: Double?] {
    let values = cells.runs.metrics[metric].values
    var found: [Int32: Double?] = [:]
    for run in cells.members(of: cell) where !values[Int(run)].isNaN {
      let replicate = replicateOfRun[Int(run)]
      if found.updateValue(values[Int(run)], forKey: replicate) != nil {
        found.updateValue(nil, forKey: replicate)
      }
    }
    return found
  }
}

/// The differences between the runs of a cell and those of its baseline.
package struct PairedDifference: Hashable, Sendable {
  /// The runs of the cell, each of which should make a pair.
  package let planned: Int
  /// Of the differences, cell minus baseline; `summary.count` is the number of pairs.
  package let summary: SampleSummary

  package var isIncomplete: Bool { summary.count < planned }
}
