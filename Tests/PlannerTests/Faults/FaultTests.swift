import Foundation
import Grid
import Testing

@testable import Planner

@Suite struct FaultTests {
  @Test(arguments: BrokenGrid.all)
  func exactMessages(grid: BrokenGrid) {
    let messages = Laboratory.messages(
      grid.text, overrides: grid.overrides, files: grid.files)
    #expect(messages == grid.messages)
  }

  @Test func theCorpusIsLarge() {
    #expect(BrokenGrid.all.count >= 150)
    #expect(Set(BrokenGrid.all.map(\.name)).count == BrokenGrid.all.count)
  }

  /// Every case of `GridFault` is met by the corpus or by a test below.
  @Test func everyFaultIsTested() throws {
    let source = URL(filePath: #filePath).deletingLastPathComponent()
      .appending(path: "../../../Sources/Planner/Diagnostics/GridFault.swift").standardizedFileURL
    let text = try String(contentsOf: source, encoding: .utf8)
    // The cases of the enum itself are indented by two.
    let names = text.split(separator: "\n").filter { $0.hasPrefix("  case ") }
      .map { String($0.dropFirst(7).prefix { $0.isLetter || $0.isNumber }) }
    #expect(names.count >= 70)
    var met: Set<String> = [
      "notUTF8", "tooLong", "tooManyValues", "includeTooDeep", "sameIdentifier", "tooManyPhases",
    ]
    for grid in BrokenGrid.all {
      for fault in faults(of: grid) {
        met.insert(String("\(fault)".prefix { $0.isLetter || $0.isNumber }))
      }
    }
    #expect(names.filter { !met.contains($0) } == [])
  }

  private func faults(of grid: BrokenGrid) -> [GridFault] {
    do {
      let read = try Laboratory.read(
        grid.text, file: "g.yaml", overrides: grid.overrides, files: grid.files)
      let warnings = try PlanBuilder.planWithWarnings(read).warnings
      return (read.warnings + warnings).map(\.fault)
    } catch {
      return error.diagnostics.map(\.fault)
    }
  }

  @Test func bytesThatAreNotText() throws {
    let bytes = Array("about: ü\nname: ".utf8) + [0xC3, 0x28] + Array("\n".utf8)
    let error = #expect(throws: GridFaults.self) { try GridSource(file: "g.yaml", bytes: bytes) }
    #expect(
      error?.description
        == "g.yaml:2:7: this byte is not part of UTF-8 text; save the file as UTF-8")
    #expect(throws: GridFaults.self) { try GridSource(file: "g.yaml", bytes: [0xFF]) }
    #expect(
      try GridSource(file: "g.yaml", bytes: Array("a: ü\u{FFFD}".utf8)).text == "a: ü\u{FFFD}")
  }

  @Test func filesThatAreTooLong() {
    let text = "# " + String(repeating: "x", count: YAMLReader.sizeLimit)
    #expect(
      Laboratory.messages(text) == [
        "g.yaml:1:1: the file has 8388610 bytes, more than the 8388608 that a grid may have; "
          + "write long lists as ranges, or split the grid"
      ])
  }

  @Test func aliasesThatMultiply() {
    // Below the bound on what aliases can do, above that on values.
    let list = Array(repeating: "1", count: 1_000).joined(separator: ",")
    let text =
      "a: &a [\(list)]\nb: &b [\(Array(repeating: "*a", count: 50).joined(separator: ","))]\n"
      + "c: [\(Array(repeating: "*b", count: 41).joined(separator: ","))]\n"
    #expect(
      Laboratory.messages(text).contains {
        $0.hasSuffix(
          "with its aliases expanded the file has more than 2000000 values; write long lists as "
            + "ranges")
      })
  }

  @Test func aliasesMayBeUsed() throws {
    let plan = try Laboratory.plan(
      """
      parameters: {model: &size tiny}
      axes: {seed: &two [1, 2], evaluation_seed: *two, note: [*size]}
      """)
    #expect(plan.runs.count == 4)
    #expect(plan.column("note")[0] == "tiny")
  }

  @Test func includesThatAreTooDeep() {
    var files: [String: String] = [:]
    for level in 0..<20 { files["\(level).yaml"] = "include: \(level + 1).yaml\n" }
    #expect(
      Laboratory.messages("include: 0.yaml\n", files: files) == [
        "6.yaml:1:10: files include one another more than 8 deep"
      ])
  }

  @Test func aFileOfNothingButFaultsIsCutShort() {
    let text =
      "parameters: {model: tiny}\naxes:\n  seed:\n"
      + (0..<150).map { "    - word\($0)\n" }.joined()
    let messages = Laboratory.messages(text)
    #expect(messages.count == 101)
    #expect(messages[0].hasPrefix("g.yaml:4:7: “seed” must be an integer"))
    #expect(messages[100] == "and 50 more")
  }

  @Test func aFaultIsData() throws {
    let error = #expect(throws: GridFaults.self) {
      try Laboratory.read("parameters: {model: tiny, temprature: 1}\n", file: "x.yaml")
    }
    let diagnostic = try #require(error?.diagnostics.first)
    #expect(diagnostic.path == ["parameters", "temprature"])
    #expect(diagnostic.place == Place(source: .file("x.yaml"), line: 1, column: 27))
    #expect(diagnostic.severity == .fault)
    #expect(diagnostic.suggestion == "did you mean “temperature”?")
    guard case .unknownKey("temprature", "temperature", _) = diagnostic.fault else {
      Issue.record("\(diagnostic.fault)")
      return
    }
  }
}
