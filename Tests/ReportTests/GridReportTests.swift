import Aggregator
import Grid
import Keys
import Testing

@testable import Report

@Suite struct GridReportTests {
  private let origin = ReportOrigin(
    gridHash: Digest(of: "grid"), commit: "0123abc",
    sources: [
      .init(description: "espalier 0.1 on an AMD EPYC", results: 50),
      .init(description: "espalier 0.1 on an Intel Xeon", results: 4),
    ], failures: ["2 runs: exit status 1: “no such file: x_y”"])

  @Test func terminalOfAGridAtWork() throws {
    #expect(
      try goldenMismatch(
        ExampleGrid().report().terminal(width: nil, spread: true), "partial.txt") == nil)
  }

  @Test func terminalOfACompleteGrid() throws {
    #expect(
      try goldenMismatch(
        ExampleGrid(isComplete: true).report().terminal(width: nil), "complete.txt") == nil)
  }

  @Test func narrowTerminalsGetBlocks() throws {
    let text = try ExampleGrid().report().terminal(width: 72)
    #expect(try goldenMismatch(text, "narrow.txt") == nil)
    for line in text.split(separator: "\n") { #expect(DisplayText.width(String(line)) <= 72) }
  }

  @Test func markdown() throws {
    #expect(
      try goldenMismatch(ExampleGrid().report().markdown(origin: origin), "report.md") == nil)
  }

  @Test func unnamedAxesAreNotPooled() throws {
    let report = try ExampleGrid(isComplete: true).report(
      ReportSpecification(metrics: ["accuracy"], columns: ["temperature"]))
    let means = report.sections[0].means
    #expect(means.labelHeaders == ["method", "step"])
    #expect(means.rows.count == 6)
    #expect(report.sections[0].differences == nil)
  }

  @Test func singleRunsHaveNoIntervals() throws {
    let report = try ExampleGrid(isComplete: true).report(
      ReportSpecification(rows: ["method", "seed"], columns: ["step"]))
    let means = report.sections[0].means
    #expect(means.caption == ["accuracy of single runs, so without intervals; n = 1."])
    #expect(means.notes == [] && means.labelHeaders == ["method", "seed", "temperature"])
  }

  @Test func rowsBeyondTheLimitAreCounted() throws {
    let report = try ExampleGrid(isComplete: true).report()
    let text = TerminalTable.render(report.sections[0].means, rowLimit: 2)
    #expect(text.hasSuffix("\n3 of 5 rows are not shown; summary.csv has them all.\n"))
    let markdown = MarkdownTable.render(report.sections[0].means, rowLimit: 2)
    #expect(markdown.hasSuffix(" 3 of 5 rows are not shown; summary.csv has them all.\n"))
  }

  @Test func aMetricWithoutValuesSaysSo() throws {
    var runs = RunTable(axes: [("seed", [])], metrics: ["accuracy"])
    runs.append(axisValues: [.integer(0)], state: .pending, metrics: [nil])
    let pivot = try Pivot(
      runs, metric: "accuracy", rows: [], columns: [], averagingOver: ["seed"])
    let table = ReportTable(meansOf: PivotFigures(pivot))
    #expect(table.caption == ["accuracy: mean over seed."])
    #expect(table.rows.map(\.entries) == [[ReportTable.Entry("–", remark: "(n=0 of 1)")]])
    #expect(
      table.notes == ["Incomplete: 1 of 1 cell, with 1 run: 1 not done yet.", "–: no value."])
  }

  @Test func aGridWithoutRunsHasAnEmptyReport() throws {
    let grid = ExampleGrid()
    let report = try GridReport(
      RunTable(of: grid.specification, metrics: grid.metrics), of: grid.specification,
      defaultMetrics: ["accuracy"])
    #expect(report.terminal(width: 80).hasPrefix("train-temperature: 0 runs"))
    #expect(!report.markdown(origin: origin).isEmpty)
  }

  /// All runs may have failed before the first result: that is a report, not a fault.
  @Test func metricsThatNobodyReportedAreSaid() throws {
    let grid = ExampleGrid()
    var runs = RunTable(of: grid.specification, metrics: [])
    for run in grid.runs { runs.append(axisValues: run.axisValues, state: .failed, metrics: [:]) }
    let report = try GridReport(runs, of: grid.specification, defaultMetrics: [])
    #expect(
      report.terminal(width: nil)
        == "train-temperature: 60 runs: 0 done, 60 failed.\n\nNo run has reported accuracy.\n")
    #expect(report.markdown(origin: origin).contains("\nNo run has reported accuracy.\n"))
    #expect(throws: AggregationFault.unknownMetric("acc", known: [])) {
      try GridReport(
        runs, of: grid.specification, report: ReportSpecification(metrics: ["acc"]),
        defaultMetrics: [])
    }
  }

  @Test func unknownNamesAreFaults() {
    #expect(throws: AggregationFault.unknownMetric("acc", known: ["accuracy", "loss"])) {
      try ExampleGrid().report(ReportSpecification(metrics: ["acc"]))
    }
  }
}
