@testable import Problems

/// Reads a document of the corpus back into its questions and steps. Written against the format's
/// description and the token list alone: it shares no code with what writes documents.
struct DocumentReader {
  struct ReadQuestion: Equatable {
    let kind: String
    let operands: [Int]

    /// The kind and the operands, exchangeable ones sorted.
    var identity: String {
      var o = operands
      switch kind {
      case "add2", "add3", "word": if o[0] > o[1] { o.swapAt(0, 1) }
      case "joint":
        if o[1] > o[2] { o.swapAt(1, 2) }
        if o[3] > o[4] { o.swapAt(3, 4) }
      default: break
      }
      return o.reduce(kind) { "\($0)/\($1)" }
    }

    var answer: Int {
      let o = operands
      return switch kind {
      case "add2", "add3": o[0] + o[1]
      case "sub2": o[0] - o[1]
      case "mul": o[0] * o[1]
      case "mod": o[0] - o[0] / o[1] * o[1]
      case "word": o[0] * o[2] + o[1] * o[2]
      default: o[0] * o[3] * o[4]
      }
    }
  }

  /// `operands[0] operation operands[1] … => result`, all of one operation.
  struct Step: Equatable {
    let operation: String
    let operands: [Int]
    let result: Int

    var isTrue: Bool {
      switch operation {
      case "+": operands.reduce(0, +) == result
      case "-": operands.dropFirst().reduce(operands[0], -) == result
      case "*": operands.reduce(1, *) == result
      case "/": operands[1] * result <= operands[0] && operands[0] < operands[1] * (result + 1)
      default: operands[0] - operands[0] / operands[1] * operands[1] == result
      }
    }
  }

  enum Continuation: Equatable {
    case worked(steps: [Step], answer: Int, marked: Bool)
    case direct(Int)
    case rambling([ReadQuestion])
  }

  struct Document: Equatable {
    let question: ReadQuestion
    let opener: Int
    let suffix: Int
    let continuation: Continuation
  }

  struct Malformed: Error {
    let text: String
    let position: Int
  }

  private let tokens: [Int32]
  private var position = 0

  private static func id(_ word: String) -> Int32 {
    Int32(Vocabulary.tokens.firstIndex(of: word)!)
  }
  private static let zero = id("0")
  private static let compute = id("compute")
  private static let period = id(".")
  private static let beforeNumbersOfWord = [["has"], ["pens", ",", "buys"], [",", "each"]]
    .map { $0.map(id) }
  private static let afterWord = ["coins", ",", "total"].map(id)
  private static let beforeNumbersOfJoint = [
    ["y", "joint", "x", "z", ",", "y", "is"], ["if", "x"], ["z"], [",", "now"], ["and"],
  ].map { $0.map(id) }
  private static let (q, a, w, marker) = (id("Q"), id("A"), id("W"), id("#"))
  private static let (semicolon, arrow, end) = (id(";"), id("=>"), id("<end>"))
  private static let operations = ["+", "-", "*", "/", "mod"].map(id)
  private static let (mod, now) = (id("mod"), id("now"))
  private static let (has, y) = (id("has"), id("y"))

  static func read(_ tokens: [Int32]) throws -> Document {
    var reader = DocumentReader(tokens: tokens)
    return try reader.document()
  }

  private init(tokens: [Int32]) {
    self.tokens = tokens
  }

  private mutating func document() throws -> Document {
    let (question, opener, suffix) = try self.question()
    try expect(Self.a)
    let continuation: Continuation
    switch tokens[position] {
    case Self.w: continuation = try worked()
    case Self.marker:
      position += 1
      continuation = .direct(try number())
    default:
      var further: [ReadQuestion] = []
      while tokens[position] == Self.q { further.append(try self.question().0) }
      guard (1...2).contains(further.count) else { throw malformed() }
      continuation = .rambling(further)
    }
    try expect(Self.end)
    guard position == tokens.count else { throw malformed() }
    return Document(
      question: question, opener: opener, suffix: suffix, continuation: continuation)
  }

  private mutating func question() throws -> (ReadQuestion, opener: Int, suffix: Int) {
    try expect(Self.q)
    let opener = Int(tokens[position] - Self.compute)
    guard (0..<8).contains(opener) else { throw malformed() }
    position += 1
    let question: ReadQuestion
    switch tokens[position] {
    case Self.has:
      let numbers = try self.numbers(between: Self.beforeNumbersOfWord)
      for token in Self.afterWord { try expect(token) }
      question = ReadQuestion(kind: "word", operands: numbers)
    case Self.y:
      let n = try numbers(between: Self.beforeNumbersOfJoint)
      guard n[0] % (n[1] * n[2]) == 0 else { throw malformed() }
      question = ReadQuestion(kind: "joint", operands: [n[0] / (n[1] * n[2])] + n.dropFirst())
    default:
      let left = try number()
      let operation = tokens[position]
      position += 1
      let right = try number()
      question = ReadQuestion(kind: try kind(left, operation, right), operands: [left, right])
    }
    let suffix = Int(tokens[position] - Self.period)
    guard (0..<4).contains(suffix) else { throw malformed() }
    position += 1
    return (question, opener, suffix)
  }

  private func kind(_ left: Int, _ operation: Int32, _ right: Int) throws -> String {
    switch (operation, left, right) {
    case (Self.operations[0], 10...99, 10...99): "add2"
    case (Self.operations[0], 100...999, 100...999): "add3"
    case (Self.operations[1], 20...99, 10...99) where left >= right: "sub2"
    case (Self.operations[2], 100...999, 2...9): "mul"
    case (Self.mod, 1000...9999, 3...9): "mod"
    default: throw malformed()
    }
  }

  private mutating func worked() throws -> Continuation {
    try expect(Self.w)
    var steps: [Step] = []
    while true {
      let isMarked = tokens[position] == Self.marker
      if isMarked { position += 1 }
      if tokens[position] == Self.now { position += 1 }
      var operands = [try number()]
      if isMarked || tokens[position] == Self.end {
        return .worked(steps: steps, answer: operands[0], marked: isMarked)
      }
      let operation = tokens[position]
      guard Self.operations.contains(operation) else { throw malformed() }
      while tokens[position] == operation {
        position += 1
        operands.append(try number())
      }
      try expect(Self.arrow)
      let result = try number()
      try expect(Self.semicolon)
      steps.append(
        Step(
          operation: Vocabulary.tokens[Int(operation)], operands: operands, result: result))
    }
  }

  private mutating func numbers(between phrases: [[Int32]]) throws -> [Int] {
    var result: [Int] = []
    for phrase in phrases {
      for token in phrase { try expect(token) }
      result.append(try number())
    }
    return result
  }

  private mutating func number() throws -> Int {
    let first = position
    var value = 0
    while position < tokens.count, tokens[position] >= Self.zero, tokens[position] < Self.zero + 10
    {
      value = 10 * value + Int(tokens[position] - Self.zero)
      position += 1
    }
    let leadsWithZero = position - first > 1 && tokens[first] == Self.zero
    guard position > first, !leadsWithZero else { throw malformed() }
    return value
  }

  private mutating func expect(_ token: Int32) throws {
    guard position < tokens.count, tokens[position] == token else { throw malformed() }
    position += 1
  }

  private func malformed() -> Malformed {
    Malformed(text: Vocabulary.decode(tokens), position: position)
  }
}
