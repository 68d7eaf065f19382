import Testing

@testable import Kernels

@Suite struct OptimizerTests {
  @Test(arguments: [0, 1, 7, 8, 31, 33, 1024, 5003])
  func sumOfSquaresIsThatOfDoubles(_ count: Int) {
    var numbers = Numbers("squares", count)
    let values = numbers.floats(count, scale: 3)
    let expected = values.reduce(0.0) { $0 + Double($1) * Double($1) }
    let sum = values.withUnsafeBufferPointer { sumOfSquares($0) }
    #expect(abs(sum - expected) <= 1e-6 * expected)
  }

  @Test(arguments: [1, 8, 13, 64])
  func threeStepsOfAdamW(_ count: Int) {
    var numbers = Numbers("adamw", count)
    let start = numbers.floats(count)
    var (w, m, v) = (
      start.doubles, [Double](repeating: 0, count: count), [Double](repeating: 0, count: count)
    )
    let weights = Buffer(start)
    let (first, second) = (Buffer(count: count, of: 0), Buffer(count: count, of: 0))
    let (rate, decay, beta1, beta2, epsilon, scale) = (0.01, 0.1, 0.9, 0.98, 1e-8, 0.7)
    var (power1, power2) = (1.0, 1.0)
    for _ in 0..<3 {
      let gradient = numbers.floats(count)
      power1 *= beta1
      power2 *= beta2
      adamW(
        weights: weights.base, firstMoments: first.base, secondMoments: second.base,
        gradients: gradient, count: count,
        step: AdamWStep(
          learningRate: Float(rate), weightDecay: Float(decay), beta1: Float(beta1),
          beta2: Float(beta2), epsilon: Float(epsilon), correction1: Float(1 - power1),
          correction2: Float(1 - power2), gradientScale: Float(scale)))
      for i in 0..<count {
        let g = Double(gradient[i]) * scale
        w[i] *= 1 - rate * decay
        m[i] = beta1 * m[i] + (1 - beta1) * g
        v[i] = beta2 * v[i] + (1 - beta2) * g * g
        w[i] -=
          rate / (1 - power1) * m[i]
          / (v[i].squareRoot() / (1 - power2).squareRoot() + epsilon)
      }
    }
    #expect(weights.isIntact && first.isIntact && second.isIntact)
    expectClose(weights.values, w, "weights")
    expectClose(first.values, m, "first moments")
    expectClose(second.values, v, absolute: 1e-7, "second moments")
  }

  @Test func paddingStaysZero() {
    let zeros = { Buffer(count: 9, of: 0) }
    let (weights, first, second, gradients) = (zeros(), zeros(), zeros(), zeros())
    adamW(
      weights: weights.base, firstMoments: first.base, secondMoments: second.base,
      gradients: gradients.base, count: 9,
      step: AdamWStep(
        learningRate: 0.1, weightDecay: 0.1, beta1: 0.9, beta2: 0.99, epsilon: 1e-8,
        correction1: 0.1, correction2: 0.01, gradientScale: 1))
    #expect(weights.values.allSatisfy { $0 == 0 })
  }
}
