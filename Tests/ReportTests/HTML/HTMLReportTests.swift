import Aggregator
import Foundation
import Grid
import Keys
import TestSupport
import Testing

@testable import Report

@Suite struct HTMLReportTests {
  static let origin = ReportOrigin(
    gridHash: Digest(of: "grid"), commit: "0123abc",
    sources: [
      .init(description: "espalier 0.1 on an AMD EPYC", results: 50),
      .init(description: "espalier 0.1 on an Intel Xeon", results: 4),
    ], failures: ["2 runs: exit status 1: “no such file: x_y”"])

  static let details = ReportDetails(
    gridFile: "name: train-temperature\naxes:\n  seed: {count: 4}\n",
    failures: [
      .init(
        id: "0a1b2c3d", message: "exit status 1: “no such file: x_y”", runs: 2, jobs: 1, log: nil)
    ],
    costs: [
      .init(kind: "train", stages: 12, seconds: 61.25),
      .init(kind: "evaluate", stages: 60, seconds: 30.5),
    ])

  static func page(
    _ report: GridReport, ids: [RunID], details: ReportDetails = Self.details
  ) throws -> String {
    String(
      decoding: report.html(
        ids: ids, figures: try report.figures(), origin: origin, details: details),
      as: UTF8.self)
  }

  /// A grid of which every name and message tries to be markup.
  static func hostile() throws -> String {
    let bad = "</script><script>document.title='taken'</script> ]]> \0 \u{202E} <!-- & \"'"
    func axis(_ name: String, _ values: [String]) -> Axis {
      Axis(
        name: name,
        points: values.map { .init(label: .string($0), assignment: [name: .string($0)]) })
    }
    let specification = GridSpecification(
      name: bad, about: bad,
      program: ProgramSpecification(
        work: .external(ExternalProgram(invocation: .shell(bad)))),
      fixed: ["x": .string(bad)],
      axes: [
        axis(bad, [bad, bad + "2", String(repeating: "W", count: 400)]), axis("seed", ["0", "1"]),
      ],
      replicateAxis: "seed")
    var runs = RunTable(of: specification, metrics: [bad])
    var ids: [RunID] = []
    for point in specification.axes[0].points {
      for seed in ["0", "1"] {
        runs.append(
          axisValues: [point.label, .string(seed)], state: .done, metrics: [Double(ids.count)])
        ids.append(RunID(parameters: .integer(ids.count)))
      }
    }
    let report = try GridReport(runs, of: specification, defaultMetrics: [bad])
    return try page(
      report, ids: ids,
      details: ReportDetails(
        gridFile: bad, failures: [.init(id: bad, message: bad, runs: 1, jobs: 1, log: bad)],
        costs: [.init(kind: bad, stages: 1, seconds: 1)]))
  }

  @Test func page() throws {
    let grid = ExampleGrid()
    #expect(
      try goldenMismatch(Self.page(grid.report(), ids: grid.runs.map(\.id)), "report.html") == nil)
  }

  @Test func nothingFromOutsideIsMarkup() throws {
    let page = try Self.hostile()
    #expect(page.components(separatedBy: "<script").count == 3, "the data and the script")
    #expect(!page.contains("<script>document"))
    #expect(!page.contains("\0") && !page.contains("\u{202E}") && !page.contains("<!--"))
    #expect(page.contains("&lt;/script&gt;&lt;script&gt;document.title=&#39;taken&#39;"))
  }

  @Test func aLargeGridFitsInFiveMegabytes() throws {
    let grid = LargeGrid()
    let report = try GridReport(grid.runs, of: grid.specification, defaultMetrics: [])
    let page = try Self.page(report, ids: grid.ids)
    #expect(page.utf8.count <= 5_000_000, "\(page.utf8.count) bytes")
  }

  @Test func numbersHaveSixDigits() {
    for (value, text) in [
      (0.0, "0"), (1, "1"), (-0.5, "-0.5"), (0.123_456_78, "0.123457"), (0.999_999_9, "1"),
      (0.000_123_456_78, "0.000123457"), (123_456.7, "123457"), (12.345_678, "12.3457"),
      (0.05, "0.05"), (1e-7, "1e-7"), (1_234_567, "1234570"), (1.234_567_8e-9, "1.23457e-9"),
      (1.7e308, "1.7e308"),
    ] {
      #expect(Double(SixDigits.text(value)) == Double(text), "\(value): \(SixDigits.text(value))")
    }
    // Against C's rounding to six digits.
    let stream = RandomStream(seed: 1, purpose: RandomPurpose("six digits"))
    for index in 0..<2000 {
      let value = Double(stream.uniform(index, 0, 0, 0)) * [1e-3, 1, 1e5][index % 3]
      let text = SixDigits.text(value)
      let other = Double(String(format: "%.6g", value))!
      #expect((Double(text)! - other).magnitude <= other.magnitude * 1.1e-5, "\(value)")
      #expect(text.utf8.count <= 11)
    }
  }

  @Test func bytesAsText() {
    for (text, expected) in [
      ("", ""), ("f", "Zg=="), ("fo", "Zm8="), ("foo", "Zm9v"), ("fooba", "Zm9vYmE="),
    ] {
      #expect(Base64.text(Array(text.utf8)) == expected)
    }
  }
}
