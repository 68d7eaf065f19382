import Keys

/// The endless pretraining corpus: a prompt of the corpus split and its continuation in one of the
/// three styles. A document depends on (seed, step, index) alone, so any one can be made without
/// the others.
package struct Corpus: Sendable {
  private let stream: RandomStream
  private let domain: Domain

  /// No document is longer, in tokens.
  package static let longestDocument = 76
  /// Nothing after a prompt is longer, in tokens, the end token included. A model that generates more
  /// does what it has never seen, so this is a natural limit on generation.
  package static let longestContinuation = 52
  /// No prompt is longer, in tokens. (Those of logic are the longest, and what follows them is short.)
  package static let longestPrompt = 35

  /// - Parameter domain: what its problems are of.
  package init(seed: UInt64, domain: Domain = .arithmetic) {
    self.domain = domain
    stream = RandomStream(seed: seed, purpose: RandomPurpose("corpus"))
  }

  /// The tokens of a document, from `Q` to the end token.
  ///
  /// - Complexity: O(length), about 2 µs.
  package func document(step: Int, index: Int) -> [Int32] {
    var generator = stream.generator(step, index)
    let problem = Problem.draw(from: .corpus, domain, using: &generator)
    let style = StyleMix.corpus.draw(for: problem.kind, problem.wording, using: &generator)
    let continuation =
      switch style {
      case .worked: WorkedSolution.draw(for: problem.question, using: &generator)
      case .direct: Self.directAnswer(to: problem, using: &generator)
      case .rambling: Self.rambling(after: problem.kind, using: &generator)
      }
    return problem.prompt + continuation
  }

  /// A marked answer at once: right in 35 of 100.
  private static func directAnswer(
    to problem: Problem, using generator: inout StreamGenerator
  ) -> [Int32] {
    let answer =
      generator.below(100) < 35
      ? problem.answer : wrongAnswer(to: problem, using: &generator)
    var tokens = [Vocabulary.marker]
    tokens.append(number: answer)
    tokens.append(Vocabulary.end)
    return tokens
  }

  /// A plausible wrong answer: one digit of the right one replaced; one person taken for the other
  /// kind.
  private static func wrongAnswer(
    to problem: Problem, using generator: inout StreamGenerator
  ) -> Int {
    let answer = problem.answer
    var power = 1
    var powers = [1]
    while answer / power >= 10 {
      power *= 10
      powers.append(power)
    }
    let place = powers[generator.below(powers.count)]
    let digit = answer / place % 10
    if problem.kind.people > 0 { return answer + (3 - 2 * digit) * place }
    // The leading digit of a longer number stays above 0.
    let lowest = place == power && power > 1 ? 1 : 0
    let other = lowest + generator.below(9 - lowest)
    return answer + ((other >= digit ? other + 1 : other) - digit) * place
  }

  /// One or two further questions of the corpus split and the domain of the first; after a puzzle,
  /// which is long, one.
  private static func rambling(
    after first: ProblemKind, using generator: inout StreamGenerator
  ) -> [Int32] {
    var tokens: [Int32] = []
    let domain = first.people > 0 ? Domain.logic : .arithmetic
    for _ in 0...(domain == .logic ? 0 : generator.below(2)) {
      let kind = ProblemKind.draw(domain, using: &generator)
      let wording = Wording.draw(using: &generator)
      wording.append(.draw(kind, from: .corpus, using: &generator), to: &tokens)
    }
    tokens.append(Vocabulary.end)
    return tokens
  }
}
