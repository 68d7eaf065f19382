import Foundation
import Grid
import Keys
import TestSupport
import Testing

@testable import Report

/// Looks at reports in a real browser: nothing overflows, nothing is logged, the table of runs works.
@Suite(.serialized) struct BrowserTests {
  private let folder: URL

  init() throws {
    folder = FileManager.default.temporaryDirectory
      .appending(path: "espalier-browser-\(ProcessInfo.processInfo.processIdentifier)")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
  }

  /// The page with the script that looks at it, which its policy lets run.
  private func write(_ page: String, _ name: String) throws {
    let hash = Base64.text(Digest(of: Chromium.harness).bytes)
    let looking =
      page
      .replacing("script-src ", with: "script-src 'sha256-\(hash)' ")
      .replacing("</body>", with: "<script>\(Chromium.harness)</script></body>")
    try looking.write(to: folder.appending(path: name), atomically: false, encoding: .utf8)
  }

  /// A page that shows others in frames of given widths.
  private func frame(_ pages: [(name: String, width: Int)]) throws -> URL {
    let url = folder.appending(path: "frames.html")
    let frames = pages.map {
      "<iframe src=\"\($0.name)\" style=\"width:\($0.width)px;height:900px;border:0\"></iframe>"
    }
    try "<!DOCTYPE html><title>frames</title>\(frames.joined())"
      .write(to: url, atomically: false, encoding: .utf8)
    return url
  }

  @Test(arguments: [false, true]) func reportsInABrowser(isDark: Bool) throws {
    defer { try? FileManager.default.removeItem(at: folder) }
    let small = ExampleGrid()
    try write(HTMLReportTests.page(small.report(), ids: small.runs.map(\.id)), "small.html")
    try write(HTMLReportTests.hostile(), "hostile.html")
    let large = LargeGrid()
    let report = try GridReport(large.runs, of: large.specification, defaultMetrics: [])
    try write(HTMLReportTests.page(report, ids: large.ids), "large.html")
    try write(Self.gallery(), "gallery.html")
    let pages = ["small", "hostile", "large"].flatMap {
      [("\($0).html", 360), ("\($0).html", 1280)]
    }
    let outcome = try Chromium.open(
      frame(pages + [("gallery.html", 1280)]), isDark: isDark, in: folder)

    #expect(outcome.messages.isEmpty)
    #expect(outcome.findings.count == 7)
    for page in outcome.findings {
      #expect(page.problems.isEmpty, "\(page.page), \(page.width) wide")
      #expect(page.isDark == isDark)
    }
    for page in outcome.findings where page.page == "train-temperature" {
      #expect(page.steps["start"]?.hasPrefix("60 runs: em 0.1 0 0 done 0.519531") == true)
      #expect(page.steps["failed"]?.hasPrefix("2 of 60 runs: em 0.5 3 ") == true)
      #expect(page.steps["nothing"] == "0 of 60 runs: ")
      #expect(page.steps["cell"]?.hasPrefix("4 of 60 runs (one cell): ") == true)
      #expect(page.steps["back"] == "true")
    }
    let accuracies = large.runs.metricIndex("accuracy").map { metric in
      (0..<large.runs.count).compactMap { large.runs.value(ofMetric: metric, run: $0) }
    }
    let least = SixDigits.text(accuracies?.min() ?? .nan)
    let most = SixDigits.text(accuracies?.max() ?? .nan)
    let largePages = outcome.findings.filter { $0.page == "full-13440" }
    #expect(largePages.count == 2)
    for page in largePages {
      #expect(
        page.steps["start"]?.hasPrefix("13440 runs, 1 to 100 shown: 0.1 0.0001 0 1 done") == true)
      #expect(page.steps["ascending ascending"]?.contains(" done \(least) ") == true)
      #expect(page.steps["descending descending"]?.contains(" done \(most) ") == true)
      #expect(page.steps["failed"]?.hasPrefix("14 of 13440 runs: ") == true)
      #expect(page.steps["cell"]?.hasPrefix("16 of 13440 runs (one cell): ") == true)
      #expect(page.steps["next"]?.hasPrefix("13440 runs, 101 to 200 shown: ") == true)
    }
    for page in outcome.findings where page.page.contains("script") {
      #expect(
        page.heading.hasPrefix("</script><script>document.title='taken'</script> ]]> \\u{0} "))
    }
  }

  /// Every figure that has a golden file.
  private static func gallery() throws -> String {
    let golden = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
      .appending(path: "Golden/figures")
    let names = try FileManager.default.contentsOfDirectory(atPath: golden.path).sorted()
    let figures = try names.map {
      try String(contentsOf: golden.appending(path: $0), encoding: .utf8)
    }
    #expect(names.count >= 12)
    return "<!DOCTYPE html><html><head><title>gallery</title></head><body>"
      + figures.joined() + "</body></html>"
  }
}
