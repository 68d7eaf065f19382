import Testing

@testable import Grid

@Suite struct RunIDTests {
  @Test("12 lower-case hex digits and nothing else")
  func text() {
    #expect(RunID("0123456789ab")?.text == "0123456789ab")
    #expect(RunID("cdef00000000")?.bits == 0xcdef_0000_0000)
    for text in [
      "", "0123456789a", "0123456789abc", "0123456789aB", "0123456789ag", "0123456789a/",
      "0123456789a:",
      "0123456789a`", "01234567 9ab", "012345678é9a", "０１２３",
    ] {
      #expect(RunID(text) == nil, "\(text)")
    }
  }
}
