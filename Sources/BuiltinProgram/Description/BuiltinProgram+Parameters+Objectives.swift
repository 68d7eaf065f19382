import Grid
import PostTraining

/// Variations of entropy minimization. Each is left out of stage keys where it is at its default, which
/// is what the method does without it.
extension BuiltinProgram {
  private static let em = EntropyMinimizationSettings()
  private static let adaptation = Adaptation()

  static let objectiveParameters = [
    trained(
      "direction", choice(MinimisedObjective.Direction.self), .string(em.direction.rawValue),
      "Whether the objective is minimised or, as a negative control, maximised.",
      when: Relevance.maximised),
    trained(
      "late_fraction", .number(minimum: 0.01, maximum: 1), .number(em.lateFraction),
      "The share of a sample's tokens that the mask late counts.", when: Relevance.late),
    trained(
      "entropy_floor", .number(minimum: 0, maximum: 10), .number(em.entropyFloor),
      "With objective entropy: tokens whose entropy in nats is below this are pushed no further; 0 "
        + "is none.", when: Relevance.floored),
    trained(
      "probability_smoothing", .number(minimum: 0, maximum: 10), .number(em.probabilitySmoothing),
      "With objective sequence_probability: what is added to the probability that weighs each "
        + "sample.", when: Relevance.smoothed),
    trained(
      "em_kl_weight", .number(minimum: 0, maximum: 1000), .number(em.divergenceWeight),
      "Weight in the loss of entropy minimization of the divergence from the base model, KL(model ‖ "
        + "base) in nats per counted token.", when: Relevance.penalised),
  ]

  static let adaptationParameters = [
    trained(
      "adaptation", choice(Adaptation.Target.self), .string(adaptation.target.rawValue),
      "What entropy minimization holds by moving a setting: nothing, the share by which the entropy "
        + "falls in a step (entropy_rate), or a course of the divergence from the base model "
        + "(kl_budget, where an update that would spend more is shortened or left out: see the metric "
        + "update_share).",
      when: Relevance.adapting),
    trained(
      "adapted_setting", choice(Adaptation.Setting.self), .string(adaptation.setting.rawValue),
      "The setting that is moved, from the value that it has elsewhere.", when: Relevance.adapting),
    trained(
      "entropy_rate", .number(minimum: 0.0001, maximum: 0.99), .number(adaptation.entropyRate),
      "The share by which the entropy is to fall in a step.", when: Relevance.holdsEntropyRate),
    trained(
      "kl_budget", .number(minimum: 1e-6, maximum: 100), .number(adaptation.klBudget),
      "The divergence from the base model, in nats per counted token, that may be spent: "
        + "a ceiling, kept on the samples of each update, so that others may say a little more. Whatever "
        + "led there counts: after grpo or sft, em may find it spent, and then only "
        + "updates that do not raise it are made.",
      when: Relevance.holdsBudget),
    trained(
      "kl_budget_steps", .integer(minimum: 1, maximum: 100_000), .integer(adaptation.klBudgetSteps),
      "Steps of em, counted from the base model, over which the budget is spent evenly; then the "
        + "divergence is held.",
      when: Relevance.holdsBudget),
    trained(
      "adaptation_gain", .number(minimum: 0.001, maximum: 10), .number(adaptation.gain),
      "How fast: in a step the setting is multiplied by e to the gain times the relative error, which "
        + "is cut off at 1.", when: Relevance.adapting),
  ]
}
