import Testing

@testable import Commands

@Suite("Words for progress")
struct ProgressLineTests {
  private func state(_ done: Int, of total: Int, at elapsed: Double) -> ProgressState {
    var state = ProgressState()
    state.stagesDone = done
    state.stagesTotal = total
    state.elapsed = elapsed
    return state
  }

  @Test("a steady rate tells what is left")
  func steady() throws {
    var line = ProgressLine()
    for second in 0...60 { line.observe(state(2 * second, of: 200, at: Double(second))) }
    let remaining = try #require(line.remaining(state(120, of: 200, at: 60)))
    #expect(abs(remaining - 40) < 1e-9)
    #expect(line.text(state(120, of: 200, at: 60)).contains("2.0 stages/s · about 40 s left"))
  }

  @Test("what has failed is not left to do")
  func failures() throws {
    func half(_ second: Int) -> ProgressState {
      var state = state(second, of: 200, at: Double(second))
      state.stagesFailed = second
      return state
    }
    var line = ProgressLine()
    for second in 0...90 { line.observe(half(second)) }
    #expect(abs(try #require(line.remaining(half(90))) - 10) < 1e-9)
    #expect(line.remaining(half(100)) == 0)
    #expect(half(50).share == 0.5)
    #expect(line.bar(half(100), width: 80).hasPrefix("[████████████████████]"))
  }

  @Test("a session that is asked to end says so, on a line, a bar and the view")
  func ending() {
    var state = state(1, of: 4, at: 9)
    #expect(ProgressLine.endingText(state) == nil)
    state.ending = .drain
    #expect(ProgressLine.endingText(state) == "stopping")
    state.activities = [.init(label: "a", done: 0, total: 1, note: "")]
    let words = "stopping (Ctrl-C again: at once), waiting some seconds for 1 job"
    #expect(ProgressLine.endingText(state) == words)
    #expect(ProgressLine().bar(state, width: 120) == words)
    #expect(ProgressLine().bar(state, width: 40) == words.prefix(39))
    var live = LiveState()
    live.progress = state
    #expect(LiveView(live, columns: 100, rows: 30).lines.map(\.plain).contains(words))
    live.progress.ending = .stop
    #expect(
      LiveView(live, columns: 100, rows: 30).lines.map(\.plain).contains("stopping at once"))
  }

  @Test("a long stage does not promise years")
  func stalled() throws {
    var line = ProgressLine()
    for second in 0...60 { line.observe(state(2 * second, of: 200, at: Double(second))) }
    for second in 61...1000 { line.observe(state(120, of: 200, at: Double(second))) }
    let remaining = try #require(line.remaining(state(120, of: 200, at: 1000)))
    // 120 in 1000 s, and half of that at the least.
    #expect(abs(remaining - 80 / 0.06) < 1)
  }

  @Test("the first stages, which prepare the others, tell nothing")
  func beginning() {
    var line = ProgressLine()
    line.observe(state(0, of: 4000, at: 0))
    line.observe(state(1, of: 4000, at: 60))
    #expect(line.remaining(state(1, of: 4000, at: 60)) == nil)
    line.observe(state(10, of: 4000, at: 61))
    #expect(line.remaining(state(10, of: 4000, at: 61)) != nil)
    var small = ProgressLine()
    small.observe(state(0, of: 3, at: 0))
    #expect(small.remaining(state(0, of: 3, at: 0)) == nil)
    small.observe(state(1, of: 3, at: 10))
    #expect(small.remaining(state(1, of: 3, at: 10)) == 20)
  }
}
