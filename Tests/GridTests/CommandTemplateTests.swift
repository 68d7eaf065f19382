import Grid
import Testing

@Suite struct CommandTemplateTests {
  @Test(arguments: [
    ("{a}", "<a>"), ("--lr={learning_rate}", "--lr=<learning_rate>"), ("{a}{b}", "<a><b>"),
    ("x", "x"), ("", ""), ("${HOME}", "${HOME}"), ("{{a}}", "{a}"), ("{{a}", "{<a>"),
    ("{ a }", "{ a }"), ("{}", "{}"), ("{1a}", "{1a}"), ("{-a}", "{-a}"), ("{a-b}", "<a-b>"),
    ("awk '{print $1}'", "awk '{print $1}'"), ("{a", "{a"), ("a}", "a}"), ("ü{a}ü", "ü<a>ü"),
    ("{\"metrics\": {a}}", "{\"metrics\": <a>}"), ("${{a}}", "${<a>}"), ("{é}", "{é}"),
    ("$x{a}", "$x<a>"),
  ])
  func filling(template: String, filled: String) {
    #expect(CommandTemplate(template).filled { "<\($0)>" } == filled)
  }

  @Test func placeholdersInOrder() {
    #expect(CommandTemplate("{b} {a} {{c}} ${d} {b}").placeholders == ["b", "a", "b"])
  }

  @Test func names() {
    for name in ["a", "_x", "learning_rate", "top-p", "B2"] {
      #expect(CommandTemplate.isName(name))
    }
    for name in ["", "2x", "-a", "a b", "ü", "a.b", "{a}"] {
      #expect(!CommandTemplate.isName(name))
    }
  }
}
