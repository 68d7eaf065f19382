import Testing

@testable import Report

@Suite struct DisplayTextTests {
  @Test func controlCharactersCannotActOnTheTerminal() {
    #expect(DisplayText.printable("a\u{1B}[2Jb\n\tc\u{202E}d") == "a\\u{1b}[2Jb\\n\\tc\\u{202e}d")
    #expect(DisplayText.printable("größe 🌳") == "größe 🌳")
  }

  @Test func widthsCountColumns() {
    #expect(DisplayText.width("0.412 ± 0.013") == 13)
    #expect(DisplayText.width("学習率") == 6)
    #expect(DisplayText.width("e\u{301}🌳") == 3)
    #expect(DisplayText.padded("学", to: 4) == "学  ")
    #expect(DisplayText.padded("1", to: 3, right: true) == "  1")
  }

  @Test func wordsAreWrapped() {
    #expect(DisplayText.lines("one two three", width: 7) == ["one two", "three"])
    #expect(DisplayText.lines("unbreakable a", width: 7) == ["unbreakable", "a"])
  }

  @Test(arguments: [
    ("learning_rate", "learning_rate"), ("_private_", "\\_private\\_"), ("a|b", "a\\|b"),
    ("<b>*x*</b>", "\\<b\\>\\*x\\*\\</b\\>"), ("a`b\\c", "a\\`b\\\\c"),
    ("two\nlines", "two\\\\nlines"),
  ])
  func markdownIsEscaped(text: String, escaped: String) {
    #expect(MarkdownTable.escaped(text) == escaped)
  }
}
