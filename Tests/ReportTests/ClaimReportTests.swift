import Aggregator
import Grid
import Keys
import Testing

@testable import Report

/// Claims and cells in every form of a report.
@Suite struct ClaimReportTests {
  private static let claims = [
    Claim(
      id: "em-helps", says: "Ten steps raise accuracy, 100% & more", test: .pairedDifference,
      metric: "accuracy",
      of: [["method": .string("em"), "temperature": .number(0.1), "step": .integer(10)]],
      against: ["step": .integer(0)], across: ["seed"], expectation: .above(0)),
    Claim(
      id: "falls", test: .trend, metric: "accuracy",
      of: [["method": .string("em"), "temperature": .number(0.1)]], over: "step", across: ["seed"],
      expectation: .below(0)),
    Claim(
      id: "odd_name", test: .varianceRatio, metric: "accuracy",
      of: [["method": .string("em"), "temperature": .number(0.1), "step": .integer(10)]],
      against: ["step": .integer(0)], across: ["seed"], expectation: .above(2)),
    Claim(
      id: "incomplete", test: .maxOverMean, metric: "accuracy",
      of: [["method": .string("em"), "temperature": .number(0.5), "step": .integer(10)]],
      across: ["seed"], expectation: .above(0.1)),
  ]

  private let origin = ReportOrigin(
    gridHash: Digest(of: "grid"), commit: "0123abc",
    sources: [.init(description: "espalier 0.1 (0123abc) on an AMD EPYC", results: 50)],
    failures: ["2 runs: exit status 1"], claimsCommit: "4567def of 2026-01-31",
    date: "2026-02-01T12:00:00Z")

  private func report(
    _ grid: ExampleGrid = ExampleGrid(), statistic: ReportStatistic? = nil, origins: [UInt64] = []
  ) throws -> GridReport {
    var table = grid.table
    table.origins = origins
    var specification = grid.specification.report
    specification.statistic = statistic
    return try GridReport(
      table, of: grid.specification, report: specification, defaultMetrics: ["accuracy"],
      descriptions: grid.descriptions,
      claims: ClaimVerdict.verdicts(of: Self.claims, in: table))
  }

  @Test func claimsAreExported() throws {
    let collector = Collector()
    try ClaimsExport.write(
      try report().claims, grid: "train-temperature", to: collector.sink)
    #expect(try goldenMismatch(collector.text, "claims.csv") == nil)
  }

  @Test func claimsOnATerminal() throws {
    #expect(try goldenMismatch(report().terminal(width: 100), "claims.txt") == nil)
  }

  @Test func claimsInMarkdown() throws {
    #expect(try goldenMismatch(report().markdown(origin: origin), "claims.md") == nil)
  }

  @Test func tablesInLaTeX() throws {
    #expect(try goldenMismatch(report().latex(origin: origin), "report.tex") == nil)
  }

  @Test func claimsOnThePage() throws {
    let grid = ExampleGrid()
    let report = try report(grid)
    let figures = try report.figures()
    let forest = try #require(figures.last)
    #expect(forest.name == "claims")
    // Three claims have an effect or say that they have none; each has its row.
    for claim in Self.claims { #expect(forest.svg.contains(claim.id)) }
    let page = String(
      decoding: report.html(
        ids: grid.runs.map(\.id), figures: figures, origin: origin,
        details: ReportDetails()), as: UTF8.self)
    #expect(page.contains("<h2 id=\"claims\">Claims</h2>"))
    #expect(page.contains("contradicted") && page.contains("id=\"figure-claims\""))
    #expect(page.contains("claims fixed by commit 4567def of 2026-01-31"))
  }

  @Test func everythingInJSON() throws {
    let grid = ExampleGrid()
    let json = try report(grid).json(origin: origin, ids: grid.runs.map(\.id))
    #expect(try goldenMismatch(json.text, "report.json") == nil)
  }

  @Test(arguments: [ReportStatistic.median, .skewness, .max])
  func otherStatistics(statistic: ReportStatistic) throws {
    let text = try report(statistic: statistic).terminal(width: nil)
    #expect(try goldenMismatch(text, "\(statistic.rawValue).txt") == nil)
  }

  @Test func mixedCellsAreFlagged() throws {
    let grid = ExampleGrid(isComplete: true)
    var origins = [UInt64](repeating: 1, count: grid.runs.count)
    origins[2] = 2
    let report = try report(grid, origins: origins)
    let text = report.terminal(width: nil)
    #expect(text.contains("(mixed)"))
    #expect(
      text.contains(
        "Mixed: the runs of 1 of 15 cells come from different builds or kinds of machine."))
    #expect(report.sections[0].means.rows[0].entries.map(\.remark) == ["", "", "(mixed)"])
    #expect(try !self.report(grid).terminal(width: nil).contains("ixed"))
  }

  @Test func failuresCountAsZeroToo() throws {
    let means = try report().sections[0].means
    let entry = means.rows[1].entries[1]
    #expect(entry.remark.hasPrefix("(n=3 of 4; ") && entry.remark.hasSuffix(" with failed as 0)"))
  }

  @Test func theBestOfAColumnStandsOut() throws {
    let means = try report(ExampleGrid(isComplete: true)).sections[0].means
    // At step 0 all are equal: there is no best one.
    #expect(means.rows.allSatisfy { !$0.entries[0].isBest })
    #expect(means.rows.count { $0.entries[2].isBest } == 1)
    #expect(MarkdownTable.render(means).contains("**"))
    let values = [[1.0, nil], [2, 3], [2, 1]]
    func places(_ best: ReportBest) -> Set<[Int]> {
      best.places(rows: 3, columns: 2) { values[$0][$1] }
    }
    #expect(places(.highest) == [[1, 0], [2, 0], [1, 1]])
    #expect(places(.lowest) == [[0, 0], [2, 1]])
    #expect(places(.none).isEmpty)
  }

  @Test func misspeltMetricsAreAsked() throws {
    let grid = ExampleGrid(isComplete: true)
    var specification = grid.specification
    specification.report.metrics = ["acuracy"]
    let report = try GridReport(grid.table, of: specification, defaultMetrics: [])
    #expect(
      report.terminal(width: nil).hasSuffix(
        "\n\nNo run has reported acuracy; 60 are done with accuracy and loss. Did you mean “accuracy”?\n"
      ))
  }

  @Test(arguments: [
    ("a_b & 50% {x}", "a\\_b \\& 50\\% \\{x\\}"), ("0.5 ± 0.1", "0.5 $\\pm$ 0.1"),
    ("<.0001 – “x”", "$<$.0001 -- ``x''"),
    ("\\~^", "\\textbackslash{}\\textasciitilde{}\\textasciicircum{}"),
  ])
  func laTeXIsEscaped(text: String, escaped: String) {
    #expect(LaTeXTable.escaped(text) == escaped)
  }
}
