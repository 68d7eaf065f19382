import Glibc

/// How a token is drawn from a row of logits (`SamplingSettings` of the language model, in the form
/// that the kernel wants).
package struct TokenDraw: Hashable, Sendable {
  /// 0 is greedy.
  package var temperature: Float
  package var topP: Float
  package var repetitionPenalty: Float

  package init(temperature: Float, topP: Float, repetitionPenalty: Float) {
    self.temperature = temperature
    self.topP = topP
    self.repetitionPenalty = repetitionPenalty
  }
}

/// A drawn token with its log-probability and the entropy under the plain softmax of the row.
package struct DrawnToken: Hashable, Sendable {
  package var token: Int32
  package var logProbability: Float
  package var entropy: Float
}

/// Draws a token from a row of `count` logits: repetition penalty on the tokens marked in `seen`,
/// then temperature, then top-p, then the inverse of the cumulative distribution over ascending ids
/// at `uniform`. At temperature 0: the lowest id among the largest penalised logits.
///
/// - Parameters:
///   - seen: a byte for each token, not zero for those that occurred; ignored at penalty 1.
///   - scratch: `count` floats.
/// - Complexity: O(count), a few passes; with top-p about 30 more in the worst case.
package func drawToken(
  _ logits: UnsafePointer<Float>, count: Int, seen: UnsafePointer<UInt8>, draw: TokenDraw,
  uniform: Float, scratch: UnsafeMutablePointer<Float>
) -> DrawnToken {
  var row = logits
  if draw.repetitionPenalty != 1 {
    for i in 0..<count {
      let z = logits[i]
      scratch[i] =
        seen[i] == 0 ? z : z < 0 ? z * draw.repetitionPenalty : z / draw.repetitionPenalty
    }
    row = UnsafePointer(scratch)
  }
  let token: Int
  if draw.temperature == 0 {
    let largest = largestElement(row, count: count)
    token = (0..<count).first { row[$0] == largest } ?? 0
  } else {
    weigh(scratch, row, count: count, temperature: draw.temperature)
    if draw.topP < 1 { keepLikeliest(scratch, count: count, share: draw.topP) }
    token = invert(scratch, count: count, uniform: uniform)
  }
  let (logProbability, entropy) = plainStatistics(logits, count: count, token: token)
  return DrawnToken(token: Int32(token), logProbability: logProbability, entropy: entropy)
}

/// weights = exp((logits − largest) / temperature).
@inline(__always)
private func weigh(
  _ weights: UnsafeMutablePointer<Float>, _ logits: UnsafePointer<Float>, count: Int,
  temperature: Float
) {
  let largest = largestElement(logits, count: count)
  forEachVector(count) { i in
    exponential((Vector.load(logits + i) - largest) / temperature).store(weights + i)
  } tail: { i, mask in
    exponential((Vector.load(logits + i, mask) - largest) / temperature).store(weights + i, mask)
  }
}

/// Σ of the weights that are at least `threshold`.
@inline(__always)
private func mass(
  _ weights: UnsafePointer<Float>, count: Int, atLeast threshold: Float
) -> Float {
  let limit = Vector(repeating: threshold)
  var sums = Vector.zero
  forEachVector(count) { i in
    let w = Vector.load(weights + i)
    sums += w.replacing(with: 0, where: w .< limit)
  } tail: { i, mask in
    let w = Vector.load(weights + i, mask)
    sums += w.replacing(with: 0, where: w .< limit)
  }
  return sums.total
}

/// Sets all weights to zero but the likeliest whose sum reaches `share` of all: token i stays if the
/// weights before it, in descending order with lower ids first among equals, sum to less. The
/// likeliest always stays.
@inline(__always)
private func keepLikeliest(
  _ weights: UnsafeMutablePointer<Float>, count: Int, share: Float
) {
  let wanted = max(mass(weights, count: count, atLeast: 0) * share, .leastNonzeroMagnitude)
  // The largest threshold whose mass suffices, by bisection over bit patterns, which order as the
  // numbers do where these are not negative. The largest weight is 1.
  var low: UInt32 = 0
  var high = Float(1).bitPattern + 1
  while high - low > 1 {
    let middle = low + (high - low) / 2
    if mass(weights, count: count, atLeast: Float(bitPattern: middle)) >= wanted {
      low = middle
    } else {
      high = middle
    }
  }
  let threshold = Float(bitPattern: low)
  var missing = wanted - mass(weights, count: count, atLeast: Float(bitPattern: high))
  for i in 0..<count where weights[i] <= threshold {
    if weights[i] == threshold && missing > 0 {
      missing -= threshold
    } else {
      weights[i] = 0
    }
  }
}

/// The first id at which the cumulative sum of the weights exceeds `uniform` × their total.
@inline(__always)
private func invert(_ weights: UnsafePointer<Float>, count: Int, uniform: Float) -> Int {
  var total = 0.0
  for i in 0..<count { total += Double(weights[i]) }
  let target = total * Double(uniform)
  var sum = 0.0
  for i in 0..<count {
    sum += Double(weights[i])
    if sum > target { return i }
  }
  return 0
}

/// log p(token) and the entropy for p = softmax(logits).
@inline(__always)
private func plainStatistics(
  _ logits: UnsafePointer<Float>, count: Int, token: Int
) -> (logProbability: Float, entropy: Float) {
  let largest = largestElement(logits, count: count)
  var sums = Vector.zero
  var products = Vector.zero
  forEachVector(count) { i in
    let difference = Vector.load(logits + i) - largest
    let e = exponential(difference)
    sums += e
    products.addProduct(e, difference)
  } tail: { i, mask in
    let difference = (Vector.load(logits + i, mask) - largest)
    let e = exponential(difference).kept(in: mask, otherwise: .zero)
    sums += e
    products.addProduct(e, difference.kept(in: mask, otherwise: .zero))
  }
  let total = sums.total
  let logSum = logarithm(total)
  return (logits[token] - largest - logSum, logSum - products.total / total)
}
