import Grid
import LanguageModel
import PostTraining

extension JobRunner {
  /// Ranks candidate prompts by the variance of their correctness.
  func select(_ stage: Stage) throws -> StageOutcome {
    let model = try state(try parent(0, of: stage))
    let selection = try StageParameters(stage).selection()
    let candidates = try selection.ranked(by: model) { done in
      progress(stage, done: done, total: selection.candidates, unit: "prompts") { "" }
    }
    let prompts = try put(RankedPrompts(candidates).serialized(), .prompts, of: stage)
    let mean = candidates.reduce(0) { $0 + $1.accuracy } / Double(candidates.count)
    return StageOutcome(
      metrics: [
        "selection_accuracy": mean,
        "selection_variance": candidates.first?.variance ?? 0,
      ], artifacts: [prompts])
  }
}
