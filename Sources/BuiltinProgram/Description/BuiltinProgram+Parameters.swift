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
    baseParameters + methodParameters + stepParameters + emMethodParameters + grpoMethodParameters
    + selectionParameters + evaluationParameters

  private static let methodParameters = [
    ParameterDescription(
      name: "method", type: .choice(["none", "em", "grpo"]), defaultValue: .string("em"),
      about:
        "What follows pretraining: nothing, entropy minimization (em), or reinforcement learning "
        + "(grpo).")
  ]
}
