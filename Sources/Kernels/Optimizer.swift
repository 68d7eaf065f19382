/// Σ x², accumulated in double precision: the square of the global gradient norm.
package func sumOfSquares(_ values: UnsafeBufferPointer<Float>) -> Double {
  guard let base = values.baseAddress else { return 0 }
  // Single precision within a block, so that no sum grows long.
  let blockSize = 1024
  var total = 0.0
  for start in stride(from: 0, to: values.count, by: blockSize) {
    let count = min(blockSize, values.count - start)
    let block = base + start
    var sums = InlineArray<4, Vector>(repeating: .zero)
    var i = 0
    while i + 32 <= count {
      for part in 0..<4 {
        let v = Vector.load(block + i + 8 * part)
        sums[unchecked: part].addProduct(v, v)
      }
      i += 32
    }
    forEachVector(count - i) { j in
      let v = Vector.load(block + i + j)
      sums[unchecked: 0].addProduct(v, v)
    } tail: { j, mask in
      let v = Vector.load(block + i + j, mask)
      sums[unchecked: 0].addProduct(v, v)
    }
    total += Double((sums[0] + sums[1] + (sums[2] + sums[3])).total)
  }
  return total
}

/// The numbers of one AdamW update (Loshchilov and Hutter 2019), in the form and order of PyTorch's:
/// w ← w·(1 − rate·decay); m ← β₁m + (1−β₁)g; v ← β₂v + (1−β₂)g²;
/// w ← w − rate/(1−β₁ᵗ) · m / (√v/√(1−β₂ᵗ) + ε).
package struct AdamWStep: Hashable, Sendable {
  package var learningRate: Float
  package var weightDecay: Float
  package var beta1: Float
  package var beta2: Float
  /// Above zero, so that padding stays zero.
  package var epsilon: Float
  /// 1 − β₁ᵗ at this step t = 1, 2, …
  package var correction1: Float
  /// 1 − β₂ᵗ.
  package var correction2: Float
  /// Gradients are multiplied by it first: the clipping of the gradient norm.
  package var gradientScale: Float

  package init(
    learningRate: Float, weightDecay: Float, beta1: Float, beta2: Float, epsilon: Float,
    correction1: Float, correction2: Float, gradientScale: Float
  ) {
    self.learningRate = learningRate
    self.weightDecay = weightDecay
    self.beta1 = beta1
    self.beta2 = beta2
    self.epsilon = epsilon
    self.correction1 = correction1
    self.correction2 = correction2
    self.gradientScale = gradientScale
  }
}

/// Updates `count` weights and their moments.
package func adamW(
  weights: UnsafeMutablePointer<Float>, firstMoments: UnsafeMutablePointer<Float>,
  secondMoments: UnsafeMutablePointer<Float>, gradients: UnsafePointer<Float>, count: Int,
  step: AdamWStep
) {
  let keep = Vector(repeating: 1 - step.learningRate * step.weightDecay)
  let rate = Vector(repeating: -step.learningRate / step.correction1)
  let inverseRoot = 1 / step.correction2.squareRoot()
  let (beta1, beta2) = (Vector(repeating: step.beta1), Vector(repeating: step.beta2))
  @inline(__always)
  func update(
    _ w: Vector, _ m: Vector, _ v: Vector, _ gradient: Vector
  ) -> (w: Vector, m: Vector, v: Vector) {
    let g = gradient * step.gradientScale
    let first = (g * (1 - step.beta1)).addingProduct(m, beta1)
    let second = (g * g * (1 - step.beta2)).addingProduct(v, beta2)
    let denominator = second.squareRoots * inverseRoot + step.epsilon
    return ((w * keep).addingProduct(rate, first / denominator), first, second)
  }
  forEachVector(count) { i in
    let new = update(
      .load(weights + i), .load(firstMoments + i), .load(secondMoments + i),
      .load(gradients + i))
    new.w.store(weights + i)
    new.m.store(firstMoments + i)
    new.v.store(secondMoments + i)
  } tail: { i, mask in
    let new = update(
      .load(weights + i, mask), .load(firstMoments + i, mask), .load(secondMoments + i, mask),
      .load(gradients + i, mask))
    new.w.store(weights + i, mask)
    new.m.store(firstMoments + i, mask)
    new.v.store(secondMoments + i, mask)
  }
}
