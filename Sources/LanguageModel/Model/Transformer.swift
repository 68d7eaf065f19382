import Kernels
import Keys

/// A decoder-only transformer with its weights, gradients and activations, each in one arena.
///
/// A step is `zeroGradients`, `forward`, an objective that turns logits into their gradient,
/// `backward`, and an update of `weights` from `gradients`. Not for concurrent use: one process
/// trains one model on one thread. Results depend on the inputs of a call alone; moreover a row of
/// logits depends on its sequence alone, whatever else is in the batch.
package final class Transformer {
  package let configuration: ModelConfiguration
  /// All trainable tensors in the order in which they lie in `weights` and `gradients`.
  package let parameters: [Parameter]
  private let weightArena: Arena
  private let gradientArena: Arena

  /// A new model. Matrices are drawn from a normal distribution, gains are 1, biases 0.
  ///
  /// - Precondition: the configuration is valid (`ModelConfiguration.validate`).
  package init(_ configuration: ModelConfiguration, seed: UInt64) {
    self.configuration = configuration
    parameters = []
    weightArena = Arena(count: 0)
    gradientArena = Arena(count: 0)
  }

  /// A model of its own with the weights of another.
  package init(copying other: Transformer) {
    configuration = other.configuration
    parameters = other.parameters
    weightArena = Arena(count: other.weights.count)
    gradientArena = Arena(count: other.weights.count)
  }

  /// All weights, flat. Matrices lie in the order that the products want, padded with zeros (so
  /// `count` is somewhat above `configuration.parameterCount`); padding has zero gradient, so
  /// element-wise updates and sums of squares need not know about it.
  package var weights: UnsafeMutableBufferPointer<Float> { weightArena.floats }

  /// The gradient of every weight, in the layout of `weights`.
  package var gradients: UnsafeMutableBufferPointer<Float> { gradientArena.floats }

  /// Sets all gradients to zero.
  package func zeroGradients() {
    gradients.update(repeating: 0)
  }

  /// Logits at the rows the batch asks for: `batch.logitRows.count` × vocabulary. The view lies in
  /// the activation arena and is valid until the next `forward` or `generate`; an objective may
  /// overwrite it with the gradient.
  ///
  /// - Precondition: the batch is not empty and its tokens are ids of the vocabulary.
  package func forward(_ batch: PackedBatch) -> Matrix {
    preconditionFailure("the forward pass is not there yet")
  }

  /// Adds to `gradients` the gradient of a loss whose gradient with respect to the logits of the
  /// last `forward` is given. Consumes the activations: once for each `forward`.
  package func backward(_ logitGradients: Matrix) {
    preconditionFailure("the backward pass is not there yet")
  }

  /// Generates after each prompt, all together with a key-value cache. Identical prompts are
  /// computed once, finished sequences leave the batch.
  ///
  /// A token is drawn from one uniform number by inverting the cumulative distribution over the
  /// token ids in ascending order, so any other code that has the same logits and numbers draws the
  /// same sample.
  ///
  /// - Parameter uniform: a number in [0, 1) for (index of the prompt in `prompts`, index of the new
  ///   token: 0 for the first). Not called at temperature 0.
  /// - Precondition: no prompt is empty.
  package func generate(
    prompts: [[Int32]], settings: SamplingSettings,
    uniform: (_ sequence: Int, _ position: Int) -> Float
  ) -> [Generation] {
    preconditionFailure("generation is not there yet")
  }

  /// The model as the bytes of a safetensors file with Hugging Face's tensor names, its
  /// configuration in the file's metadata.
  package func serialized() -> [UInt8] {
    preconditionFailure("checkpoints are not there yet")
  }

  /// The model in the bytes that `serialized` made.
  package convenience init(serialized bytes: [UInt8]) throws(CheckpointError) {
    preconditionFailure("checkpoints are not there yet")
  }
}

/// One trainable tensor of a model and its place in the flat buffers.
package struct Parameter: Hashable, Sendable {
  package let name: String
  /// Rows and columns of a matrix (inputs × outputs; an embedding table is tokens × width), or the
  /// length of a vector.
  package let shape: [Int]
  /// Where it lies in `Transformer.weights`, padding included.
  package let range: Range<Int>
  /// Whether weight decay applies by custom: to matrices, not to gains and biases.
  package let decays: Bool
}

/// Why bytes or a folder are not a checkpoint that opens here.
package enum CheckpointError: Error, Hashable, CustomStringConvertible {
  case malformed(String)

  package var description: String {
    switch self {
    case .malformed(let message): message
    }
  }
}
