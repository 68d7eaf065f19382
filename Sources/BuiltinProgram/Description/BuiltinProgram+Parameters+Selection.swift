import Grid
import PostTraining
import Problems

extension BuiltinProgram {
  private static let selection = PromptSelection()

  static let selectionParameters = [
    trained(
      "selection", choice(PromptSelection.Rule.self), .string(selection.rule.rawValue),
      "Which candidates come first: those of the highest or lowest variance p(1 - p) or accuracy p, "
        + "those of one decile of accuracy, random ones, or those whose accuracy varied most during "
        + "pretraining (history).", when: Relevance.otherRule),
    trained(
      "selection_decile", .integer(minimum: 1, maximum: 10), .integer(selection.decile),
      "With selection decile: the tenth of the candidates to take, 1 of the lowest accuracy.",
      when: Relevance.decileRule),
    trained(
      "selection_checkpoints", .integer(minimum: 2, maximum: 100),
      .integer(selection.checkpoints),
      "With selection history: how many states of the pretraining, evenly spaced, answer the "
        + "candidates.", when: Relevance.historyRule),
    trained(
      "selection_kind",
      .choice([Relevance.anyKind] + ProblemKind.allCases.map(\.rawValue)),
      .string(Relevance.anyKind),
      "The kind of the candidates, to adapt on one kind and be tested on others; any is all kinds of "
        + "the domain. Of one kind there are \(ProblemSet.longestOfOneKind) candidates at most.",
      when: Relevance.oneKind),
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
}
