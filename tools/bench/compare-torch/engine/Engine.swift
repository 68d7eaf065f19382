import Evaluation
import Foundation
import Kernels
import Keys
import LanguageModel
import PostTraining
import Problems

/// The state between pieces of work.
struct Engine {
  /// Model M of the study that the built-in models continue.
  private static let medium = ModelConfiguration(
    vocabularySize: Vocabulary.tokens.count, width: 64, layers: 3, heads: 4, keyValueHeads: 4,
    feedForwardWidth: 176)
  /// The dense work: 4 layers of width 128, sequences of 96 tokens in batches of 32.
  private static let dense = ModelConfiguration(
    vocabularySize: 256, width: 128, layers: 4, heads: 4, keyValueHeads: 4, feedForwardWidth: 352)
  private static let denseBatch = 32
  private static let denseTokens = 96
  private static let samplePrompt = 16
  private static let sampleTokens = 80
  private static let pretrainingSteps = 3500

  private var base: Transformer?
  private var selected: PromptSelection.Candidate?
  private var em: EntropyMinimization?
  private var grpo: GRPO?
  private var pretraining: Pretraining?
  private var denseTraining: DenseTraining?

  mutating func answer(_ request: Request) throws -> Answer {
    switch request.do {
    case .base: return try prepareBase(in: folder(of: request))
    case .problems: return try problems()
    case .samples: return try firstSamples()
    case .emStart:
      em = try EntropyMinimization(
        model: Transformer(copying: try need(base)), prompts: [try need(selected).prompt],
        settings: EntropyMinimizationSettings(), seed: 0)
      return Answer()
    case .emStep:
      let em = try need(em)
      return try timed { try em.advance().loss }
    case .grpoCheck: return try firstGroups()
    case .grpoStart: return try startGRPO()
    case .grpoStep:
      let grpo = try need(grpo)
      return try timed { try grpo.advance().loss }
    case .evaluate: return try evaluateGreedily()
    case .pretrainingStart:
      pretraining = Pretraining(
        PretrainingSettings(configuration: Self.medium, seed: 0, steps: Self.pretrainingSteps))
      return try pretrainingInputs(in: folder(of: request))
    case .pretrainingStep:
      let pretraining = try need(pretraining)
      return try timed {
        try pretraining.advance()
        return Double(pretraining.losses.last ?? .nan)
      }
    case .dense: return try prepareDense(in: folder(of: request))
    case .denseStep:
      let training = try need(denseTraining)
      return try timed { training.advance() }
    case .sample: return try sample(request.count ?? 64)
    }
  }

  private func folder(of request: Request) throws -> String { try need(request.folder) }

  private func need<Value>(_ value: Value?) throws -> Value {
    guard let value else { throw EngineError.outOfOrder }
    return value
  }

  // MARK: Base model

  private mutating func prepareBase(in folder: String) throws -> Answer {
    if !FileManager.default.fileExists(atPath: folder + "/model.safetensors") {
      let training = Pretraining(
        PretrainingSettings(configuration: Self.medium, seed: 0, steps: Self.pretrainingSteps))
      while !training.isComplete { try training.advance() }
      try save(training.model, to: folder)
    }
    let model = try Transformer(folder: folder)
    base = model
    let selection = PromptSelection()
    let ranked = try selection.ranked(selection.tried(by: model))
    selected = ranked[0]
    return Answer(prompt: ranked[0].prompt, prompts: ranked.map(\.prompt))
  }

  private func save(_ model: Transformer, to folder: String) throws {
    try FileManager.default.createDirectory(
      atPath: folder, withIntermediateDirectories: true)
    let tokenizer = WordTokenizer(
      vocabulary: model.configuration.vocabularySize == Vocabulary.tokens.count
        ? Vocabulary.tokens : (0..<model.configuration.vocabularySize).map { "t\($0)" })
    try model.save(to: folder, tokenizer: tokenizer, stopToken: Vocabulary.end)
  }

  private func problems() throws -> Answer {
    let problems = try ProblemSet.benchmarks(split: .benchmark, count: 64).flatMap(\.problems)
    return Answer(prompts: problems.map(\.prompt), answers: problems.map(\.answer))
  }

  // MARK: Post-training

  /// The samples that a trajectory of seed 0 draws first.
  private func firstSamples() throws -> Answer {
    let settings = EntropyMinimizationSettings()
    let stream = RandomStream(seed: 0, purpose: RandomPurpose("em/sample"))
    let prompt = try need(selected).prompt
    let generations = try need(base).generate(
      prompts: Array(repeating: prompt, count: settings.batch),
      settings: SamplingSettings(
        temperature: settings.temperature, topP: settings.topP,
        repetitionPenalty: settings.repetitionPenalty, maximumNewTokens: settings.maximumTokens,
        stopToken: Vocabulary.end)
    ) { sequence, position in stream.uniform(0, 0, sequence, position) }
    return Answer(prompt: prompt, documents: generations.map(\.tokens))
  }

  /// The groups of a first step that has the selected prompt in every group, and the norm of their
  /// gradient.
  private func firstGroups() throws -> Answer {
    let model = try need(base)
    let selected = try need(selected)
    let settings = GRPOSettings()
    let stream = RandomStream(seed: 0, purpose: RandomPurpose("grpo/sample"))
    let generations = model.generate(
      prompts: Array(
        repeating: selected.prompt, count: settings.promptsPerStep * settings.groupSize),
      settings: SamplingSettings(
        temperature: settings.temperature, topP: settings.topP,
        maximumNewTokens: settings.maximumTokens, stopToken: Vocabulary.end)
    ) { sequence, position in
      stream.uniform(0, sequence / settings.groupSize, sequence % settings.groupSize, position)
    }
    let grpo = GRPO(
      model: Transformer(copying: model), reference: nil,
      prompts: [GradedPrompt(tokens: selected.prompt, answer: selected.answer)],
      settings: settings, seed: 0)
    return Answer(
      value: try grpo.advance().gradientNorm, prompt: selected.prompt,
      answers: [selected.answer], documents: generations.map(\.tokens))
  }

  private mutating func startGRPO() throws -> Answer {
    let pool = try ProblemSet.adaptation(count: 256, seed: 0).problems
    grpo = GRPO(
      model: Transformer(copying: try need(base)), reference: nil,
      prompts: pool.map { GradedPrompt(tokens: $0.prompt, answer: $0.answer) },
      settings: GRPOSettings(), seed: 0)
    return Answer(prompts: pool.map(\.prompt), answers: pool.map(\.answer))
  }

  private func evaluateGreedily() throws -> Answer {
    let model = try need(base)
    let sets = try ProblemSet.benchmarks(split: .benchmark, count: 64)
    var accuracy = Double.nan
    var answer = try timed {
      let result = try evaluate(
        model, on: sets,
        settings: EvaluationSettings(temperature: 0, samples: 1, seed: 0, maximumNewTokens: 64))
      accuracy = result.value(of: .accuracy) ?? .nan
      return nil
    }
    answer.value = accuracy
    return answer
  }

  // MARK: Pretraining

  /// The initial weights and the documents of the first steps.
  private func pretrainingInputs(in folder: String) throws -> Answer {
    try save(try need(pretraining).model, to: folder)
    let corpus = Corpus(seed: 0)
    return Answer(
      documents: (0..<40).flatMap { step in
        (0..<48).map { corpus.document(step: step, index: $0) }
      })
  }

  // MARK: Dense work

  private mutating func prepareDense(in folder: String) throws -> Answer {
    let training = DenseTraining(
      Transformer(Self.dense, seed: 1), sequences: Self.denseBatch, tokens: Self.denseTokens)
    try save(training.model, to: folder)
    denseTraining = training
    return Answer(documents: training.documents)
  }

  private func sample(_ count: Int) throws -> Answer {
    let model = try need(denseTraining).model
    let stream = RandomStream(seed: 2, purpose: RandomPurpose("compare/sample"))
    let prompts = (0..<count).map { index in
      var generator = stream.generator(1, index)
      return (0..<Self.samplePrompt).map { _ in
        Int32(generator.below(model.configuration.vocabularySize))
      }
    }
    return try timed {
      _ = model.generate(
        prompts: prompts,
        settings: SamplingSettings(
          temperature: 1, maximumNewTokens: Self.sampleTokens, stopToken: -1)
      ) { sequence, position in stream.uniform(0, 0, sequence, position) }
      return nil
    }
  }
}

/// A request that needs what an earlier one prepares.
enum EngineError: Error { case outOfOrder }

/// Runs the body and times it.
private func timed(_ body: () throws -> Double?) throws -> Answer {
  let start = processorTime()
  let loss = try body()
  return Answer(seconds: processorTime() - start, loss: loss)
}

/// Seconds of processor time of this process.
private func processorTime() -> Double {
  var time = timespec()
  clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &time)
  return Double(time.tv_sec) + 1e-9 * Double(time.tv_nsec)
}
