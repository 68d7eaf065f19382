import Grid
import PostTraining
import Problems

extension BuiltinProgram {
  private static let sft = SupervisedTuningSettings()

  private static func supervised(
    _ name: String, _ type: ParameterType, _ defaultValue: ParameterValue, _ about: String
  ) -> ParameterDescription {
    trained(name, type, defaultValue, about, when: Relevance.sft)
  }

  static let sftMethodParameters = [
    supervised(
      "sft_batch", .integer(minimum: 1, maximum: 4096), .integer(sft.batch),
      "Problems with their right worked solutions in one update of supervised tuning."),
    supervised(
      "sft_pool", .integer(minimum: 1, maximum: ProblemSet.longestAdaptation),
      .integer(ProblemSet.longestAdaptation),
      "Problems of the adaptation split that it takes, in shuffled passes."),
    supervised(
      "sft_learning_rate", .number(minimum: 0, maximum: 10), .number(sft.learningRate),
      "AdamW's learning rate in supervised tuning, constant."),
    supervised(
      "sft_weight_decay", .number(minimum: 0, maximum: 10), .number(sft.weightDecay),
      "AdamW's decoupled weight decay in supervised tuning, of all weights."),
    supervised(
      "sft_clip", .number(minimum: 1e-6, maximum: nil), .number(sft.clip),
      "The largest norm of its updates' gradients; a longer one is scaled down to it."),
  ]
}
