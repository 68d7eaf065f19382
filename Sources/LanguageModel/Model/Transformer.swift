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
  let table: ParameterTable
  private let weightArena: Arena
  /// Allocated when first asked for: a model that only generates has none.
  private var gradientArena = Arena(count: 0)
  /// Grown to the largest batch.
  private var activationArena = Arena(count: 0)
  /// Key-value caches and buffers of generation, grown to the largest call.
  private var generationArena = Arena(count: 0)
  /// Activations and caches of trees, grown to the largest possible tree of a call.
  private var treeReservation = ReservedArena(count: 0)
  var rotary: RotaryTable
  /// What the last forward pass left for `backward`.
  var pending: Pending?

  enum Pending {
    case packed(PackedBatch, ActivationLayout)
    case tree(SampleTree, DepthFirstOrder, TreeLayout)
  }

  init(zeroed configuration: ModelConfiguration) {
    self.configuration = configuration
    table = ParameterTable(configuration)
    weightArena = Arena(count: table.count)
    rotary = RotaryTable(headSize: configuration.headSize, base: configuration.ropeBase)
  }

  /// A new model, its weights drawn as `initialise` says.
  ///
  /// - Precondition: the configuration is valid (`ModelConfiguration.validate`).
  package convenience init(_ configuration: ModelConfiguration, seed: UInt64) {
    self.init(zeroed: configuration)
    initialise(seed: seed)
  }

  /// A model of its own with the weights of another.
  package convenience init(copying other: Transformer) {
    self.init(zeroed: other.configuration)
    copyWeights(of: other)
  }

  /// Takes over the weights of a model of the same configuration.
  package func copyWeights(of other: Transformer) {
    precondition(configuration == other.configuration, "models of different configurations")
    weightArena.base.update(from: other.weightArena.base, count: table.count)
  }

  /// All trainable tensors in the order in which they lie in `weights` and `gradients`.
  package var parameters: [Parameter] { table.parameters }

  /// All weights, flat. Matrices lie in the order that the products want, padded with zeros (so
  /// `count` is somewhat above `configuration.parameterCount`); padding has zero gradient, so
  /// element-wise updates and sums of squares need not know about it. The view is valid while the
  /// model lives.
  package var weights: UnsafeMutableBufferPointer<Float> { weightArena.floats }

  /// The gradient of every weight, in the layout of `weights`.
  package var gradients: UnsafeMutableBufferPointer<Float> {
    if gradientArena.count != table.count { gradientArena = Arena(count: table.count) }
    return gradientArena.floats
  }

  /// Sets all gradients to zero.
  package func zeroGradients() {
    gradients.update(repeating: 0)
  }

  /// The activation arena with room for `count` floats.
  func activations(count: Int) -> UnsafeMutablePointer<Float> {
    if activationArena.count < count { activationArena = Arena(count: count) }
    return activationArena.base
  }

  /// The generation arena with room for `count` floats.
  func decodeArena(count: Int) -> UnsafeMutablePointer<Float> {
    if generationArena.count < count { generationArena = Arena(count: count) }
    return generationArena.base
  }

  /// The arena of trees with room for `count` floats.
  func treeArena(count: Int) -> UnsafeMutablePointer<Float> {
    if treeReservation.count < count { treeReservation = ReservedArena(count: count) }
    return treeReservation.base
  }

  /// Bytes of weights, gradients, activations and caches that are allocated now, trees left out.
  package var allocatedBytes: Int {
    [weightArena.count, gradientArena.count, activationArena.count, generationArena.count]
      .reduce(0) { $0 + ($1 > 0 ? Arena.bytes(count: $1) : 0) }
  }
}
