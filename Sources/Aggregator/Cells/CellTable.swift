import Grid
import Statistics

/// The cells of a table of runs: the groups of runs that differ only on the axes that means are
/// taken over.
package struct CellTable: Sendable {
  package let runs: RunTable
  /// The axes that tell the cells apart, in the grid's order.
  package let labelAxes: [Int]
  /// The axes that means are taken over: the replicate axis, and others that were asked for.
  package let averagedAxes: [Int]
  private let groups: RunGroups

  /// Groups runs into cells, in the order in which the cells first appear.
  ///
  /// - Parameter names: the axes to take means over; with none, every run is a cell of its own.
  /// - Throws: `AggregationFault.unknownAxis`.
  /// - Complexity: O(runs × axes).
  package init(_ runs: RunTable, averagingOver names: [String]) throws(AggregationFault) {
    var averaged: Set<Int> = []
    for name in names {
      averaged.insert(try runs.requireAxis(name))
    }
    self.runs = runs
    averagedAxes = runs.axes.indices.filter { averaged.contains($0) }
    labelAxes = runs.axes.indices.filter { !averaged.contains($0) }
    groups = RunGroups(runs, by: labelAxes)
  }

  /// The number of cells.
  package var count: Int { groups.count }

  /// The values of the label axes of a cell.
  package func labels(of cell: Int) -> [ParameterValue] {
    let run = firstRun(of: cell)
    return labelAxes.map { runs.value(ofAxis: $0, run: run) }
  }

  /// The codes of the label axes of a cell.
  func codes(of cell: Int) -> [Int32] {
    let run = firstRun(of: cell)
    return labelAxes.map { runs.axes[$0].codes[run] }
  }

  /// Every cell has a run, since a cell is made by its first one.
  func firstRun(of cell: Int) -> Int {
    let members = groups[cell]
    return Int(members[members.startIndex])
  }

  /// The runs of a cell, in the order of the table.
  func members(of cell: Int) -> ArraySlice<Int32> { groups[cell] }

  /// The runs of a cell, in the order of the table.
  package func runs(of cell: Int) -> [Int] { members(of: cell).map(Int.init) }

  /// What a cell says of one metric.
  ///
  /// - Complexity: O(n log n) in the runs of the cell.
  package func figures(
    cell: Int, metric: Int, summarizer: inout Summarizer
  ) -> CellFigures {
    let members = groups[cell]
    let values = runs.metrics[metric].values
    // An array: a lazy sequence would be iterated without specialization in another module, at fifty
    // times the cost.
    var present: [Double] = []
    present.reserveCapacity(members.count)
    for run in members where !values[Int(run)].isNaN { present.append(values[Int(run)]) }
    var done = 0
    var failed = 0
    for run in members {
      switch runs.states[Int(run)] {
      case .done: done += 1
      case .failed: failed += 1
      case .pending, .running: break
      }
    }
    let origins =
      runs.origins.isEmpty
      ? 0 : members.reduce(0) { $0 | runs.origins[Int($1)] }.nonzeroBitCount
    return CellFigures(
      planned: members.count, done: done, failed: failed, origins: origins,
      summary: summarizer.summary(of: present))
  }
}

/// What a cell says of one metric, and how complete that is.
package struct CellFigures: Hashable, Sendable {
  /// The runs that the grid plans for the cell.
  package let planned: Int
  /// Those of them that are done.
  package let done: Int
  /// Those of them that failed for good.
  package let failed: Int
  /// The builds and machine kinds that the results behind its runs come from; 0 where that is unknown
  /// or the same for the whole grid.
  package let origins: Int
  /// Of the values that there are; `summary.count` of the `planned` runs have one.
  package let summary: SampleSummary

  /// Whether the runs come from different builds or machine kinds.
  package var isMixed: Bool { origins > 1 }

  /// The mean with every failed run counted as 0; `nil` where none failed, or nothing is known.
  package var meanWithFailures: Double? {
    guard failed > 0 else { return nil }
    let sum = (summary.mean ?? 0) * Double(summary.count)
    return sum / Double(summary.count + failed)
  }

  /// Whether figures may still change or are of a part of the runs only: some runs are not done, or
  /// some have the metric and others have not.
  package var isIncomplete: Bool {
    done < planned || (summary.count > 0 && summary.count < planned)
  }
}
