import Aggregator
import Grid
import Keys
import Testing

@testable import Report

@Suite struct ExportTests {
  private func runsCSV(_ grid: ExampleGrid) throws -> String {
    let collector = Collector()
    var export = try RunsExport(
      axes: grid.specification.axes.map(\.name), metrics: grid.metrics, to: collector.sink)
    for run in grid.runs {
      try export.add(
        run.id, axisValues: run.axisValues, state: run.state, metrics: run.metrics)
    }
    try export.finish()
    return collector.text
  }

  @Test func runsAreExported() throws {
    #expect(try goldenMismatch(runsCSV(ExampleGrid()), "runs.csv") == nil)
  }

  @Test func summaryIsExported() throws {
    let collector = Collector()
    let cells = try CellTable(ExampleGrid().table, averagingOver: ["seed"])
    try SummaryExport.write(cells, to: collector.sink)
    #expect(try goldenMismatch(collector.text, "summary.csv") == nil)
  }

  /// The figures of summary.csv, computed again from runs.csv as a reader of both would.
  @Test func summaryFollowsFromTheRuns() throws {
    let grid = ExampleGrid()
    let runs = try records(runsCSV(grid))
    let collector = Collector()
    try SummaryExport.write(
      CellTable(grid.table, averagingOver: ["seed"]), to: collector.sink)
    let summary = try records(collector.text)
    #expect(summary.count == 15 * 2)
    for row in summary {
      let values = runs.filter { run in
        ["method", "temperature", "step"].allSatisfy { run[$0] == row[$0] }
      }.compactMap { Double($0[row["metric"]!]!) }
      #expect(row["n"] == String(values.count))
      guard !values.isEmpty else {
        #expect(row["mean"] == "" && row["max"] == "")
        continue
      }
      let mean = values.reduce(0, +) / Double(values.count)
      #expect((Double(row["mean"]!)! - mean).magnitude <= 1e-15)
      #expect(row["max"] == CanonicalJSON.text(of: values.max()!))
      if values.count > 1 {
        let squares = values.reduce(0) { $0 + ($1 - mean) * ($1 - mean) }
        let variance = squares / Double(values.count - 1)
        #expect((Double(row["variance"]!)! - variance).magnitude <= 1e-12)
      }
    }
  }

  @Test func timingsAreExported() throws {
    let collector = Collector()
    var export = try TimingsExport(to: collector.sink)
    let stage = StageKey(Digest(of: "stage"))
    try export.add(
      stage, kind: "train", step: 5, job: JobID(rawValue: 7), attempt: Attempt(rawValue: 2),
      seconds: 1.5)
    try export.add(
      stage, kind: "prepare", step: nil, job: JobID(rawValue: 8), attempt: .first, seconds: 0.25)
    try export.finish()
    #expect(
      collector.text == """
        stage,kind,step,job,attempt,seconds
        \(stage.hex),train,5,7,2,1.5
        \(stage.hex),prepare,,8,1,0.25

        """)
  }

  @Test func provenanceKeepsItsOrder() {
    let value = OrderedJSON.object([
      .init("version", .string("1.0 \"x\"")), .init("cpus", .integer(2)),
      .init("load", .number(.nan)), .init("seeds", .array([.integer(0), .integer(1)])),
      .init("empty", .object([])),
      .init(
        "workers",
        .array([.object([.init("cpu", .init(ParameterValue.number(0.5))), .init("ok", .null)])])),
    ])
    #expect(
      value.text == """
        {
          "version": "1.0 \\"x\\"",
          "cpus": 2,
          "load": null,
          "seeds": [0, 1],
          "empty": {},
          "workers": [
            {
              "cpu": 0.5,
              "ok": null
            }
          ]
        }

        """)
  }

  private func records(_ text: String) throws -> [[String: String]] {
    let rows = try CSVText.records(Array(text.utf8))
    return rows.dropFirst().map { Dictionary(uniqueKeysWithValues: zip(rows[0], $0)) }
  }
}
