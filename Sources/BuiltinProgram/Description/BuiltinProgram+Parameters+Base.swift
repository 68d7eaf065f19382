import Grid
import Problems

extension BuiltinProgram {
  static let baseParameters = [
    ParameterDescription(
      name: "model", type: choice(BuiltinModel.self), defaultValue: .string("small"),
      about: "The base model's size; the models command lists them."),
    ParameterDescription(
      name: "model_seed", type: .integer(minimum: 0, maximum: nil), defaultValue: .integer(0),
      about:
        "Decides the base model's initial weights and the order of its pretraining documents, and of "
        + "what it is tuned on."),
    ParameterDescription(
      name: "pretraining_steps", type: .integer(minimum: 1, maximum: 1_000_000),
      defaultValue: .integer(3500),
      about:
        "Steps of pretraining, each on 48 documents; the learning rate falls over the last 40%.",
      relevantWhen: Relevance.pretrained),
    ParameterDescription(
      name: "corpus", type: choice(Domain.self), defaultValue: .string(Domain.arithmetic.rawValue),
      about:
        "What the base model is pretrained on: problems of arithmetic, of logic (knights and knaves), "
        + "or both, half and half.",
      relevantWhen: Relevance.withLogic),
    ParameterDescription(
      name: "base", type: choice(Base.self), defaultValue: .string(Base.pretrained.rawValue),
      about:
        "What the method and the selection start from: the pretrained model, that model after "
        + "base_steps steps of GRPO (grpo) or of supervised tuning (sft) at their defaults, or one that "
        + "was never trained (untrained)."),
    ParameterDescription(
      name: "base_steps", type: .integer(minimum: 1, maximum: 100_000), defaultValue: .integer(10),
      about: "Updates that make a tuned base out of the pretrained one.",
      relevantWhen: Relevance.tuned),
    ParameterDescription(
      name: "adaptation_domain", type: choice(Domain.self),
      defaultValue: .string(Domain.both.rawValue),
      about:
        "With corpus both: the problems that prompts are selected from and that methods train on.",
      relevantWhen: Relevance.withBothDomains),
  ]
}

/// What the method and the selection start from.
enum Base: String, CaseIterable {
  case pretrained
  /// The pretrained model after some steps of GRPO.
  case grpo
  /// The pretrained model after some steps of supervised tuning on worked solutions.
  case sft
  /// The initial weights: a control.
  case untrained
}
