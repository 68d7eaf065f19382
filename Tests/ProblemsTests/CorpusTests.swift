import Keys
import Testing

@testable import Problems

@Suite struct CorpusTests {
  /// The proof that nothing held out is ever pretrained on. It walks the whole stream of a
  /// pretraining run, reads every question back out of the documents, those of rambling too, and
  /// compares their hashes and the held-out sets themselves.
  @Test func noQuestionOfTheStreamIsHeldOut() throws {
    var heldOut: Set<String> = []
    for split in [Split.development, .benchmark] {
      for set in try ProblemSet.benchmarks(split: split, count: ProblemSet.longestBenchmark) {
        heldOut.formUnion(set.problems.map(\.question.identity))
      }
    }
    for seed in 0..<4 as Range<UInt64> {
      let set = try ProblemSet.adaptation(count: ProblemSet.longestAdaptation, seed: seed)
      heldOut.formUnion(set.problems.map(\.question.identity))
    }
    #expect(heldOut.count > 2 * 4 * ProblemSet.longestBenchmark + ProblemSet.longestAdaptation)

    var survey = Survey()
    for step in 0..<3500 {
      for index in 0..<48 { try survey.add(seed: 0, step, index, heldOut: heldOut) }
    }
    let statistics = survey
    for seed in 1...8 as ClosedRange<UInt64> {
      for step in 0..<40 {
        for index in 0..<48 { try survey.add(seed: seed, step, index, heldOut: heldOut) }
      }
    }
    #expect(survey.leaks == [])
    #expect(survey.stepsThatStateProblems == [])
    #expect(survey.longest == Corpus.longestDocument)
    #expect(survey.longestContinuation == Corpus.longestContinuation)
    statistics.check()
  }

  /// What the walk over the stream finds.
  private struct Survey {
    var documents = 0.0
    var tokens = 0.0
    var leaks: [String] = []
    var stepsThatStateProblems: [String] = []
    var kinds: [String: Double] = [:]
    var worked = 0.0
    var slips = 0.0
    var unmarked = 0.0
    var direct = 0.0
    var directRight = 0.0
    var rambling = 0.0
    var further = 0.0
    var longest = 0
    var longestContinuation = 0

    mutating func add(seed: UInt64, _ step: Int, _ index: Int, heldOut: Set<String>) throws {
      let tokens = Corpus(seed: seed).document(step: step, index: index)
      let document = try DocumentReader.read(tokens)
      documents += 1
      self.tokens += Double(tokens.count)
      longest = max(longest, tokens.count)
      let continuation = tokens.count - 1 - (tokens.firstIndex(of: Vocabulary.answer) ?? 0)
      longestContinuation = max(longestContinuation, continuation)
      kinds[document.question.kind, default: 0] += 1
      visit(document.question, heldOut)
      switch document.continuation {
      case .worked(let steps, let answer, let marked):
        worked += 1
        if !marked { unmarked += 1 }
        let wrong = steps.filter { !$0.isTrue }
        if !wrong.isEmpty { slips += 1 }
        // A sloppy solution has one slip; a false answer has a cause.
        if wrong.count > 1 || (wrong.isEmpty && answer != document.question.answer) {
          leaks.append("inconsistent: " + Vocabulary.decode(tokens))
        }
        for step in steps where statesProblem(step) {
          stepsThatStateProblems.append("\(step)")
        }
      case .direct(let answer):
        direct += 1
        if answer == document.question.answer { directRight += 1 }
      case .rambling(let questions):
        rambling += 1
        further += Double(questions.count)
        for question in questions { visit(question, heldOut) }
      }
    }

    private mutating func visit(_ question: DocumentReader.ReadQuestion, _ heldOut: Set<String>) {
      let identity = question.identity
      if Digest(of: identity).prefix64 % 100 >= 70 || heldOut.contains(identity) {
        leaks.append(identity)
      }
    }

    /// Whether a step has the operands of a problem of some kind.
    private func statesProblem(_ step: DocumentReader.Step) -> Bool {
      guard step.operands.count == 2 else { return false }
      let (a, b) = (step.operands[0], step.operands[1])
      return switch step.operation {
      case "+": a >= 10 && b >= 10
      case "-": a >= 20 && b >= 10 && a - b >= 10
      case "*": a >= 100 || b >= 10
      case "mod": a >= 100
      default: false
      }
    }

    /// The shares that the corpus is meant to have, within four standard errors or so.
    func check() {
      #expect(documents == 168_000)
      for kind in ProblemKind.arithmetic {
        expect(kinds[kind.rawValue, default: 0] / documents, Double(kind.percent) / 100, 0.005)
      }
      expect(worked / documents, 0.41, 0.01)
      expect(direct / documents, 0.33, 0.01)
      expect(rambling / documents, 0.27, 0.01)
      expect(further / rambling, 1.5, 0.01)
      expect(slips / worked, 0.15, 0.006)
      expect(unmarked / worked, 0.25, 0.007)
      expect(directRight / direct, 0.35, 0.009)
      expect(tokens / documents, 30.05, 0.15)
    }

    private func expect(_ value: Double, _ wanted: Double, _ tolerance: Double) {
      #expect(abs(value - wanted) <= tolerance, "\(value) instead of \(wanted)")
    }
  }

  @Test func aDocumentDependsOnItsPlaceAlone() {
    let corpus = Corpus(seed: 7)
    let places = [(0, 0), (0, 1), (3, 47), (3499, 12), (100_000, 5)]
    let forwards = places.map { corpus.document(step: $0.0, index: $0.1) }
    let backwards = places.reversed().map { Corpus(seed: 7).document(step: $0.0, index: $0.1) }
    #expect(forwards == backwards.reversed())
    #expect(Set(forwards).count == places.count)
    #expect(Corpus(seed: 8).document(step: 0, index: 0) != forwards[0])
  }

  /// A change of the documents changes every result that starts with a base model: whoever changes
  /// this digest raises the version of the stage kind that prepares one.
  @Test func theStreamIsTheSameAsEver() {
    let corpus = Corpus(seed: 0)
    let bytes = (0..<1000).flatMap { place in
      corpus.document(step: place / 48, index: place % 48).map { UInt8($0) }
    }
    #expect(
      Digest(of: bytes).hex
        == "8ab4712540b79373232c1fcf2eb7687a15b5253c4cd23a091f6b49f0e5ed3083")
  }

  @Test func stylesFollowTheWording() {
    var shares = SIMD3<Double>.zero
    var lowest = 1.0
    var highest = 0.0
    for kind in ProblemKind.arithmetic {
      for number in 0..<Wording.count {
        let mix = StyleMix.probabilities(of: kind, Wording(number: number))
        shares += mix * Double(kind.percent) / 100 / Double(Wording.count)
        lowest = min(lowest, mix[0])
        highest = max(highest, mix[0])
      }
    }
    #expect(abs(shares[0] - 0.41) < 0.005)
    #expect(abs(shares[1] - 0.33) < 0.005)
    #expect(abs(shares[2] - 0.27) < 0.006)
    #expect(abs(lowest - 0.07) < 0.02)
    #expect(abs(highest - 0.85) < 0.01)
  }
}
