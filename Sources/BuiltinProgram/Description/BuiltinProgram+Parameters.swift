import Grid

extension BuiltinProgram {
  static func choice<Choice: RawRepresentable<String> & CaseIterable>(
    _ choices: Choice.Type
  ) -> ParameterType {
    .choice(choices.allCases.map(\.rawValue))
  }

  static func trained(
    _ name: String, _ type: ParameterType, _ defaultValue: ParameterValue, _ about: String,
    when condition: ParameterCondition = Relevance.em
  ) -> ParameterDescription {
    ParameterDescription(
      name: name, type: type, defaultValue: defaultValue, about: about, relevantWhen: condition)
  }

  static let parameters: [ParameterDescription] =
    baseParameters + stepParameters + emMethodParameters + grpoMethodParameters
    + selectionParameters + evaluationParameters

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
}
