import Artifacts
import Grid
import Keys
import LanguageModel
import Problems

/// A model of some grid at some state, ready to answer problems: for the generate command.
package struct AnswerSampler {
  /// One answer, as text and as it is graded.
  package struct Answer: Hashable, Sendable {
    package let text: String
    /// The marked answer; `nil` where there is no well-formed one.
    package let number: Int?
    package let right: Bool
    package let terminated: Bool
  }

  private let model: Transformer

  /// Opens a state: a stage of kind prepare or tune, or of a trajectory. One that was not kept is computed again from the
  /// nearest that was.
  ///
  /// - Parameter context: every stage on the way from the roots, in any order.
  /// - Throws: `Failure`, with a sentence, where the base model or the prompts were not made yet.
  package init(state: Stage, context: [Stage], store: ArtifactStore) throws {
    let runner = JobRunner(store: store) { _ in }
    do {
      model = try runner.open(state: state, context: context)
    } catch {
      switch StageError(error) {
      case .failed(let failure): throw failure
      case .artifactLost(let stage, let reason):
        throw Failure(
          reason: .error,
          message: "the stage \(stage.short) is not there (\(reason)); run the grid first")
      case .storeFailed(let error): throw error
      }
    }
  }

  /// Samples answers to a problem. The same seed gives the same answers.
  ///
  /// - Parameter temperature: 0 is greedy; all answers are then equal.
  package func answers(
    to problem: Problem, count: Int, temperature: Double, topP: Double = 1, maximumTokens: Int = 64,
    seed: UInt64 = 0
  ) -> [Answer] {
    let stream = RandomStream(seed: seed, purpose: RandomPurpose("generate/sample"))
    let settings = SamplingSettings(
      temperature: temperature, topP: topP, maximumNewTokens: maximumTokens,
      stopToken: Vocabulary.end)
    let generations = model.generate(
      prompts: Array(repeating: problem.prompt, count: count), settings: settings
    ) { sample, position in
      stream.uniform(0, 0, sample, position)
    }
    return generations.map {
      let grade = Grade(continuation: $0.tokens, expected: problem.answer)
      return Answer(
        text: Vocabulary.decode($0.tokens), number: grade.answer, right: grade.correct,
        terminated: grade.terminated)
    }
  }
}
