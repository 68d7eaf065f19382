import Testing

@testable import Problems

@Suite struct GradeTests {
  /// A continuation, what is expected, and what it is worth.
  struct Case: Sendable, CustomTestStringConvertible {
    let text: String
    let answer: Int?
    let terminated: Bool

    init(_ text: String, _ answer: Int?, terminated: Bool = true) {
      self.text = text
      self.answer = answer
      self.terminated = terminated
    }

    var testDescription: String { text }
  }

  static let cases = [
    Case("# 1 3 2 <end>", 132),
    Case("W 7 + 5 => 1 2 ; 4 + 8 + 1 => 1 3 ; # 1 3 2 <end>", 132),
    Case("# 0 <end>", 0),
    // No answer.
    Case("<end>", nil),
    Case("", nil, terminated: false),
    Case("1 3 2 <end>", nil),
    Case("W 7 + 5 => 1 2 ; 1 3 2 <end>", nil),
    Case("# <end>", nil),
    Case("# W 1 3 2 <end>", nil),
    Case("# - 1 3 2 <end>", nil),
    Case("# = 1 3 2 <end>", nil),
    // Cut off: the number may go on.
    Case("# 1 3 2", nil, terminated: false),
    Case("# ", nil, terminated: false),
    Case("# 1 3 2 ;", 132, terminated: false),
    // Several answers: the first is the answer, right or wrong.
    Case("# 1 3 2 # 9 <end>", 132),
    Case("# 9 # 1 3 2 <end>", 9),
    Case("# 1 # 2 # 3 # 4 # 1 3 2 # 1 3 2 <end>", 1),
    Case("# # 1 3 2 <end>", nil),
    Case("# 9 ; # 1 3 2 # 1 3 2", 9, terminated: false),
    // Text after the answer.
    Case("# 1 3 2 Q find 1 + 1 ? A # 2 <end>", 132),
    Case("# 1 3 2 + 1 <end>", 132),
    Case("# 1 3 2 <end> # 9 <end>", 132),
    // An answer after the end, or to another question.
    Case("<end> # 1 3 2 <end>", nil),
    Case("Q find 6 6 + 6 6 ? A # 1 3 2 <end>", nil),
    Case("W 7 + 5 => 1 2 ; Q # 1 3 2 <end>", nil),
    // Other texts of the number.
    Case("# 0 1 3 2 <end>", nil),
    Case("# 0 0 <end>", nil),
    Case("# 1 3 . 2 <end>", 13),
    Case("# 1 2 3 4 5 6 7 8 9 <end>", 123_456_789),
    Case("# 1 2 3 4 5 6 7 8 9 0 <end>", nil),
    Case("# " + String(repeating: "9 ", count: 40) + "<end>", nil),
  ]

  @Test(arguments: cases)
  func readsTheMarkedAnswer(_ item: Case) throws {
    let tokens = try Vocabulary.encode(item.text)
    for expected in [132, 0, 9, item.answer ?? 7] {
      let grade = Grade(continuation: tokens, expected: expected)
      #expect(grade.answer == item.answer)
      #expect(grade.formatted == (item.answer != nil))
      #expect(grade.correct == (item.answer == expected))
      #expect(grade.terminated == item.terminated)
    }
  }
}
