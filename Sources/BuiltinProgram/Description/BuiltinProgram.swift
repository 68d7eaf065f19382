import Grid

/// The program that is built in: it trains small language models from scratch, post-trains them by
/// entropy minimization, by reinforcement learning and by supervised tuning, one after the other in any
/// order, and measures them.
package enum BuiltinProgram {
  /// What the planner needs to know of it.
  package static let description = ProgramDescription(
    name: "builtin", parameters: parameters, presets: presets, stages: stages, metrics: metrics,
    footprint: footprint)

  /// Each contested detail of the paper as its released code has it (`train.py` of
  /// zitian-gao/one-shot-em), where that differs from the defaults or the defaults may move.
  private static let paperCode: ParameterAssignment = [
    "temperature": .number(0.5),
    // Its first release has one temperature for sampling and loss, 0.5.
    "loss_temperature": .number(0.5),
    "top_p": .number(0.95),
    "repetition_penalty": .number(1.15),
    // The mask of generated tokens is applied to rows of logits, which are one ahead.
    "mask": .string("skip_first"),
    // A batch of 64 in micro-batches of 2.
    "batch": .integer(64),
    "accumulation": .integer(32),
    "weight_decay": .number(0.01),
    "clip": .number(1),
  ]

  /// A base that trains in seconds and little of everything: for tests and for trying things out.
  private static let tiny: ParameterAssignment = [
    "model": .string(BuiltinModel.tiny.rawValue),
    "pretraining_steps": .integer(400),
    "selection_prompts": .integer(16),
    "selection_samples": .integer(16),
    "batch": .integer(16),
    "evaluation_problems": .integer(16),
  ]

  private static let presets = ["paper-code": paperCode, "tiny": tiny]

  private static let select = StageRule.Parent.kind(StageKind.select.rawValue)

  private static let selectWherePromptsAreSelected = StageRule.Parent.kind(
    StageKind.select.rawValue, when: Relevance.selectedPrompts)

  private static let emParameters = [
    "objective", "temperature", "loss_temperature", "top_p", "repetition_penalty", "mask",
    "accumulation", "batch", "learning_rate", "weight_decay", "clip", "maximum_tokens", "prompt",
    "seed", "prompts", "direction", "late_fraction", "entropy_floor", "probability_smoothing",
    "em_kl_weight", "adaptation", "adapted_setting", "entropy_rate", "kl_budget",
    "kl_budget_steps", "adaptation_gain",
  ]

  private static let grpoParameters = [
    "prompts_per_step", "group_size", "updates_per_batch", "reward", "grpo_temperature",
    "grpo_top_p", "grpo_maximum_tokens", "clip_low", "clip_high", "kl_weight",
    "length_normalisation", "std_normalisation", "grpo_learning_rate", "grpo_weight_decay",
    "grpo_clip", "prompt_source", "prompt_pool", "grpo_prompt", "seed",
    "corpus", "adaptation_domain",
  ]

  private static let sftParameters = [
    "sft_batch", "sft_pool", "sft_learning_rate", "sft_weight_decay", "sft_clip", "seed",
    "corpus", "adaptation_domain",
  ]

  private static func em(steps: String, when: ParameterCondition) -> StageRule {
    StageRule(
      kind: StageKind.em.rawValue, version: StageKind.em.version, when: when,
      parents: [.state, select], parameters: emParameters,
      product: .trajectory(stepParameter: steps))
  }

  /// Reads the selection only where its prompts come from there, so that runs that differ in what
  /// else reads it share their trajectories.
  private static func grpo(steps: String, when: ParameterCondition) -> StageRule {
    StageRule(
      kind: StageKind.grpo.rawValue, version: StageKind.grpo.version, when: when,
      parents: [.state, selectWherePromptsAreSelected], parameters: grpoParameters,
      product: .trajectory(stepParameter: steps))
  }

  /// The prompts are always those that the base model selects, the tuned one if it is tuned, whatever
  /// the method trains before.
  private static let ownStages: [StageRule] = [
    StageRule(
      kind: StageKind.prepare.rawValue, version: StageKind.prepare.version, parents: [],
      parameters: ["model", "model_seed", "pretraining_steps", "corpus"], product: .state),
    StageRule(
      kind: StageKind.tune.rawValue, version: StageKind.tune.version, when: Relevance.tuned,
      parents: [.state], parameters: ["base", "base_steps", "model_seed", "corpus"],
      product: .state),
    StageRule(
      kind: StageKind.select.rawValue, version: StageKind.select.version,
      when: Relevance.selecting, parents: [.state],
      parameters: [
        "selection_prompts", "selection_samples", "selection_temperature", "selection_seed",
        "selection", "selection_decile", "selection_checkpoints", "selection_kind", "corpus",
        "adaptation_domain",
      ], product: .side),
    Measurement.baseTextRule,
    em(steps: "em_steps", when: Relevance.methodGRPO),
    grpo(steps: "grpo_steps", when: Relevance.methodEM),
    em(steps: "step", when: Relevance.methodEM),
    grpo(steps: "step", when: Relevance.methodGRPO),
    StageRule(
      kind: StageKind.sft.rawValue, version: StageKind.sft.version, when: Relevance.methodSFT,
      parents: [.state], parameters: sftParameters, product: .trajectory(stepParameter: "step")),
    StageRule(
      kind: "schedule", version: 1, when: Relevance.scheduled,
      parents: [.state, select, selectWherePromptsAreSelected],
      parameters: emParameters + grpoParameters + sftParameters,
      product: .schedule(parameter: "schedule", stepParameter: "step")),
    StageRule(
      kind: StageKind.evaluate.rawValue, version: StageKind.evaluate.version, parents: [.state],
      parameters: [
        "evaluation_split", "evaluation_problems", "evaluation_temperature",
        "evaluation_samples", "evaluation_seed", "evaluation_tokens", "corpus",
        "evaluation_domain",
      ], product: .measurement),
  ]

  private static let stages = ownStages + Measurement.rules
}

/// The kinds of stages, with the versions of their results: raise one when the golden test of
/// `BuiltinProgramTests` says that its results have changed.
enum StageKind: String, CaseIterable {
  case prepare, tune, select, em, grpo, sft, evaluate
  // Of measurements that a grid asks for.
  case baseText = "base_text"
  case repetition, samples, drift, logits

  var version: Int {
    switch self {
    case .prepare: 2
    case .tune: 1
    case .select: 1
    case .em: 4
    case .grpo: 1
    case .sft: 1
    case .evaluate: 1
    case .baseText, .repetition, .samples, .drift, .logits: 1
    }
  }
}
