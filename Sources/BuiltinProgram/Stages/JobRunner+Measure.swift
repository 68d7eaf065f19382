import CShims
import Evaluation
import Grid
import LanguageModel
import Problems

/// The measurements that a grid asks for.
extension JobRunner {
  /// The base model's greedy answers, which the drift of every state is measured on.
  func writeBaseText(_ stage: Stage) throws -> StageOutcome {
    let model = try state(try parent(0, of: stage))
    let parameters = StageParameters(stage)
    let texts = FixedText.greedy(
      model, on: try parameters.evaluationSets(),
      maximumNewTokens: try parameters.integer("evaluation_tokens"))
    return StageOutcome(
      metrics: [:], artifacts: [try put(FixedText.encoded(texts), .texts, of: stage)])
  }

  func measureDrift(_ stage: Stage) throws -> StageOutcome {
    let source = try parent(1, of: stage)
    let model = try state(try parent(0, of: stage))
    let base = try reference(try parent(0, of: source))
    let texts = try baseTexts(source, vocabulary: base.configuration.vocabularySize)
    espalier_fault_pass(ESPALIER_FAULT_EVALUATION)
    return StageOutcome(
      metrics: Drift.figures.values(of: try Drift(of: model, from: base, on: texts)))
  }

  /// The model that drift is measured from, beside the trajectory in memory.
  private func reference(_ stage: Stage) throws -> Transformer {
    if stage.step == nil { return try preparedModel(stage) }
    if let reference, reference.stage == stage.key { return reference.model }
    let current = walk
    walk = nil
    defer { walk = current }
    let model = Transformer(copying: try state(stage))
    reference = (stage.key, model)
    return model
  }

  private func baseTexts(_ source: Stage, vocabulary: Int) throws -> [FixedText] {
    if let texts, texts.stage == source.key { return texts.texts }
    let read = try open(.texts, of: source) {
      try FixedText.texts(encoded: $0, vocabulary: vocabulary)
    }
    texts = (source.key, read)
    return read
  }

  /// Looks at the answers of the evaluation if that was the last one, and answers anew otherwise: the
  /// tokens are the same.
  func measureRepetition(_ stage: Stage) throws -> StageOutcome {
    let answers = try evaluatedAnswers(of: stage)
    let repetition = Repetition(of: answers.tokens, in: answers.result)
    return StageOutcome(metrics: Repetition.figures.values(of: repetition))
  }

  private func evaluatedAnswers(of stage: Stage) throws -> EvaluatedAnswers {
    if let answers, stage.parents == [answers.state], stage.parameters == answers.parameters {
      return answers
    }
    return try answers(of: stage, settings: try StageParameters(stage).evaluation(), resumes: false)
  }

  func measureSamples(_ stage: Stage) throws -> StageOutcome {
    let result = try answers(
      of: stage, settings: try StageParameters(stage).sampling(), resumes: true
    ).result
    let model = try state(try parent(0, of: stage))
    let sampled = SampledAnswers(result, vocabulary: model.configuration.vocabularySize)
    return StageOutcome(
      metrics: SampledAnswers.figures.values(of: sampled),
      artifacts: [try put(result.encoded, .outcomes, of: stage)])
  }

  func measureLogits(_ stage: Stage) throws -> StageOutcome {
    let parameters = StageParameters(stage)
    let model = try state(try parent(0, of: stage))
    espalier_fault_pass(ESPALIER_FAULT_EVALUATION)
    let domain = try parameters.evaluationDomain()
    let sets = try ProblemSet.benchmarks(
      split: try parameters.choice("evaluation_split"),
      count: LogitShape.problemsPerSet(ofSets: domain.benchmarks.count), of: domain)
    let shape = try LogitShape(
      of: model, on: sets, seed: try parameters.seed("measurement_seed"),
      maximumNewTokens: try parameters.integer("evaluation_tokens"))
    return StageOutcome(
      metrics: LogitShape.figures.values(of: shape),
      artifacts: [try put(shape.histogram, .histogram, of: stage)])
  }
}
