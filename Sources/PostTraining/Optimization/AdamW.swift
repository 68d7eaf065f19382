import Glibc
import Kernels
import LanguageModel

/// What decides an update besides the learning rate.
package struct AdamWSettings: Hashable, Sendable {
  package var beta1: Double
  package var beta2: Double
  package var epsilon: Double
  package var weightDecay: Double
  /// The largest norm of the gradient over all weights; a longer one is scaled down to it.
  package var clip: Double

  package init(
    beta1: Double = 0.9, beta2: Double = 0.999, epsilon: Double = 1e-8, weightDecay: Double,
    clip: Double
  ) {
    self.beta1 = beta1
    self.beta2 = beta2
    self.epsilon = epsilon
    self.weightDecay = weightDecay
    self.clip = clip
  }
}

/// AdamW (Loshchilov and Hutter, "Decoupled weight decay regularization", ICLR 2019) with the
/// arithmetic of `torch.optim.AdamW` after `torch.nn.utils.clip_grad_norm_`.
///
/// All weights decay, gains of norms included: that is what PyTorch does when it is given all
/// parameters in one group, as the released code of the paper does.
package final class AdamW {
  package let settings: AdamWSettings
  /// How many updates were made.
  package private(set) var updates: Int
  private let first: Arena
  private let second: Arena

  /// - Parameters:
  ///   - count: the number of weights, as in `Transformer.weights`.
  ///   - updates: how many were made before, for an optimizer whose moments are then filled in.
  package init(_ settings: AdamWSettings, count: Int, updates: Int = 0) {
    self.settings = settings
    self.updates = updates
    first = Arena(count: count)
    second = Arena(count: count)
  }

  /// The running means of the gradient, in the layout of `Transformer.weights`.
  package var firstMoments: UnsafeMutableBufferPointer<Float> { first.floats }
  /// The running means of the squared gradient.
  package var secondMoments: UnsafeMutableBufferPointer<Float> { second.floats }

  /// Updates the weights of `model` from its gradients, which are left as they are.
  ///
  /// - Returns: the norm of the gradient before clipping. Where it is not finite, nothing changes.
  package func update(_ model: Transformer, learningRate: Double) -> Double {
    let weights = model.weights
    let gradients = model.gradients
    precondition(weights.count == first.count, "an optimizer of another model")
    let norm = sumOfSquares(UnsafeBufferPointer(gradients)).squareRoot()
    guard norm.isFinite, let weightBase = weights.baseAddress,
      let gradientBase = gradients.baseAddress
    else { return norm }
    updates += 1
    // The moments are kept with the betas as floats, so their corrections are made from those too.
    let beta1 = Float(settings.beta1)
    let beta2 = Float(settings.beta2)
    let step = AdamWStep(
      learningRate: Float(learningRate), weightDecay: Float(settings.weightDecay), beta1: beta1,
      beta2: beta2, epsilon: Float(settings.epsilon),
      correction1: Float(1 - pow(Double(beta1), Double(updates))),
      correction2: Float(1 - pow(Double(beta2), Double(updates))),
      // PyTorch's clip_grad_norm_ adds 1e-6 to the norm.
      gradientScale: Float(min(1, settings.clip / (norm + 1e-6))))
    adamW(
      weights: weightBase, firstMoments: first.base, secondMoments: second.base,
      gradients: gradientBase, count: weights.count, step: step)
    return norm
  }
}
