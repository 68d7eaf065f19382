import Grid
import JobTable
import TestSupport
import Testing

@testable import Commands

@Suite struct LiveViewTests {
  /// Half of the first row's cells full, a failure in the second.
  private func cells() throws -> CellFill {
    let folder = TemporaryFolder()
    let table = try LiveFixtures.table(in: folder)
    let record = try #require(try table.reader.grid("live"))
    var fill = try CellFill(of: record, in: table.reader)
    var stages: [RunStage] = []
    try table.reader.forEachRunStage(in: "live") { stages.append($0) }
    for index in [0, 2, 4, 6, 1, 3, 5] { fill.complete(stages[index].stage) }
    for index in 8..<16 { fill.fail(stages[index].job) }
    return fill
  }

  private func text(_ columns: Int, _ rows: Int, _ state: LiveState) -> String {
    LiveView(state, columns: columns, rows: rows).lines.map(\.plain).joined(separator: "\n") + "\n"
  }

  @Test("The view of a wide terminal and of a usual one, line by line")
  func golden() throws {
    let state = LiveFixtures.state(cells: try cells())
    #expect(
      try GoldenFile.mismatch(text(120, 40, state), LiveFixtures.file("live-120x40.txt")) == nil)
    #expect(
      try GoldenFile.mismatch(text(80, 24, state), LiveFixtures.file("live-80x24.txt")) == nil)
    #expect(
      try GoldenFile.mismatch(text(60, 16, state), LiveFixtures.file("live-60x16.txt")) == nil)
    var start = LiveState()
    start.title = "quickstart"
    start.slots = 2
    start.progress.runsTotal = 132
    start.progress.stagesTotal = 260
    #expect(
      try GoldenFile.mismatch(text(80, 24, start), LiveFixtures.file("live-start.txt")) == nil)
  }

  @Test("Cells that were looked at some time ago say so")
  func lookedAtCells() throws {
    var state = LiveFixtures.state(cells: try cells())
    #expect(text(80, 24, state).contains("\ncells, as full as they are: "))
    state.cellsSeenAt = 35
    #expect(text(80, 24, state).contains("\ncells, as full as they are (1 min 0 s ago): "))
  }

  @Test("No line is wider than the terminal and none too many, whatever there is to show")
  func fits() throws {
    var state = LiveFixtures.state(cells: try cells())
    for count in [0, 1, 7, 40, 400] {
      state.progress.activities = (0..<count).map {
        .init(
          label: "em temperature=0.\($0) 温度 👩‍🔬 " + String(repeating: "x", count: $0), done: $0,
          total: count, note: "loss \($0)", seconds: Double($0))
      }
      state.failures = (0..<min(8, count)).map {
        .init(at: Double($0), label: "job \($0)", message: String(repeating: "wrong ", count: 50))
      }
      for (columns, rows) in [(60, 16), (61, 17), (80, 24), (100, 20), (120, 40), (300, 100)] {
        let lines = LiveView(state, columns: columns, rows: rows).lines
        #expect(lines.count < rows && lines.count >= 4)
        for line in lines {
          #expect(line.width < columns, "\(line.plain)")
          #expect(!line.plain.unicodeScalars.contains { $0.properties.generalCategory == .control })
        }
        if count > 0 { #expect(lines.contains { $0.plain.hasPrefix("last failures") }) }
        #expect(lines.contains { $0.plain.hasPrefix("at work: \(count) of 2") })
      }
    }
  }

  @Test("Without colours there is no escape, with them each ends")
  func colours() {
    for line in LiveView(LiveFixtures.state(), columns: 100, rows: 30).lines {
      #expect(!line.plain.contains("\u{1B}"))
      let escapes = line.coloured.split(separator: "\u{1B}", omittingEmptySubsequences: false)
      #expect(escapes.count.isMultiple(of: 2) == false)
      for (index, part) in escapes.dropFirst().enumerated() {
        #expect(part.hasPrefix("[0m") == !index.isMultiple(of: 2))
      }
    }
    var line = StyledLine("done ", .plain)
    line.add("3", .bad)
    #expect(line.coloured == "done \u{1B}[31m3\u{1B}[0m" && line.plain == "done 3")
  }

  @Test("A line is cut where it is too wide, never within a character")
  func cutting() {
    var line = StyledLine("温度 and ", .bold)
    line.add("more", .dim)
    #expect(line.width == 13)
    #expect(line.cut(to: 13) == line)
    #expect(line.cut(to: 12).plain == "温度 and mo…")
    #expect(line.cut(to: 4).plain == "温…")
    #expect(line.cut(to: 5).plain == "温度…")
    #expect(line.cut(to: 1).plain == "…")
  }

  @Test("Bars, levels and sparklines")
  func blocks() {
    #expect(Blocks.bar(0.5, width: 4) == "██░░" && Blocks.bar(.nan, width: 2) == "░░")
    #expect(Blocks.bar(2, width: 3) == "███" && Blocks.bar(-1, width: 1) == "░")
    #expect(String([0, 0.01, 0.25, 0.5, 0.99, 1].map { Blocks.level($0) }) == "·▁▂▄▇█")
    #expect(Blocks.sparkline([0, 1, 2, 4]) == "▁▂▄█")
    #expect(Blocks.sparkline([0, 0]) == "▁▁" && Blocks.sparkline([]) == "")
  }

  @Test("Cells fill up by what is completed, each stage once, and show failures")
  func cellFill() throws {
    let fill = try cells()
    #expect(fill.cells.count == 5 && fill.complete == 1)
    #expect(fill.cells.map(\.total) == [4, 4, 4, 4, 4])
    #expect(fill.cells.map(\.done) == [4, 3, 0, 0, 0])
    #expect(fill.cells.map(\.failed) == [0, 0, 4, 4, 0])
    #expect(fill.rows.map(\.label) == ["1", "2", "3"])
    #expect(fill.rows.map(\.cells) == [[0, 1], [2, 3], [4, nil]])
    var again = fill
    let folder = TemporaryFolder()
    try LiveFixtures.table(in: folder).reader.forEachRunStage(in: "live") {
      again.complete($0.stage)
      again.fail($0.job)
    }
    #expect(again.cells.map(\.done) == [4, 4, 0, 0, 4])
    #expect(again.cells.map(\.failed) == [0, 0, 4, 4, 0])
  }
}
