import Keys

/// A question in one wording: what a model is asked.
package struct Problem: Hashable, Sendable {
  package let question: Question
  package let wording: Wording
  /// The tokens of the prompt, `Q opener body suffix A`.
  package let prompt: [Int32]
  /// The right answer.
  package let answer: Int

  init(question: Question, wording: Wording) {
    self.question = question
    self.wording = wording
    var tokens: [Int32] = []
    tokens.reserveCapacity(32)
    wording.append(question, to: &tokens)
    tokens.append(Vocabulary.answer)
    prompt = tokens
    answer = question.answer
  }

  package var kind: ProblemKind { question.kind }
  /// In the order in which they are written.
  package var operands: [Int] { question.operands }
  /// A clean worked solution, as what follows the prompt.
  package var workedSolution: [Int32] { WorkedSolution.clean(for: question) }

  /// A problem of `split` in the domain's mix of kinds and wordings. For training on a stream of
  /// problems, where some may come again; `ProblemSet` has distinct ones.
  ///
  /// - Complexity: O(1) expected: about 1 draw of operands for the corpus, 10 for another split.
  package static func draw(
    from split: Split, _ domain: Domain = .arithmetic, using generator: inout StreamGenerator
  ) -> Problem {
    let kind = ProblemKind.draw(domain, using: &generator)
    let wording = Wording.draw(using: &generator)
    return Problem(
      question: .draw(kind, from: split, using: &generator), wording: wording)
  }
}
