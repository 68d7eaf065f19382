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
  private static let longestPrompt = Corpus.longestPrompt

  /// A job's stages share a worker, and its models keep their arenas: the base model that it may have
  /// pretrained, the model that a trajectory trains and that is measured at its steps, and the
  /// reference that a divergence is taken from. So all of them count together, whatever the stage.
  private static func memory(_ kind: String, _ parameters: JobFootprint.Parameters) -> Int? {
    guard let kind = StageKind(rawValue: kind), let configuration = configuration(parameters)
    else { return nil }
    let base = pretraining(configuration) + generation(configuration, parameters)
    let work =
      switch kind {
      case .prepare: 0
      case .tune: tuning(configuration) + generation(configuration, parameters)
      case .select: selection(configuration, parameters)
      case .em: em(configuration, parameters) + generation(configuration, parameters)
      case .sft:
        supervised(configuration, parameters) + generation(configuration, parameters)
      case .grpo: grpo(configuration, parameters) + generation(configuration, parameters)
      case .evaluate:
        training(configuration, parameters)
          + generation(configuration, parameters)
      case .baseText, .repetition, .samples, .logits:
        training(configuration, parameters)
          + generation(configuration, parameters) + texts(configuration, parameters)
      case .drift:
        // The base model reads the texts too.
        training(configuration, parameters)
          + generation(configuration, parameters) + 2 * texts(configuration, parameters)
      }
    // The bytes of a state on their way to or from the disk: weights and two moments, and compressed.
    let copies = 6 * configuration.parameterCount * MemoryLayout<Float>.size
    return processBytes + base + work + copies
  }

  private static func pretraining(_ configuration: ModelConfiguration) -> Int {
    let settings = PretrainingSettings(configuration: configuration, seed: 0, steps: 1)
    let tokens = settings.documentsPerStep * Corpus.longestDocument
    return configuration.trainingMemory(
      tokens: tokens, longest: Corpus.longestDocument, logitRows: tokens
    ).total
  }

  private static func generation(
    _ configuration: ModelConfiguration, _ parameters: JobFootprint.Parameters
  ) -> Int {
    configuration.generationMemory(
      sequences: evaluationBatch, prompt: longestPrompt,
      new: max(Competence.maximumTokens, parameters["evaluation_tokens"]?.integer ?? 0)
    ).total
  }

  /// A pass over texts, of prompts and answers.
  private static func texts(
    _ configuration: ModelConfiguration, _ parameters: JobFootprint.Parameters
  ) -> Int {
    let longest = longestPrompt + (parameters["evaluation_tokens"]?.integer ?? 0)
    return configuration.inferenceMemory(
      tokens: FixedText.passTokens + longest, longest: longest
    ).total
  }

  private static func selection(
    _ configuration: ModelConfiguration, _ parameters: JobFootprint.Parameters
  ) -> Int {
    tree(
      configuration, prompts: PromptSelection.promptsAtOnce,
      samples: PromptSelection.promptsAtOnce * (parameters["selection_samples"]?.integer ?? 0),
      new: PromptSelection().maximumTokens)
  }

  /// 0 for a stage that no such trajectory leads to.
  private static func em(
    _ configuration: ModelConfiguration, _ parameters: JobFootprint.Parameters
  ) -> Int {
    guard let batch = parameters["batch"]?.integer,
      let new = parameters["maximum_tokens"]?.integer
    else { return 0 }
    let policy = tree(configuration, prompts: 1, samples: batch, new: new)
    let hasBudget = parameters["adaptation"]?.string == Adaptation.Target.klBudget.rawValue
    let hasReference = hasBudget || (parameters["em_kl_weight"]?.double ?? 0) > 0
    // The weights before an update.
    let tried = hasBudget ? configuration.parameterCount * MemoryLayout<Float>.size : 0
    return (hasReference ? 2 * policy : policy) + tried
  }

  /// Of whatever leads to a state.
  private static func training(
    _ configuration: ModelConfiguration, _ parameters: JobFootprint.Parameters
  ) -> Int {
    max(
      em(configuration, parameters), grpo(configuration, parameters),
      supervised(configuration, parameters))
  }

  private static func supervised(
    _ configuration: ModelConfiguration, _ parameters: JobFootprint.Parameters
  ) -> Int {
    guard let batch = parameters["sft_batch"]?.integer else { return 0 }
    let tokens = batch * Corpus.longestDocument
    return configuration.trainingMemory(
      tokens: tokens, longest: Corpus.longestDocument, logitRows: tokens
    ).total
  }

  private static func grpo(
    _ configuration: ModelConfiguration, _ parameters: JobFootprint.Parameters
  ) -> Int {
    guard let prompts = parameters["prompts_per_step"]?.integer,
      let group = parameters["group_size"]?.integer,
      let new = parameters["grpo_maximum_tokens"]?.integer
    else { return 0 }
    let policy = tree(configuration, prompts: prompts, samples: prompts * group, new: new)
    let hasReference = (parameters["kl_weight"]?.double ?? 0) > 0
    return hasReference ? 2 * policy : policy
  }

  /// GRPO at its defaults.
  private static func tuning(_ configuration: ModelConfiguration) -> Int {
    let settings = GRPOSettings()
    return tree(
      configuration, prompts: settings.promptsPerStep,
      samples: settings.promptsPerStep * settings.groupSize, new: settings.maximumTokens)
  }

  private static func tree(
    _ configuration: ModelConfiguration, prompts: Int, samples: Int, new: Int
  ) -> Int {
    configuration.treeMemory(
      prompts: prompts, samples: samples, promptTokens: prompts * longestPrompt,
      longest: longestPrompt, new: new
    ).total
  }

  /// Weights hardly shrink under compression; a trajectory's state has the optimizer's two moments
  /// beside them. Lists of prompts and outcomes are small.
  private static func disk(_ kind: String, _ parameters: JobFootprint.Parameters) -> Int? {
    guard let kind = StageKind(rawValue: kind), let configuration = configuration(parameters)
    else { return nil }
    let weights = configuration.parameterCount * MemoryLayout<Float>.size
    return switch kind {
    case .prepare, .tune: weights
    case .em, .grpo, .sft: 3 * weights
    case .select, .evaluate, .repetition, .drift: 4096
    case .logits: 8192
    case .baseText, .samples: 65536
    }
  }

  private static func configuration(_ parameters: JobFootprint.Parameters) -> ModelConfiguration? {
    let domain = parameters["corpus"]?.string.flatMap(Domain.init(rawValue:)) ?? .arithmetic
    return parameters["model"]?.string.flatMap(BuiltinModel.init(rawValue:))?
      .configuration(for: domain)
  }
}
