import Evaluation
import Grid

extension BuiltinProgram {
  /// A run's columns: what its evaluation measured, then what training says of the step that led to
  /// the measured state.
  static let metrics: [MetricDescription] =
    Metric.all.map {
      MetricDescription(name: $0.name, about: $0.about, best: $0.isBetterHigher ? .highest : nil)
    } + measuredMetrics + trainingMetrics

  /// What a grid gets if it asks for it, by measurement.
  private static let measuredMetrics =
    described(Repetition.figures, .repetition) + described(SampledAnswers.figures, .samples)
    + described(Drift.figures, .drift) + described(LogitShape.figures, .logits)

  private static func described<Subject>(
    _ figures: [Figure<Subject>], _ measurement: Measurement
  ) -> [MetricDescription] {
    figures.map {
      MetricDescription(name: $0.name, about: $0.about, measurement: measurement.rawValue)
    }
  }

  private static let trainingMetrics = [
    MetricDescription(
      name: "loss",
      about:
        "the loss before the step that led here: with em its objective (the mean entropy in nats of "
        + "its samples at the loss temperature), with grpo the policy objective, with sft the mean "
        + "cross-entropy in nats per token"),
    MetricDescription(
      name: "gradient_norm", about: "norm of that step's gradient before clipping"),
    MetricDescription(
      name: "sample_tokens", about: "mean number of new tokens of that step's samples"),
    MetricDescription(
      name: "distinct_samples", about: "how many of that step's samples were different"),
    MetricDescription(name: "reward", about: "mean reward of that step's samples (grpo)"),
    MetricDescription(
      name: "reward_std",
      about: "standard deviation of the rewards of a group, mean over that step's groups (grpo)"),
    MetricDescription(
      name: "sample_accuracy",
      about: "share of right answers among that step's samples, whatever is rewarded (grpo)"),
    MetricDescription(
      name: "zero_advantage",
      about: "share of that step's groups whose rewards are all equal (grpo)"),
    MetricDescription(
      name: "kl",
      about:
        "divergence in nats per token before that step: with grpo estimated, from its start, if "
        + "kl_weight > 0; with em from the base model, if em_kl_weight > 0 or with a kl_budget"),
    MetricDescription(
      name: "clip_fraction",
      about: "share of that step's tokens whose ratio is clipped, if updates_per_batch > 1"),
    MetricDescription(
      name: "sample_entropy",
      about:
        "mean entropy in nats of that step's samples at loss_temperature, where it is not the loss "
        + "itself (em)"),
    MetricDescription(
      name: "adaptation_factor",
      about: "what the adapted setting was multiplied by in that step, with adaptation (em)"),
    MetricDescription(
      name: "update_share",
      about:
        "share of that step's update that a kl_budget let through: 1, a half, a quarter and so on, "
        + "or 0 if none (em)"),
  ]

  /// What stages of kind select report.
  package static let selectionMetrics = [
    MetricDescription(
      name: "selection_accuracy", about: "share of right answers over all candidate prompts"),
    MetricDescription(
      name: "selection_variance",
      about:
        "p(1 - p) of the prompt of rank 0, p its share of right answers"),
  ]

  /// What stages of kind prepare report.
  package static let baseMetrics = [
    MetricDescription(
      name: "development_greedy",
      about: "the base model's accuracy on development problems, answering greedily"),
    MetricDescription(
      name: "development_sampled",
      about: "the base model's accuracy on development problems, sampled at temperature 1"),
    MetricDescription(
      name: "development_pass_at_16",
      about: "chance that one of 16 samples at temperature 1 is right, on development problems"),
    MetricDescription(
      name: "pretraining_loss",
      about: "mean cross-entropy in nats per token over the last 100 steps of pretraining"),
    MetricDescription(
      name: "pretraining_tokens", about: "tokens that the base model was trained on"),
    MetricDescription(name: "parameters", about: "trainable numbers of the model"),
  ]
}

extension Metric {
  /// Whether a higher value is a better model: shares of right answers, and of answers at all.
  fileprivate var isBetterHigher: Bool {
    ["accuracy", "pass_at_", "format_rate", "termination_rate"].contains { name.hasPrefix($0) }
  }
}
