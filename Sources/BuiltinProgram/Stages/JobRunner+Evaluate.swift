import CShims
import Evaluation
import Grid
import LanguageModel
import Problems

extension JobRunner {
  /// Measures a state on the problem sets.
  func evaluate(_ stage: Stage) throws -> StageOutcome {
    let model = try state(try parent(0, of: stage))
    espalier_fault_pass(ESPALIER_FAULT_EVALUATION)
    let parameters = StageParameters(stage)
    let sets = try ProblemSet.benchmarks(
      split: try parameters.choice("evaluation_split"),
      count: try parameters.integer("evaluation_problems"), of: try parameters.evaluationDomain())
    let settings = try parameters.evaluation()
    let answers = sets.reduce(0) { $0 + $1.problems.count } * settings.samples
    let result = try Evaluation.evaluate(
      model, on: sets, settings: settings, after: outcomesDone(of: stage)
    ) { partial in
      progress(stage, done: partial.sampleCount, total: answers, unit: "answers") { "" }
      try saveIfDue(mayEnd: true) { try saveCheckpoint(partial.encoded, of: stage.key) }
    }
    espalier_fault_pass(ESPALIER_FAULT_EVALUATION)
    let outcomes = try put(result.encoded, .outcomes, of: stage)
    return StageOutcome(metrics: result.metricsByName, artifacts: [outcomes])
  }

  /// The outcomes in the last checkpoint; none where there is none that can be used.
  private func outcomesDone(of stage: Stage) -> EvaluationResult? {
    checkpoint(of: stage.key).flatMap { try? EvaluationResult(encoded: $0) }
  }
}

extension EvaluationResult {
  fileprivate var sampleCount: Int { outcomes.reduce(0) { $0 + $1.samples.count } }

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
