import Grid
import PostTraining
import Problems

extension BuiltinProgram {
  private static let selection = PromptSelection()

  static let selectionParameters = [
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
