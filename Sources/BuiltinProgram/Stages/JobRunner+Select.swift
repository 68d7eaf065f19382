import Foundation
import Grid
import LanguageModel
import PostTraining

extension JobRunner {
  /// Ranks candidate prompts by the variance of their correctness.
  func select(_ stage: Stage) throws -> StageOutcome {
    let model = try state(try parent(0, of: stage))
    let selection = try StageParameters(stage).selection()
    let candidates = try selection.ranked(by: model, after: candidatesDone(of: stage)) { done in
      progress(stage, done: done.count, total: selection.candidates, unit: "prompts") { "" }
      try saveIfDue(mayEnd: done.count < selection.candidates) {
        try saveCheckpoint(Array(JSONEncoder().encode(done)), of: stage.key)
      }
    }
    let prompts = try put(RankedPrompts(candidates).serialized(), .prompts, of: stage)
    let mean = candidates.reduce(0) { $0 + $1.accuracy } / Double(candidates.count)
    return StageOutcome(
      metrics: [
        "selection_accuracy": mean,
        "selection_variance": candidates.first?.variance ?? 0,
      ], artifacts: [prompts])
  }
  /// The candidates in the last checkpoint; none where there is none that can be used.
  private func candidatesDone(of stage: Stage) -> [PromptSelection.Candidate] {
    checkpoint(of: stage.key).flatMap {
      try? JSONDecoder().decode([PromptSelection.Candidate].self, from: Data($0))
    } ?? []
  }
}
