import Evaluation
import Grid
import LanguageModel
import PostTraining
import Problems

extension BuiltinProgram {
  /// What a worker needs: upper bounds from the shapes of the largest batches. Trees of samples count
  /// as if no two samples shared more than their prompt, which they do.
  static let footprint = JobFootprint(memory: memory, disk: disk)

  /// The program, its libraries and its lists of tokens: what a worker that has no model takes.
  private static let processBytes = 48 << 20
  /// The longest prompt of any problem.
  private static let longestPrompt = Corpus.longestDocument - Corpus.longestContinuation

  private static func memory(_ kind: String, _ parameters: JobFootprint.Parameters) -> Int? {
    guard let kind = StageKind(rawValue: kind), let configuration = configuration(parameters)
    else { return nil }
    func integer(_ name: String) -> Int { parameters[name]?.integer ?? 0 }
    func tree(prompts: Int, samples: Int, new: Int) -> Int {
      configuration.treeMemory(
        prompts: prompts, samples: samples, promptTokens: prompts * longestPrompt,
        longest: longestPrompt, new: new
      ).total
    }
    func generation(new: Int) -> Int {
      configuration.generationMemory(
        sequences: evaluationBatch, prompt: longestPrompt, new: new
      ).total
    }
    // A worker keeps the base model beside the one that it trains or measures.
    let base = configuration.trainingMemory(tokens: 1, longest: 1, logitRows: 1).weights
    let work =
      switch kind {
      case .prepare:
        max(
          pretraining(configuration), generation(new: Competence.maximumTokens))
      case .select:
        tree(
          prompts: PromptSelection.promptsAtOnce,
          samples: PromptSelection.promptsAtOnce * integer("selection_samples"),
          new: PromptSelection().maximumTokens)
      case .em:
        tree(prompts: 1, samples: integer("batch"), new: integer("maximum_tokens"))
      case .grpo:
        tree(
          prompts: integer("prompts_per_step"),
          samples: integer("prompts_per_step") * integer("group_size"),
          new: integer("grpo_maximum_tokens"))
      case .evaluate: generation(new: integer("evaluation_tokens"))
      }
    return processBytes + base + work
  }

  private static func pretraining(_ configuration: ModelConfiguration) -> Int {
    let settings = PretrainingSettings(configuration: configuration, seed: 0, steps: 1)
    let tokens = settings.documentsPerStep * Corpus.longestDocument
    return configuration.trainingMemory(
      tokens: tokens, longest: Corpus.longestDocument, logitRows: tokens
    ).total
  }

  /// Weights hardly shrink under compression; a trajectory's state has the optimizer's two moments
  /// beside them. Lists of prompts and outcomes are small.
  private static func disk(_ kind: String, _ parameters: JobFootprint.Parameters) -> Int? {
    guard let kind = StageKind(rawValue: kind), let configuration = configuration(parameters)
    else { return nil }
    let weights = configuration.parameterCount * MemoryLayout<Float>.size
    return switch kind {
    case .prepare: weights
    case .em, .grpo: 3 * weights
    case .select, .evaluate: 4096
    }
  }

  private static func configuration(_ parameters: JobFootprint.Parameters) -> ModelConfiguration? {
    parameters["model"]?.string.flatMap(BuiltinModel.init(rawValue:))?.configuration
  }
}
