import CShims
import Evaluation
import Grid
import LanguageModel
import Problems

/// The answers of an evaluation, kept in memory for a measurement of the same ones.
struct EvaluatedAnswers {
  /// What was evaluated, and how.
  let state: StageKey
  let parameters: ParameterAssignment
  let result: EvaluationResult
  /// Their tokens, in the order of the problems, then of their samples.
  let tokens: [[Int32]]
}

extension JobRunner {
  /// Measures a state on the problem sets.
  func evaluate(_ stage: Stage) throws -> StageOutcome {
    let answers = try answers(
      of: stage, settings: try StageParameters(stage).evaluation(), resumes: true)
    espalier_fault_pass(ESPALIER_FAULT_EVALUATION)
    let outcomes = try put(answers.result.encoded, .outcomes, of: stage)
    self.answers = answers.tokens.count == answers.result.sampleCount ? answers : nil
    return StageOutcome(metrics: answers.result.metricsByName, artifacts: [outcomes])
  }

  /// Lets the state that a stage measures answer its problem sets.
  ///
  /// - Parameter resumes: whether checkpoints are saved, and the last one is gone on from; the tokens
  ///   then may lack those of the answers that it has.
  func answers(
    of stage: Stage, settings: EvaluationSettings, resumes: Bool
  ) throws -> EvaluatedAnswers {
    let measured = try parent(0, of: stage)
    let model = try state(measured)
    espalier_fault_pass(ESPALIER_FAULT_EVALUATION)
    let sets = try StageParameters(stage).evaluationSets()
    let count = sets.reduce(0) { $0 + $1.problems.count } * settings.samples
    var tokens: [[Int32]] = []
    let result = try Evaluation.evaluate(
      model, on: sets, settings: settings, after: resumes ? outcomesDone(of: stage) : nil,
      observe: { tokens.append($0) },
      progress: { partial in
        progress(stage, done: partial.sampleCount, total: count, unit: "answers") { "" }
        if resumes {
          try saveIfDue(mayEnd: true) { try saveCheckpoint(partial.encoded, of: stage.key) }
        }
      })
    return EvaluatedAnswers(
      state: measured.key, parameters: stage.parameters, result: result, tokens: tokens)
  }

  /// The outcomes in the last checkpoint; none where there is none that can be used.
  private func outcomesDone(of stage: Stage) -> EvaluationResult? {
    resume(stage.key) { try? EvaluationResult(encoded: $0) }
  }
}

extension EvaluationResult {
  /// The metrics under the names of columns.
  var metricsByName: [String: Double] {
    metrics.reduce(into: [:]) { $0[$1.metric.name] = $1.value }
  }
}

/// What a base model can do, measured on development problems: what it shows when it answers
/// greedily, what it does when it is sampled, and what it has in it.
struct Competence {
  static let problemsPerSet = 64
  static let samples = 16
  static let maximumTokens = 64

  let metrics: [String: Double]

  /// - Throws: `EvaluationError` for a model whose probabilities are no numbers.
  init(of model: Transformer, on domain: Domain) throws {
    let sets = try ProblemSet.benchmarks(
      split: .development, count: Self.problemsPerSet, of: domain)
    let greedy = try Evaluation.evaluate(
      model, on: sets,
      settings: EvaluationSettings(
        temperature: 0, samples: 1, seed: 0, maximumNewTokens: Self.maximumTokens))
    let sampled = try Evaluation.evaluate(
      model, on: sets,
      settings: EvaluationSettings(
        temperature: 1, samples: Self.samples, seed: 0, maximumNewTokens: Self.maximumTokens))
    metrics = [
      "development_greedy": greedy.value(of: .accuracy) ?? 0,
      "development_sampled": sampled.value(of: .accuracy) ?? 0,
      "development_pass_at_16": sampled.value(of: .passAt(Self.samples)) ?? 0,
    ]
  }
}
