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
    baseParameters + methodParameters + stepParameters + emMethodParameters + objectiveParameters
    + adaptationParameters + grpoMethodParameters + sftMethodParameters
    + selectionParameters + evaluationParameters

  private static let methodParameters = [
    ParameterDescription(
      name: "method", type: .choice(["none", "em", "grpo", "sft", "schedule"]),
      defaultValue: .string("em"),
      about:
        "What follows pretraining: nothing, entropy minimization (em), reinforcement learning "
        + "(grpo), supervised tuning on worked solutions (sft), or several of them (schedule)."),
    ParameterDescription(
      name: "schedule", type: .schedule(of: [StageKind.em, .grpo, .sft].map(\.rawValue)),
      defaultValue: .string("em 10 then grpo"),
      about:
        "With method schedule: the methods and their steps, such as em 10 then grpo, or sft 20 then "
        + "repeat em 5 then grpo 5; each phase starts with a new optimizer.",
      relevantWhen: Relevance.scheduled),
  ]
}
