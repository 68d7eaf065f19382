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

  static let pretrained = base(.pretrained, .grpo)
  /// The base is trained further before anything else.
  static let tuned = base(.grpo)
  /// The corpus is not the one that the first models were made with.
  static let withLogic = corpus(.logic, .both)
  static let withBothDomains = corpus(.both)

  static let methodEM = method("em")
  static let methodGRPO = method("grpo")
  static let trained = method("em", "grpo")
  /// Some steps of entropy minimization are made, at last or before GRPO.
  static let em = ParameterCondition.any([
    methodEM, .all([methodGRPO, .isAbove(0, parameter: "em_steps")]),
  ])
  /// Some steps of GRPO are made, at last or before entropy minimization.
  static let grpo = ParameterCondition.any([
    methodGRPO, .all([methodEM, .isAbove(0, parameter: "grpo_steps")]),
  ])
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
  static let sampledEvaluation = ParameterCondition.isAbove(0, parameter: "evaluation_temperature")
}

/// Where GRPO's prompts come from.
enum PromptSource: String, CaseIterable {
  /// The adaptation split, in passes that are shuffled by the run's seed.
  case adaptation
  /// The selection: the same prompts in every batch.
  case selected
}
