import Grid
import Keys
import Statistics
import Testing

@testable import Aggregator

@Suite struct CellTableTests {
  /// Against the obvious way: a dictionary of lists.
  @Test func agreesWithANaiveTwin() throws {
    let stream = RandomStream(seed: 1, purpose: RandomPurpose("cells"))
    for round in 0..<300 {
      var generator = stream.generator(round)
      let runs = RandomRuns(&generator)
      var order: [[ParameterValue]] = []
      var groups: [[ParameterValue]: [RandomRuns.Row]] = [:]
      for row in runs.rows {
        let key = Array(row.values.dropFirst())
        if groups[key] == nil { order.append(key) }
        groups[key, default: []].append(row)
      }

      let cells = try CellTable(runs.table, averagingOver: ["seed"])
      #expect((0..<cells.count).map { cells.labels(of: $0) } == order)
      var summarizer = Summarizer()
      for (cell, key) in order.enumerated() {
        let members = groups[key]!
        for metric in runs.metrics.indices {
          let figures = cells.figures(cell: cell, metric: metric, summarizer: &summarizer)
          let values = members.compactMap { $0.metrics[metric] }
          #expect(figures.planned == members.count)
          #expect(figures.done == members.count { $0.state == .done })
          #expect(figures.failed == members.count { $0.state == .failed })
          #expect(figures.summary == summarizer.summary(of: values))
        }
      }
    }
  }

  @Test func everyRunIsACellWithoutAnAveragedAxis() throws {
    var generator = RandomStream(seed: 2, purpose: RandomPurpose("cells")).generator(0)
    let runs = RandomRuns(&generator).table
    let cells = try CellTable(runs, averagingOver: [])
    #expect(cells.count == runs.count && runs.count > 0)
  }

  @Test func aTableWithoutRunsHasNoCells() throws {
    let runs = RunTable(axes: [("seed", [])], metrics: ["accuracy"])
    #expect(try CellTable(runs, averagingOver: ["seed"]).count == 0)
  }

  @Test func incompleteCellsSaySo() throws {
    var runs = RunTable(axes: [("cell", []), ("seed", [])], metrics: ["accuracy", "loss"])
    func add(_ cell: String, _ seed: Int, _ state: RunState, _ accuracy: Double?) {
      runs.append(
        axisValues: [.string(cell), .integer(seed)], state: state, metrics: [accuracy, nil])
    }
    add("whole", 0, .done, 0.5)
    add("whole", 1, .done, 0.75)
    add("failed", 0, .done, 0.5)
    add("failed", 1, .failed, nil)
    add("waiting", 0, .pending, nil)
    add("waiting", 1, .running, nil)
    add("partly reported", 0, .done, 0.5)
    add("partly reported", 1, .done, .nan)
    let cells = try CellTable(runs, averagingOver: ["seed"])
    var summarizer = Summarizer()
    let accuracy = (0..<4).map { cells.figures(cell: $0, metric: 0, summarizer: &summarizer) }
    #expect(accuracy.map(\.isIncomplete) == [false, true, true, true])
    #expect(accuracy.map(\.summary.count) == [2, 1, 0, 1])
    #expect(accuracy.map(\.failed) == [0, 1, 0, 0])
    // No run of the whole cell reports a loss: that is complete, and nothing is known of it.
    let loss = cells.figures(cell: 0, metric: 1, summarizer: &summarizer)
    #expect(!loss.isIncomplete && loss.summary == SampleSummary())
  }

  /// Many axes and values: more combinations than an Int could number.
  @Test func wideGridsAreGrouped() throws {
    let axes = (0..<20).map { (name: "a\($0)", values: [ParameterValue]()) }
    var runs = RunTable(axes: axes, metrics: [])
    for run in 0..<2000 {
      runs.append(
        axisValues: axes.indices.map { .integer($0 == 7 ? run % 2 : run / 2) }, state: .done,
        metrics: [])
    }
    #expect(try CellTable(runs, averagingOver: ["a7"]).count == 1000)
    #expect(try CellTable(runs, averagingOver: ["a7", "a3"]).count == 1000)
  }

  @Test func unknownNamesAreFaults() {
    let runs = RunTable(axes: [("seed", []), ("step", [])], metrics: ["accuracy"])
    #expect(throws: AggregationFault.unknownAxis("sed", known: ["seed", "step"])) {
      try CellTable(runs, averagingOver: ["sed"])
    }
    #expect(
      AggregationFault.unknownAxis("sed", known: ["seed", "step"]).description
        == "There is no axis “sed”. Did you mean “seed”? The axes are seed, step.")
  }
}
