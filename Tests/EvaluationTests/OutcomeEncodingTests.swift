import Keys
import Problems
import Testing

@testable import Evaluation

@Suite struct OutcomeEncodingTests {
  private let result = EvaluationResult(outcomes: [
    ProblemOutcome(
      set: "mixed", index: 0, kind: .add2, expected: 132,
      samples: [
        SampleOutcome(
          answer: 132, terminated: true, length: 25, meanLogProbability: -0.1,
          meanEntropy: 1.0e-7),
        SampleOutcome(
          answer: nil, terminated: false, length: 48, meanLogProbability: -2.25,
          meanEntropy: 3.4028235e38),
      ]),
    ProblemOutcome(
      set: "words", index: 7, kind: .joint, expected: 9,
      samples: [
        SampleOutcome(
          answer: 0, terminated: true, length: 3, meanLogProbability: 0, meanEntropy: 0.3)
      ]),
  ])

  private let text = """
    #espalier-outcomes,1
    set,problem,kind,expected,sample,answer,correct,formatted,terminated,tokens,\
    mean_log_probability,mean_entropy
    mixed,0,add2,132,0,132,1,1,1,25,-0.1,1e-07
    mixed,0,add2,132,1,,0,0,0,48,-2.25,3.4028235e+38
    words,7,joint,9,0,0,0,1,1,3,0.0,0.3

    """

  @Test func writesTheDocumentedText() throws {
    #expect(String(decoding: result.encoded, as: UTF8.self) == text)
    #expect(try EvaluationResult(encoded: Array(text.utf8)) == result)
  }

  @Test func randomOutcomesComeBack() throws {
    var generator = RandomStream(seed: 3, purpose: RandomPurpose("outcomes")).generator(0)
    let outcomes = (0..<200).map { number in
      let expected = generator.below(2000)
      return ProblemOutcome(
        set: number < 100 ? "mixed" : "hard", index: number % 100,
        kind: ProblemKind.allCases[generator.below(9)], expected: expected,
        samples: (0..<(1 + generator.below(5))).map { _ in
          SampleOutcome(
            answer: [nil, expected, generator.below(1_000_000)][generator.below(3)],
            terminated: generator.below(2) == 0, length: 1 + generator.below(60),
            meanLogProbability: -Float(generator.unit()) * 9,
            meanEntropy: Float(generator.unit()))
        })
    }
    let result = EvaluationResult(outcomes: outcomes)
    #expect(try EvaluationResult(encoded: result.encoded) == result)
    #expect(try EvaluationResult(encoded: EvaluationResult(outcomes: []).encoded).outcomes == [])
  }

  /// A changed byte is refused or reads back as other outcomes; nothing is skipped or guessed.
  @Test func damageIsNeverReadAsIfNothingWere() throws {
    let bytes = Array(text.utf8)
    var refused = 0
    for position in bytes.indices {
      for replacement in [UInt8(ascii: "9"), UInt8(ascii: ","), UInt8(ascii: "\n"), 0xFF]
      where bytes[position] != replacement {
        var damaged = bytes
        damaged[position] = replacement
        do {
          #expect(try EvaluationResult(encoded: damaged) != result)
        } catch {
          refused += 1
        }
      }
    }
    #expect(refused > 2 * bytes.count)
    // A text cut at the end of a line lacks nothing that a reader could miss: the artifact's hash
    // must tell.
    for length in bytes.indices where length == 0 || bytes[length - 1] != UInt8(ascii: "\n") {
      #expect(throws: OutcomeFormatError.self) {
        try EvaluationResult(encoded: Array(bytes.prefix(length)))
      }
    }
  }

  @Test(arguments: [
    ("", OutcomeFormatError.title),
    ("#espalier-outcomes,2\n", .title),
    ("#espalier-outcomes,1\nset\n", .line(2)),
  ])
  func saysWhatIsWrong(text: String, error: OutcomeFormatError) {
    #expect(throws: error) { try EvaluationResult(encoded: Array(text.utf8)) }
  }

  @Test func namesTheDamagedLine() {
    let lines = text.split(separator: "\n", omittingEmptySubsequences: false).map(String.init)
    let damages = [
      (3, "mixed,0,add2,132,1,,0,0,0,48,-2.25,1"),
      (4, "mixed,0,add2,132,2,,0,0,0,48,-2.25,1"),
      (4, "mixed,0,add2,133,1,,0,0,0,48,-2.25,1"),
      (4, "mixed,0,add2,132,1,,1,0,0,48,-2.25,1"),
      (4, "mixed,0,add2,132,1,,0,1,0,48,-2.25,1"),
      (5, "words,7,joint,9,0,0,0,1,1,3,0.0"),
      (5, "words,7,verse,9,0,0,0,1,1,3,0.0,0.3"),
      (5, "words,7,joint,9,0,x,0,1,1,3,0.0,0.3"),
    ]
    for (number, line) in damages {
      var damaged = lines
      damaged[number - 1] = line
      #expect(throws: OutcomeFormatError.line(number)) {
        try EvaluationResult(encoded: Array(damaged.joined(separator: "\n").utf8))
      }
    }
  }
}
