import Artifacts
import Problems

/// How the candidates of a selection were answered in the course of a pretraining, which is made once
/// more for it: at each of some evenly spaced states, of which the last is the end, the same samples
/// are drawn as a selection draws.
package final class SelectionHistory {
  private let selection: PromptSelection
  private var pretraining: Pretraining
  /// By checkpoint, then by candidate: how many samples were right.
  private var counts: [[Int]]
  private let problems: [Problem]

  /// A history at its start.
  ///
  /// - Throws: `ProblemSetError` for a number of candidates that the split does not have.
  package init(
    _ selection: PromptSelection, of settings: PretrainingSettings
  ) throws(ProblemSetError) {
    problems = try selection.problems()
    self.selection = selection
    pretraining = Pretraining(settings)
    counts = []
  }

  /// How many steps of pretraining were made, and how many there are.
  package var step: Int { pretraining.step }
  package var steps: Int { pretraining.settings.steps }
  package var isComplete: Bool { counts.count == selection.checkpoints }

  /// Makes a step of the pretraining, or lets the state answer if it is one of the checkpoints.
  ///
  /// - Throws: `TrainingError` where the training diverges.
  package func advance() throws {
    guard !isComplete else { return }
    if step < steps * (counts.count + 1) / selection.checkpoints {
      try pretraining.advance()
    } else {
      counts.append(try selection.tried(by: pretraining.model).map(\.right))
    }
  }

  /// The candidates with what they were answered at every checkpoint so far, in the order in which
  /// they are drawn.
  package var candidates: [PromptSelection.Candidate] {
    guard let last = counts.last else { return [] }
    return problems.indices.map { index in
      PromptSelection.Candidate(
        index: index, prompt: problems[index].prompt, answer: problems[index].answer,
        right: last[index], samples: selection.samples, history: counts.map { $0[index] })
    }
  }

  // MARK: Going on after a kill

  private static let countsName = "history"

  /// Everything that `init(_:of:serialized:)` needs to go on to the same bits: the pretraining, and
  /// the counts beside it.
  package func serialized() throws -> [UInt8] {
    let state = try Safetensors(state: pretraining.serialized())
    // Counts of samples are whole numbers that a Float holds exactly.
    let counts = counts.flatMap { $0 }.map(Float.init)
    return Safetensors(
      tensors: state.tensors + [.flat(Self.countsName, counts)], metadata: state.metadata
    ).bytes
  }

  /// The history in the bytes that `serialized` made.
  ///
  /// - Throws: `TrainingError.stateDoesNotFit`, `ProblemSetError`.
  package convenience init(
    _ selection: PromptSelection, of settings: PretrainingSettings, serialized bytes: [UInt8]
  ) throws {
    try self.init(selection, of: settings)
    pretraining = try Pretraining(settings, serialized: bytes)
    let values = try Safetensors(state: bytes).tensor(Self.countsName).values
    guard values.count % problems.count == 0 else {
      throw TrainingError.stateDoesNotFit(
        "it has \(values.count) counts for \(problems.count) candidates")
    }
    counts = stride(from: 0, to: values.count, by: problems.count).map { start in
      values[start..<start + problems.count].map { Int($0) }
    }
  }
}
