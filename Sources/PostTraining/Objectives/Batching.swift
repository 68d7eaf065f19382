/// How the samples of an update are computed. Same samples, loss and gradient, to rounding.
package enum Batching: CaseIterable, Sendable {
  /// Each distinct prefix once, and its forward pass only once, when it is sampled.
  case tree
  /// Each sample on its own: the reference.
  case plain
}
