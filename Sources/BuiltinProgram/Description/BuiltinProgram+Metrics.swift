import Evaluation
import Grid

extension BuiltinProgram {
  /// A run's columns: what its evaluation measured, then what training says of the step that led to
  /// the measured state.
  static let metrics: [MetricDescription] =
    Metric.all.map { MetricDescription(name: $0.name, about: $0.about) } + trainingMetrics

  private static let trainingMetrics = [
    MetricDescription(
      name: "loss",
      about:
        "mean entropy in nats at the loss temperature, of the samples of the step that led here"),
    MetricDescription(
      name: "gradient_norm", about: "norm of that step's gradient before clipping"),
    MetricDescription(
      name: "sample_tokens", about: "mean number of new tokens of that step's samples"),
    MetricDescription(
      name: "distinct_samples", about: "how many of that step's samples were different"),
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
