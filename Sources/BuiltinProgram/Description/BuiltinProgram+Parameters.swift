import Grid
import PostTraining
import Problems

extension BuiltinProgram {
  private static func choice<Choice: RawRepresentable<String> & CaseIterable>(
    _ choices: Choice.Type
  ) -> ParameterType {
    .choice(choices.allCases.map(\.rawValue))
  }

  private static func trained(
    _ name: String, _ type: ParameterType, _ defaultValue: ParameterValue, _ about: String,
    when condition: ParameterCondition = Relevance.em
  ) -> ParameterDescription {
    ParameterDescription(
      name: name, type: type, defaultValue: defaultValue, about: about, relevantWhen: condition)
  }

  static let parameters: [ParameterDescription] =
    baseParameters + stepParameters + emParameters + grpoParameters + selectionParameters
    + evaluationParameters

  private static let baseParameters = [
    ParameterDescription(
      name: "model", type: choice(BuiltinModel.self), defaultValue: .string("small"),
      about: "The base model's size; the models command lists them."),
    ParameterDescription(
      name: "model_seed", type: .integer(minimum: 0, maximum: nil), defaultValue: .integer(0),
      about: "Decides the base model's initial weights and the order of its pretraining documents."),
    ParameterDescription(
      name: "pretraining_steps", type: .integer(minimum: 1, maximum: 1_000_000),
      defaultValue: .integer(3500),
      about:
        "Steps of pretraining, each on 48 documents; the learning rate falls over the last 40%."),
    ParameterDescription(
      name: "method", type: .choice(["none", "em", "grpo"]), defaultValue: .string("em"),
      about:
        "What follows pretraining: nothing, entropy minimization (em), or reinforcement learning "
        + "(grpo)."),
  ]

  /// The settings' own defaults, so that there is one place for them.
  private static let em = EntropyMinimizationSettings()

  private static let stepParameters = [
    trained(
      "step", .integer(minimum: 0, maximum: 100_000), .integer(10),
      "Optimizer updates by the method made when the model is measured; 0 is the state before them.",
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
        + "the largest variance."),
  ]

  private static let emParameters = [
    trained(
      "objective", choice(EntropyMinimizationSettings.Objective.self),
      .string(em.objective.rawValue),
      "What is minimised: entropy is the mean over the generated tokens of the entropy in nats of "
        + "the distributions that they were drawn from."),
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
      "Generated tokens that count in the loss: all, or all but the first (skip_first)."),
    trained(
      "batch", .integer(minimum: 1, maximum: 65_536), .integer(em.batch),
      "Samples in one optimizer update."),
    trained(
      "accumulation", .integer(minimum: 1, maximum: 65_536), .integer(em.accumulation),
      "Micro-batches in one update, whose token means are averaged; it must divide the batch."),
    trained(
      "learning_rate", .number(minimum: 0, maximum: 10), .number(em.learningRate),
      "AdamW's learning rate, constant."),
    trained(
      "weight_decay", .number(minimum: 0, maximum: 10), .number(em.weightDecay),
      "AdamW's decoupled weight decay, of all weights."),
    trained(
      "clip", .number(minimum: 1e-6, maximum: nil), .number(em.clip),
      "The largest norm of an update's gradient; a longer one is scaled down to it."),
  ]

  private static let grpo = GRPOSettings()

  private static func reinforced(
    _ name: String, _ type: ParameterType, _ defaultValue: ParameterValue, _ about: String,
    when condition: ParameterCondition = Relevance.grpo
  ) -> ParameterDescription {
    trained(name, type, defaultValue, about, when: condition)
  }

  private static let grpoParameters = [
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

  private static let selection = PromptSelection()

  private static let selectionParameters = [
    trained(
      "selection_prompts", .integer(minimum: 1, maximum: ProblemSet.longestAdaptation),
      .integer(selection.candidates),
      "Candidate problems, from the adaptation split, among which prompts are selected.",
      when: Relevance.selecting),
    trained(
      "selection_samples", .integer(minimum: 1, maximum: 4096), .integer(selection.samples),
      "Answers sampled to each candidate, to rank them by the variance of their correctness.",
      when: Relevance.selecting),
    trained(
      "selection_temperature", .number(minimum: 0, maximum: 10), .number(selection.temperature),
      "Temperature of those samples.", when: Relevance.selecting),
    trained(
      "selection_seed", .integer(minimum: 0, maximum: nil), .integer(0),
      "Decides the candidates and their samples.", when: Relevance.selecting),
  ]

  private static let evaluationParameters = [
    ParameterDescription(
      name: "evaluation_split",
      type: .choice([Split.benchmark.rawValue, Split.development.rawValue]),
      defaultValue: .string(Split.benchmark.rawValue),
      about: "The problems to measure on: benchmark to report, development to choose settings."),
    ParameterDescription(
      name: "evaluation_problems",
      type: .integer(minimum: 1, maximum: ProblemSet.longestBenchmark), defaultValue: .integer(64),
      about: "Problems in each of the four sets."),
    ParameterDescription(
      name: "evaluation_temperature", type: .number(minimum: 0, maximum: 10),
      defaultValue: .number(0), about: "Temperature at which answers are drawn; 0 is greedy."),
    ParameterDescription(
      name: "evaluation_samples", type: .integer(minimum: 1, maximum: 1024),
      defaultValue: .integer(16),
      about: "Answers sampled to each problem, where evaluation is not greedy.",
      relevantWhen: Relevance.sampledEvaluation),
    ParameterDescription(
      name: "evaluation_seed", type: .integer(minimum: 0, maximum: nil), defaultValue: .integer(0),
      about: "Decides the random numbers of sampled answers.",
      relevantWhen: Relevance.sampledEvaluation),
    ParameterDescription(
      name: "evaluation_tokens", type: .integer(minimum: 1, maximum: 1024),
      defaultValue: .integer(64), about: "The most new tokens of an answer."),
  ]
}
