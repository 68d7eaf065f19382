import Grid
import PostTraining
import Problems

/// When parameters matter; elsewhere they are kept out of stage keys.
enum Relevance {
  private static func method(_ names: String...) -> ParameterCondition {
    .isOne(of: names.map { .string($0) }, parameter: "method")
  }

  private static func base(_ bases: Base...) -> ParameterCondition {
    .isOne(of: bases.map { .string($0.rawValue) }, parameter: "base")
  }
  private static func corpus(_ domains: Domain...) -> ParameterCondition {
    .isOne(of: domains.map { .string($0.rawValue) }, parameter: "corpus")
  }

  static let pretrained = base(.pretrained, .grpo, .sft)
  /// The base is trained further before anything else.
  static let tuned = base(.grpo, .sft)
  /// The corpus is not the one that the first models were made with.
  static let withLogic = corpus(.logic, .both)
  static let withBothDomains = corpus(.both)

  static let methodEM = method("em")
  static let methodGRPO = method("grpo")
  static let methodSFT = method("sft")
  static let scheduled = method("schedule")
  static let trained = method("em", "grpo", "sft", "schedule")

  private static func scheduled(_ kind: StageKind) -> ParameterCondition {
    .all([scheduled, .schedules(kind.rawValue, parameter: "schedule")])
  }

  /// Some steps of entropy minimization are made, at last or before something else.
  static let em = ParameterCondition.any([
    methodEM, .all([methodGRPO, .isAbove(0, parameter: "em_steps")]), scheduled(.em),
  ])
  /// Some steps of GRPO are made, at last or before something else.
  static let grpo = ParameterCondition.any([
    methodGRPO, .all([methodEM, .isAbove(0, parameter: "grpo_steps")]), scheduled(.grpo),
  ])
  /// Some steps of supervised tuning are made.
  static let sft = ParameterCondition.any([methodSFT, scheduled(.sft)])
  private static func prompts(from source: PromptSource) -> ParameterCondition {
    .all([grpo, .isOne(of: [.string(source.rawValue)], parameter: "prompt_source")])
  }
  /// GRPO's prompts are those of the selection.
  static let selectedPrompts = prompts(from: .selected)
  /// GRPO's prompts are taken from the adaptation split.
  static let pooledPrompts = prompts(from: .adaptation)
  /// Something reads the selection.
  static let selecting = ParameterCondition.any([em, selectedPrompts])
  /// The selection does what it did not do when there was one rule.
  static let otherRule = rule(PromptSelection.Rule.allCases.filter { $0 != .variance })
  /// The candidates are of one kind.
  static let oneKind = ParameterCondition.all([
    selecting,
    .isOne(
      of: ProblemKind.allCases.map { .string($0.rawValue) }, parameter: "selection_kind"),
  ])
  /// The word for candidates of all kinds.
  static let anyKind = "any"
  static let decileRule = rule([.decile])
  static let historyRule = rule([.history])
  private static func rule(_ rules: [PromptSelection.Rule]) -> ParameterCondition {
    .all([
      selecting, .isOne(of: rules.map { .string($0.rawValue) }, parameter: "selection"),
    ])
  }
  /// Entropy minimization trains on several prompts.
  static let severalPrompts = ParameterCondition.all([em, .isAbove(1, parameter: "prompts")])
  /// On a batch that is updated on once no ratio of probabilities differs from 1.
  static let clipped = ParameterCondition.all([
    grpo, .isAbove(1, parameter: "updates_per_batch"),
  ])
  // MARK: Variations of entropy minimization, which leave no trace in keys where they are not chosen

  private static func em(_ parameter: String, _ words: String...) -> ParameterCondition {
    .all([em, .isOne(of: words.map { .string($0) }, parameter: parameter)])
  }

  static let maximised = em("direction", MinimisedObjective.Direction.maximise.rawValue)
  static let late = em("mask", LossMask.late.rawValue)
  static let floored = ParameterCondition.all([
    em("objective", MinimisedObjective.entropy.rawValue), .isAbove(0, parameter: "entropy_floor"),
  ])
  static let smoothed = em("objective", MinimisedObjective.sequenceProbability.rawValue)
  static let penalised = ParameterCondition.all([em, .isAbove(0, parameter: "em_kl_weight")])
  static let holdsEntropyRate = em("adaptation", Adaptation.Target.entropyRate.rawValue)
  static let holdsBudget = em("adaptation", Adaptation.Target.klBudget.rawValue)
  static let adapting = ParameterCondition.any([holdsEntropyRate, holdsBudget])

  static let sampledEvaluation = ParameterCondition.isAbove(0, parameter: "evaluation_temperature")
}

/// Where GRPO's prompts come from.
enum PromptSource: String, CaseIterable {
  /// The adaptation split, in passes that are shuffled by the run's seed.
  case adaptation
  /// The selection: the same prompts in every batch.
  case selected
}
