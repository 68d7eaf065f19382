import Grid
import PostTraining
import Problems

extension BuiltinProgram {
  private static let grpo = GRPOSettings()

  private static func reinforced(
    _ name: String, _ type: ParameterType, _ defaultValue: ParameterValue, _ about: String,
    when condition: ParameterCondition = Relevance.grpo
  ) -> ParameterDescription {
    trained(name, type, defaultValue, about, when: condition)
  }

  static let grpoMethodParameters = [
    reinforced(
      "prompts_per_step", .integer(minimum: 1, maximum: 1024), .integer(grpo.promptsPerStep),
      "Prompts in a batch of GRPO."),
    reinforced(
      "group_size", .integer(minimum: 2, maximum: 4096), .integer(grpo.groupSize),
      "Samples after each prompt, whose rewards are compared with each other."),
    reinforced(
      "prompt_source", choice(PromptSource.self), .string(PromptSource.adaptation.rawValue),
      "Where GRPO's prompts come from: shuffled passes over problems of the adaptation split, or the "
        + "selection's prompts, the same in every batch (selected)."),
    reinforced(
      "grpo_prompt", .integer(minimum: 0, maximum: 1023), .integer(0),
      "Rank of the first of GRPO's selected prompts; the others follow it.",
      when: Relevance.selectedPrompts),
    reinforced(
      "prompt_pool", .integer(minimum: 1, maximum: ProblemSet.longestAdaptation),
      .integer(ProblemSet.longestAdaptation),
      "Problems of the adaptation split that the passes go over.", when: Relevance.pooledPrompts),
    reinforced(
      "updates_per_batch", .integer(minimum: 1, maximum: 1024), .integer(grpo.updatesPerBatch),
      "Optimizer updates, steps, on each batch of samples before the next one is drawn."),
    reinforced(
      "reward", choice(Reward.self), .string(grpo.reward.rawValue),
      "What a sample is rewarded for: the right answer (verified), a well-formed one (format), the "
        + "commonest one of its group (majority), or nothing but a coin (random)."),
    reinforced(
      "grpo_temperature", .number(minimum: 0.01, maximum: 10), .number(grpo.temperature),
      "Temperature of GRPO's samples, and of the probabilities in its loss."),
    reinforced(
      "grpo_top_p", .number(minimum: 0, maximum: 1), .number(grpo.topP),
      "GRPO's samples are drawn from the likeliest tokens that reach this probability; 1 keeps all."
    ),
    reinforced(
      "grpo_maximum_tokens", .integer(minimum: 1, maximum: 1024), .integer(grpo.maximumTokens),
      "The most new tokens of a sample of GRPO."),
    reinforced(
      "clip_low", .number(minimum: 0, maximum: 1), .number(grpo.clipLow),
      "The ratio of new to old probability counts down to 1 minus this.", when: Relevance.clipped),
    reinforced(
      "clip_high", .number(minimum: 0, maximum: 100), .number(grpo.clipHigh),
      "The ratio of new to old probability counts up to 1 plus this; DAPO has 0.28.",
      when: Relevance.clipped),
    reinforced(
      "kl_weight", .number(minimum: 0, maximum: 100), .number(grpo.divergenceWeight),
      "Weight in the loss of the divergence from the state that GRPO starts from."),
    reinforced(
      "length_normalisation", choice(GRPOSettings.LengthNormalisation.self),
      .string(grpo.lengthNormalisation.rawValue),
      "Loss of a batch: mean over samples of token means (sample, as in GRPO), mean over all tokens "
        + "(token, as in DAPO), or token sums over a constant length (constant, as in Dr. GRPO)."),
    reinforced(
      "std_normalisation", .boolean, .boolean(grpo.stdNormalisation),
      "Whether advantages are divided by the standard deviation of their group's rewards."),
    reinforced(
      "grpo_learning_rate", .number(minimum: 0, maximum: 10), .number(grpo.learningRate),
      "AdamW's learning rate in GRPO, constant."),
    reinforced(
      "grpo_weight_decay", .number(minimum: 0, maximum: 10), .number(grpo.weightDecay),
      "AdamW's decoupled weight decay in GRPO, of all weights."),
    reinforced(
      "grpo_clip", .number(minimum: 1e-6, maximum: nil), .number(grpo.clip),
      "The largest norm of a GRPO update's gradient; a longer one is scaled down to it."),
  ]
}
