import CShims
import Foundation
import Grid
import LanguageModel
import PostTraining

extension JobRunner {
  /// Ranks candidate prompts by the rule of the selection.
  func select(_ stage: Stage) throws -> StageOutcome {
    let selection = try StageParameters(stage).selection()
    let candidates =
      selection.rule == .history
      ? try candidatesByHistory(selection, stage) : try candidates(selection, stage)
    let prompts = try put(
      RankedPrompts(selection.ranked(candidates)).serialized(), .prompts, of: stage)
    let mean = candidates.reduce(0) { $0 + $1.accuracy } / Double(candidates.count)
    return StageOutcome(
      metrics: [
        "selection_accuracy": mean,
        "selection_variance": selection.ranked(candidates).first?.variance ?? 0,
      ], artifacts: [prompts])
  }

  /// The candidates with what the base model answers.
  private func candidates(
    _ selection: PromptSelection, _ stage: Stage
  ) throws -> [PromptSelection.Candidate] {
    let model = try state(try parent(0, of: stage))
    return try selection.tried(by: model, after: candidatesDone(of: stage)) { done in
      progress(stage, done: done.count, total: selection.candidates, unit: "prompts") { "" }
      try saveIfDue(mayEnd: done.count < selection.candidates) {
        try saveCheckpoint(Array(JSONEncoder().encode(done)), of: stage.key)
      }
    }
  }

  /// The candidates with what the model answered during its pretraining, which is made once more: the
  /// states on its way are not kept.
  private func candidatesByHistory(
    _ selection: PromptSelection, _ stage: Stage
  ) throws -> [PromptSelection.Candidate] {
    var base = try parent(0, of: stage)
    while base.kind != StageKind.prepare.rawValue { base = try parent(0, of: base) }
    let history = try history(selection, of: try StageParameters(base).pretraining(), stage)
    while !history.isComplete {
      espalier_fault_pass(ESPALIER_FAULT_TRAINING)
      try history.advance()
      progress(stage, done: history.step, total: history.steps, unit: "steps") { "" }
      try saveIfDue(mayEnd: !history.isComplete) {
        try saveCheckpoint(history.serialized(), of: stage.key)
      }
    }
    return history.candidates
  }

  /// The history at its last checkpoint; at its start where there is none, or none that opens.
  private func history(
    _ selection: PromptSelection, of pretraining: PretrainingSettings, _ stage: Stage
  ) throws -> SelectionHistory {
    try resume(stage.key) {
      try? SelectionHistory(selection, of: pretraining, serialized: $0)
    } ?? SelectionHistory(selection, of: pretraining)
  }

  /// The candidates in the last checkpoint; none where there is none that can be used.
  private func candidatesDone(of stage: Stage) -> [PromptSelection.Candidate] {
    resume(stage.key) {
      try? JSONDecoder().decode([PromptSelection.Candidate].self, from: Data($0))
    } ?? []
  }
}
