import Keys
import LanguageModel
import Problems

/// Lets a model answer problem sets and grades what it generates.
///
/// The draws of a sample are keyed by (seed, set, problem, sample, position): they do not depend on
/// the other sets, on how many problems or samples there are, or on the temperature, so that
/// evaluations of several models, or at several temperatures, are paired.
///
/// - Parameters:
///   - done: what an earlier call for the same model, sets and settings passed to `progress`, to go on
///     from there.
///   - observe: called with each answer's tokens, in the order of the problems and their samples, of
///     which those that are already done are left out.
///   - progress: called after each batch with the outcomes so far; those of the last problem may lack
///     samples.
/// - Throws: `EvaluationError` where the model's probabilities are not numbers any more, and what
///   `progress` throws.
/// - Complexity: that of generation, `samples` sequences for each problem.
package func evaluate(
  _ model: Transformer, on sets: [ProblemSet], settings: EvaluationSettings,
  after done: EvaluationResult? = nil, observe: ([Int32]) -> Void = { _ in },
  progress: (EvaluationResult) throws -> Void = { _ in }
) throws -> EvaluationResult {
  try evaluate(on: sets, settings: settings, after: done, observe: observe, progress: progress) {
    prompts, settings, uniform in
    model.generate(prompts: prompts, settings: settings, uniform: uniform)
  }
}

/// Sequences generated together. A constant, so that batches follow from the sets and the settings
/// alone; large enough for matrix products to run at full speed, small enough for their operands to
/// stay in the cache.
package let evaluationBatch = 256

/// The same with whatever generates: `generate` takes prompts, settings and uniform numbers by
/// (index of the prompt, position), and returns one generation a prompt.
func evaluate(
  on sets: [ProblemSet], settings: EvaluationSettings, after done: EvaluationResult? = nil,
  observe: ([Int32]) -> Void = { _ in }, progress: (EvaluationResult) throws -> Void = { _ in },
  generate: ([[Int32]], SamplingSettings, (Int, Int) -> Float) -> [Generation]
) throws -> EvaluationResult {
  let sampling = SamplingSettings(
    temperature: settings.temperature, topP: settings.topP,
    maximumNewTokens: settings.maximumNewTokens, stopToken: Vocabulary.end)
  let streams = sets.map { set in
    RandomStream(seed: settings.seed, purpose: RandomPurpose("evaluate/\(set.name)"))
  }
  let places = sets.indices.flatMap { set in
    sets[set].problems.indices.map { (set: set, index: $0) }
  }
  var samples = done?.outcomes.map(\.samples) ?? []
  let first = samples.reduce(0) { $0 + $1.count }
  samples += [[SampleOutcome]](repeating: [], count: places.count - samples.count)
  func result(_ count: Int) -> EvaluationResult {
    let outcomes = zip(places, samples).prefix(count).map { place, samples in
      let problem = sets[place.set].problems[place.index]
      return ProblemOutcome(
        set: sets[place.set].name, index: place.index, kind: problem.kind,
        expected: problem.answer, samples: samples)
    }
    return EvaluationResult(outcomes: outcomes)
  }

  let sequences = places.count * settings.samples
  for start in stride(from: first, to: sequences, by: evaluationBatch) {
    let batch = start..<min(start + evaluationBatch, sequences)
    let prompts = batch.map { sequence in
      let place = places[sequence / settings.samples]
      return sets[place.set].problems[place.index].prompt
    }
    let generations = generate(prompts, sampling) { row, position in
      let sequence = start + row
      let place = places[sequence / settings.samples]
      return streams[place.set].uniform(0, place.index, sequence % settings.samples, position)
    }
    for (sequence, generation) in zip(batch, generations) {
      let number = sequence / settings.samples
      let place = places[number]
      let expected = sets[place.set].problems[place.index].answer
      let sample = SampleOutcome(generation, expected: expected)
      guard sample.meanLogProbability.isFinite, sample.meanEntropy.isFinite else {
        throw EvaluationError.notFinite(set: sets[place.set].name, problem: place.index)
      }
      samples[number].append(sample)
      observe(generation.tokens)
    }
    let problems = (batch.upperBound + settings.samples - 1) / settings.samples
    if batch.upperBound < sequences { try progress(result(problems)) }
  }
  return result(places.count)
}

extension SampleOutcome {
  /// Grades a generation.
  init(_ generation: Generation, expected: Int) {
    let grade = Grade(continuation: generation.tokens, expected: expected)
    answer = grade.answer
    terminated = grade.terminated
    length = generation.tokens.count
    meanLogProbability = Self.mean(generation.logProbabilities)
    meanEntropy = Self.mean(generation.entropies)
  }

  private static func mean(_ values: [Float]) -> Float {
    Float(values.reduce(0) { $0 + Double($1) } / Double(values.count))
  }
}

/// Why a model cannot be evaluated.
package enum EvaluationError: Error, Hashable, CustomStringConvertible {
  case notFinite(set: String, problem: Int)
  /// Logits on a text are no numbers.
  case textNotFinite

  package var description: String {
    switch self {
    case .notFinite(let set, let problem):
      "the model's probabilities are NaN or infinite on problem \(problem) of the set “\(set)”; "
        + "its training has diverged: try a lower learning rate"
    case .textNotFinite:
      "the model's logits are NaN or infinite; its training has diverged: try a lower learning rate"
    }
  }
}
