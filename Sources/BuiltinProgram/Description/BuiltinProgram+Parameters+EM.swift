import Grid
import PostTraining

extension BuiltinProgram {
  /// The settings' own defaults, so that there is one place for them.
  private static let em = EntropyMinimizationSettings()

  static let stepParameters = [
    trained(
      "step", .integer(minimum: 0, maximum: 100_000), .integer(10),
      "Optimizer updates by the method, or by all of a schedule's, made when the model is measured; 0 "
        + "is the state before them.",
      when: Relevance.trained),
    trained(
      "em_steps", .integer(minimum: 0, maximum: 100_000), .integer(0),
      "With method grpo: updates of entropy minimization made before it.",
      when: Relevance.methodGRPO),
    trained(
      "grpo_steps", .integer(minimum: 0, maximum: 100_000), .integer(0),
      "With method em: updates of GRPO made before it.", when: Relevance.methodEM),
    trained(
      "seed", .integer(minimum: 0, maximum: nil), .integer(0),
      "Decides the random numbers of training, and nothing of the base model or the selection.",
      when: Relevance.trained),
    trained(
      "prompt", .integer(minimum: 0, maximum: 1023), .integer(0),
      "Rank of the prompt that entropy minimization trains on among the selection's candidates; 0 has "
        + "the largest variance, or is the first by the rule of the selection."),
    trained(
      "prompts", .integer(minimum: 1, maximum: 1024), .integer(1),
      "How many prompts entropy minimization trains on, of this and the following ranks; the samples "
        + "of a batch are dealt to them in turn.", when: Relevance.severalPrompts),
  ]

  static let emMethodParameters = [
    trained(
      "objective", choice(MinimisedObjective.self), .string(em.objective.rawValue),
      "What is minimised: the entropy of the tokens' distributions, minus their divergence from the "
        + "uniform one (self_certainty), minus the samples' mean log-probability "
        + "(sequence_log_probability) or mean probability (sequence_probability), or the entropy of "
        + "their answers (answer_entropy)."),
    trained(
      "temperature", .number(minimum: 0, maximum: 10), .number(em.temperature),
      "Temperature at which training samples are drawn; 0 is greedy."),
    trained(
      "loss_temperature",
      .numberOrTied(minimum: 0.01, maximum: 10, word: "tied", to: "temperature"),
      .number(em.lossTemperature),
      "Temperature that divides the logits inside the loss; tied is the sampling temperature."),
    trained(
      "top_p", .number(minimum: 0, maximum: 1), .number(em.topP),
      "Training samples are drawn from the likeliest tokens that reach this probability; 1 keeps all."
    ),
    trained(
      "repetition_penalty", .number(minimum: 0.1, maximum: 10), .number(em.repetitionPenalty),
      "Divides the positive logits of tokens seen before, while sampling for training; 1 is none."),
    trained(
      "maximum_tokens", .integer(minimum: 1, maximum: 1024), .integer(em.maximumTokens),
      "The most new tokens of a training sample."),
    trained(
      "mask", choice(LossMask.self), .string(em.mask.rawValue),
      "Generated tokens that count in the loss: all, all but the first (skip_first), or the last ones "
        + "of each sample (late)."),
    trained(
      "batch", .integer(minimum: 1, maximum: 65_536), .integer(em.batch),
      "Samples in one optimizer update."),
    trained(
      "accumulation", .integer(minimum: 1, maximum: 65_536), .integer(em.accumulation),
      "Micro-batches in one update, whose token means are averaged; it must divide the batch."),
    trained(
      "learning_rate", .number(minimum: 0, maximum: 10), .number(em.learningRate),
      "AdamW's learning rate, constant unless adaptation moves it."),
    trained(
      "weight_decay", .number(minimum: 0, maximum: 10), .number(em.weightDecay),
      "AdamW's decoupled weight decay, of all weights."),
    trained(
      "clip", .number(minimum: 1e-6, maximum: nil), .number(em.clip),
      "The largest norm of an update's gradient; a longer one is scaled down to it."),
  ]
}
