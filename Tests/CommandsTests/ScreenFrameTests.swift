import Testing

@testable import Commands

@Suite struct ScreenFrameTests {
  private let lines = [StyledLine("one"), StyledLine("second", .bold)]

  @Test func theFirstFrameIsDrawnAtTheCursor() {
    #expect(
      ScreenFrame.drawing(lines, over: nil, columns: 80, colours: false)
        == "\rone\u{1B}[K\nsecond\u{1B}[K\u{1B}[J")
    #expect(
      ScreenFrame.drawing(lines, over: nil, columns: 80, colours: true)
        == "\rone\u{1B}[K\n\u{1B}[1msecond\u{1B}[0m\u{1B}[K\u{1B}[J")
  }

  @Test func theNextOneIsDrawnOverIt() {
    let frame = ScreenFrame(lines)
    #expect(
      ScreenFrame.drawing([StyledLine("3")], over: frame, columns: 80, colours: false)
        == "\r\u{1B}[1A3\u{1B}[K\u{1B}[J")
    #expect(frame.removal(columns: 80) == "\r\u{1B}[1A\u{1B}[J")
    #expect(ScreenFrame([StyledLine("bar")]).removal(columns: 80) == "\r\u{1B}[J")
  }

  @Test func aTerminalMadeNarrowerHasBrokenTheLines() {
    let frame = ScreenFrame([
      StyledLine(String(repeating: "x", count: 79)), StyledLine(""), StyledLine("abc"),
    ])
    #expect(frame.removal(columns: 80) == "\r\u{1B}[2A\u{1B}[J")
    #expect(frame.removal(columns: 40) == "\r\u{1B}[3A\u{1B}[J")
    #expect(frame.removal(columns: 30) == "\r\u{1B}[4A\u{1B}[J")
  }
}
