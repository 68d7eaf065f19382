import Grid
import Keys
import Statistics
import Testing

@testable import Aggregator

@Suite struct PivotTests {
  private func grid() -> RunTable {
    var runs = RunTable(
      axes: [
        ("model", []), ("method", [.string("none"), .string("em")]), ("seed", []),
        ("step", [.integer(0), .integer(5), .integer(10)]),
      ], metrics: ["accuracy"])
    // Steps come in falling order, as a file might have them; the table stands in the axis's order.
    for method in ["em", "none"] {
      for seed in 0..<2 {
        for step in [10, 5, 0] where method == "em" || step == 0 {
          let value = 0.5 + Double(step) / 100 + Double(seed * (1 + step)) / 1000
          runs.append(
            axisValues: [.string("S"), .string(method), .integer(seed), .integer(step)],
            state: .done, metrics: [value])
        }
      }
    }
    return runs
  }

  @Test func unnamedAxesBecomeLabelsOrRemarks() throws {
    let pivot = try Pivot(
      grid(), metric: "accuracy", rows: [], columns: ["step"], averagingOver: ["seed"])
    #expect(pivot.rowAxes == ["method"])
    #expect(pivot.rows == [[.string("none")], [.string("em")]])
    #expect(pivot.columns == [[.integer(0)], [.integer(5)], [.integer(10)]])
    #expect(pivot.constants.map(\.axis) == ["model"])
    #expect(pivot.averagedAxes == ["seed"])
    #expect(pivot.cell(row: 0, column: 1) == nil)
    #expect(pivot.cell(row: 1, column: 1) != nil)
  }

  @Test func everyCellStandsAtExactlyOnePlace() throws {
    let stream = RandomStream(seed: 3, purpose: RandomPurpose("pivot"))
    for round in 0..<200 {
      var generator = stream.generator(round)
      let runs = RandomRuns(&generator)
      let names = runs.axes.map(\.name).shuffled(using: &generator)
      let split = generator.below(names.count + 1)
      let rows = Array(names[..<split].prefix(generator.below(3)))
      let columns = Array(names[split...].prefix(generator.below(3)))
      let pivot = try Pivot(
        runs.table, metric: "loss", rows: rows, columns: columns, averagingOver: ["seed"])
      var seen: [Int] = []
      for row in pivot.rows.indices {
        for column in pivot.columns.indices {
          guard let cell = pivot.cell(row: row, column: column) else { continue }
          seen.append(cell)
          let labels = Dictionary(
            uniqueKeysWithValues: zip(
              pivot.cells.labelAxes.map { runs.axes[$0].name }, pivot.cells.labels(of: cell)))
          for (axis, value) in zip(pivot.rowAxes, pivot.rows[row]) {
            #expect(labels[axis] == value)
          }
          for (axis, value) in zip(pivot.columnAxes, pivot.columns[column]) {
            #expect(labels[axis] == value)
          }
        }
      }
      #expect(seen.sorted() == Array(0..<pivot.cells.count))
    }
  }

  @Test func anAveragedAxisAmongTheRowsStandsApart() throws {
    let pivot = try Pivot(
      grid(), metric: "accuracy", rows: ["method", "seed"], columns: ["step"],
      averagingOver: ["seed"])
    #expect(pivot.averagedAxes == [])
    #expect(pivot.rows.count == 4)
  }

  @Test func poolingIsAskedForByName() throws {
    let pivot = try Pivot(
      grid(), metric: "accuracy", rows: ["method"], columns: [], averagingOver: ["seed", "step"])
    var summarizer = Summarizer()
    let cell = try #require(pivot.cell(row: 1, column: 0))
    let figures = pivot.cells.figures(cell: cell, metric: 0, summarizer: &summarizer)
    #expect(figures.summary.count == 6 && pivot.averagedAxes == ["seed", "step"])
  }

  @Test func faultsNameWhatIsWrong() {
    #expect(throws: AggregationFault.axisTwice("step")) {
      try Pivot(
        grid(), metric: "accuracy", rows: ["step"], columns: ["step"], averagingOver: [])
    }
    #expect(throws: AggregationFault.unknownMetric("acc", known: ["accuracy"])) {
      try Pivot(grid(), metric: "acc", rows: [], columns: [], averagingOver: [])
    }
  }
}

@Suite struct BaselineComparisonTests {
  private func table(
    _ rows: [(method: String, rate: Int, seed: Int, value: Double?)]
  ) -> RunTable {
    var runs = RunTable(axes: [("method", []), ("rate", []), ("seed", [])], metrics: ["accuracy"])
    for row in rows {
      runs.append(
        axisValues: [.string(row.method), .integer(row.rate), .integer(row.seed)],
        state: row.value == nil ? .failed : .done, metrics: [row.value])
    }
    return runs
  }

  @Test func pairsByTheReplicateAxis() throws {
    let runs = table([
      ("none", 1, 0, 0.25), ("none", 1, 1, 0.5), ("none", 1, 2, 0.75), ("none", 1, 3, nil),
      // In another order, with another run missing.
      ("em", 1, 3, 0.5), ("em", 1, 2, 1.0), ("em", 1, 1, nil), ("em", 1, 0, 0.375),
    ])
    let cells = try CellTable(runs, averagingOver: ["seed"])
    let comparison = try BaselineComparison(cells, baseline: ["method": .string("none")])
    var summarizer = Summarizer()
    #expect(comparison.standing(of: 0, metric: 0, summarizer: &summarizer) == .isBaseline)
    let expected = PairedDifference(planned: 4, summary: summarizer.summary(of: [0.125, 0.25]))
    #expect(
      comparison.standing(of: 1, metric: 0, summarizer: &summarizer) == .compared(expected))
    #expect(expected.isIncomplete && expected.summary.mean == 0.1875)
  }

  @Test func theBaselineAgreesOnTheOtherAxes() throws {
    let runs = table([
      ("none", 1, 0, 0.1), ("none", 2, 0, 0.2), ("em", 1, 0, 0.5), ("em", 2, 0, 0.5),
      ("em", 3, 0, 0.5),
    ])
    let cells = try CellTable(runs, averagingOver: ["seed"])
    let comparison = try BaselineComparison(cells, baseline: ["method": .string("none")])
    var summarizer = Summarizer()
    func mean(_ cell: Int) -> Double? {
      switch comparison.standing(of: cell, metric: 0, summarizer: &summarizer) {
      case .compared(let difference): difference.summary.mean
      case .isBaseline, .hasNone: nil
      }
    }
    #expect(mean(2) == 0.5 - 0.1 && mean(3) == 0.5 - 0.2)
    #expect(comparison.standing(of: 4, metric: 0, summarizer: &summarizer) == .hasNone)
  }

  @Test func anOnlyFittingCellIsTheBaselineOfAll() throws {
    let runs = table([("none", 0, 0, 0.25), ("em", 1, 0, 0.5), ("em", 2, 0, 0.75)])
    let cells = try CellTable(runs, averagingOver: ["seed"])
    let comparison = try BaselineComparison(cells, baseline: ["method": .string("none")])
    var summarizer = Summarizer()
    for (cell, difference) in [(1, 0.25), (2, 0.5)] {
      #expect(
        comparison.standing(of: cell, metric: 0, summarizer: &summarizer)
          == .compared(
            PairedDifference(planned: 1, summary: summarizer.summary(of: [difference]))))
    }
  }

  /// Nothing says which of two runs with one seed makes the pair.
  @Test func repeatedReplicatesMakeNoPair() throws {
    let runs = table([
      ("none", 1, 0, 0.25), ("none", 1, 0, 0.5), ("none", 1, 0, 0.5), ("none", 1, 1, 0.5),
      ("em", 1, 0, 0.5), ("em", 1, 1, 0.75),
    ])
    let comparison = try BaselineComparison(
      CellTable(runs, averagingOver: ["seed"]), baseline: ["method": .string("none")])
    var summarizer = Summarizer()
    #expect(
      comparison.standing(of: 1, metric: 0, summarizer: &summarizer)
        == .compared(PairedDifference(planned: 2, summary: summarizer.summary(of: [0.25]))))
  }

  @Test func numbersMatchByValue() throws {
    let runs = table([("none", 1, 0, 0.25), ("none", 2, 0, 0.5)])
    let comparison = try BaselineComparison(
      CellTable(runs, averagingOver: ["seed"]), baseline: ["rate": .number(1)])
    var summarizer = Summarizer()
    #expect(comparison.standing(of: 0, metric: 0, summarizer: &summarizer) == .isBaseline)
  }

  @Test func faultsNameWhatIsWrong() throws {
    let cells = try CellTable(table([("none", 1, 0, 0.25)]), averagingOver: ["seed"])
    #expect(throws: AggregationFault.baselineOnAveragedAxis("seed")) {
      try BaselineComparison(cells, baseline: ["seed": .integer(0)])
    }
    #expect(
      throws: AggregationFault.baselineValueUnknown(
        axis: "method", value: .string("em"), known: [.string("none")])
    ) {
      try BaselineComparison(cells, baseline: ["method": .string("em")])
    }
    #expect(
      throws: AggregationFault.unknownAxis("lr", known: ["method", "rate", "seed"])
    ) {
      try BaselineComparison(cells, baseline: ["z": .integer(0), "lr": .integer(0)])
    }
  }
}
