import Artifacts
import Evaluation
import Grid
import PostTraining

/// What the artifacts of the built-in program are.
enum ArtifactKind: String {
  /// A model's weights as safetensors.
  case state
  /// What training needs beside the weights to go on.
  case optimizer
  /// A stage or trajectory on its way; gone when the order that it was written for is done.
  case checkpoint
  /// The ranked prompts of a selection.
  case prompts
  /// What an evaluation found, problem by problem.
  case outcomes
  /// What a base model answers greedily, as tokens.
  case texts
  /// How often logits lie in which interval.
  case histogram
}

extension BuiltinProgram {
  /// The kind of the artifacts that hold what an evaluation found, problem by problem.
  package static let outcomesKind = ArtifactKind.outcomes.rawValue
}

/// What completing a stage gave.
struct StageOutcome {
  var metrics: [String: Double]
  var artifacts: [ArtifactReference] = []
}

/// Thrown by a stage that was saved where it is because the user wants an end.
struct StageSaved: Error {}

/// Why a stage could not be completed.
enum StageError: Error {
  case failed(Failure)
  case artifactLost(stage: StageKey, reason: String)
  /// An artifact cannot be written, or not be read though it is there.
  case storeFailed(FileError)

  init(_ error: any Error) {
    self =
      switch error {
      case let error as StageError: error
      case let failure as Failure: .failed(failure)
      case let error as FileError: .storeFailed(error)
      case let error as TrainingError: .failed(Failure(error))
      case let error as EvaluationError:
        .failed(Failure(reason: .nonFinite, message: error.description))
      default: .failed(Failure(reason: .error, message: "\(error)"))
      }
  }
}

extension Failure {
  fileprivate init(_ error: TrainingError) {
    let reason: Reason =
      switch error {
      case .lossNotFinite, .gradientNotFinite: .nonFinite
      case .unevenMicroBatches, .lossTemperatureNotPositive, .stateDoesNotFit: .error
      }
    self.init(reason: reason, message: error.description)
  }
}
