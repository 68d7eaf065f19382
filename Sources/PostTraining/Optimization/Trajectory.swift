import Artifacts
import LanguageModel

/// A training that goes from a model's state step by step, and from any kept state on to the bits
/// that it would have had.
package protocol Trajectory: AnyObject {
  /// The model being trained.
  var model: Transformer { get }
  /// How many steps were made.
  var step: Int { get }
  /// What it needs beside the weights to go on.
  var optimizerState: Safetensors { get }
}

/// In a checkpoint, beside what the optimizer's state has.
private let weightsName = "weights"

extension Trajectory {
  /// What a trajectory needs beside the weights (`Transformer.serialized`) to go on to the same bits.
  ///
  /// - Complexity: O(number of weights).
  package func serializedOptimizer() -> [UInt8] { optimizerState.bytes }

  /// The whole state, weights included, for going on after a kill: it opens wherever
  /// `serializedOptimizer` does, and `Transformer.copyWeights(ofCheckpoint:)` takes the weights.
  ///
  /// - Complexity: O(number of weights).
  package func checkpoint() -> [UInt8] {
    let state = optimizerState
    return Safetensors(
      tensors: state.tensors + [.flat(weightsName, model.weights)], metadata: state.metadata
    ).bytes
  }
}

extension Transformer {
  /// Takes over the weights in what `Trajectory.checkpoint` made for a model of this configuration.
  ///
  /// - Throws: `TrainingError.stateDoesNotFit`.
  package func copyWeights(ofCheckpoint bytes: [UInt8]) throws(TrainingError) {
    try Safetensors(state: bytes).copy(weightsName, to: weights)
  }
}
