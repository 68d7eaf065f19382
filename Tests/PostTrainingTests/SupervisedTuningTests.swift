import LanguageModel
import Problems
import Testing

@testable import PostTraining

@Suite("Supervised tuning")
struct SupervisedTuningTests {
  private func start(earlierSteps: Int = 0) throws -> SupervisedTuning {
    var settings = SupervisedTuningSettings()
    settings.batch = 4
    settings.learningRate = 2e-3
    return SupervisedTuning(
      model: Transformer(smallConfiguration(), seed: 1), solved: try solved(), settings: settings,
      seed: 3, earlierSteps: earlierSteps)
  }

  private func solved() throws -> [SolvedPrompt] {
    try ProblemSet.adaptation(count: 6, seed: 0).problems.map {
      SolvedPrompt(prompt: $0.prompt, solution: $0.workedSolution)
    }
  }

  @Test("a trajectory cut at any step goes on to the bits of the one that ran through")
  func resume() throws {
    let through = try start()
    var cut = try start()
    for _ in 0..<4 {
      #expect(try cut.advance() == (try through.advance()))
      cut = try SupervisedTuning(
        model: try Transformer(serialized: cut.model.serialized()),
        serializedOptimizer: cut.serializedOptimizer(), solved: cut.solved, settings: cut.settings,
        seed: 3)
    }
    #expect(cut.model.serialized() == through.model.serialized())
    #expect(cut.serializedOptimizer() == through.serializedOptimizer())
  }

  @Test("steps lower the loss, and go on in the passes where earlier ones ended")
  func passes() throws {
    let training = try start()
    let losses = try (0..<12).map { _ in try training.advance().loss }
    #expect(losses[11] < losses[0] - 0.3)
    #expect(try start(earlierSteps: 1).advance().loss != losses[0])
    #expect(try start(earlierSteps: 0).advance().loss == losses[0])
  }

  @Test("solutions of adaptation problems are right and end")
  func solutions() throws {
    for problem in try ProblemSet.adaptation(count: 64, seed: 0).problems {
      let grade = Grade(continuation: problem.workedSolution, expected: problem.answer)
      #expect(grade.correct && grade.terminated)
    }
  }
}
