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

/// The distribution that tokens are drawn from after one prefix, prepared for any number of draws;
/// the cumulative weights lie where `prepareDraw` put them.
package struct TokenDistribution: Hashable, Sendable {
  /// The only token that can be drawn; nil if a random number decides.
  package let certainToken: Int32?
  /// Entropy, in nats, of the plain softmax of the row.
  package let entropy: Float
  /// log Σ exp of the row, as its largest logit and the rest.
  fileprivate let largest: Float
  fileprivate let logSum: Float

  /// The log-probability, under the plain softmax, of the token with some logit.
  package func logProbability(ofLogit logit: Float) -> Float { logit - largest - logSum }
}

/// Prepares to draw tokens from a row of `count` logits: repetition penalty on the tokens marked in
/// `seen`, then temperature, then top-p, then the cumulative distribution over ascending ids. At
/// temperature 0: the lowest id among the largest penalised logits.
///
/// - Parameters:
///   - cumulative: gets the `count` cumulative weights, except at temperature 0.
///   - seen: a byte for each token, not zero for those that occurred; ignored at penalty 1.
///   - scratch: `count` floats.
/// - Complexity: O(count), a few passes; with top-p about 30 more in the worst case.
package func prepareDraw(
  _ cumulative: UnsafeMutablePointer<Double>, _ logits: UnsafePointer<Float>, count: Int,
  seen: UnsafePointer<UInt8>?, draw: TokenDraw, scratch: UnsafeMutablePointer<Float>
) -> TokenDistribution {
  var row = logits
  if draw.repetitionPenalty != 1, let seen {
    for i in 0..<count {
      let z = logits[i]
      scratch[i] =
        seen[i] == 0 ? z : z < 0 ? z * draw.repetitionPenalty : z / draw.repetitionPenalty
    }
    row = UnsafePointer(scratch)
  }
  var certain: Int32?
  if draw.temperature == 0 {
    let largest = largestElement(row, count: count)
    certain = Int32((0..<count).first { row[$0] == largest } ?? 0)
  } else {
    weigh(scratch, row, count: count, temperature: draw.temperature)
    if draw.topP < 1 { keepLikeliest(scratch, count: count, share: draw.topP) }
    var total = 0.0
    var possible = 0
    for i in 0..<count {
      total += Double(scratch[i])
      cumulative[i] = total
      guard scratch[i] != 0 else { continue }
      possible += 1
      certain = Int32(i)
    }
    if possible != 1 { certain = nil }
  }
  let plain = plainStatistics(logits, count: count)
  return TokenDistribution(
    certainToken: certain, entropy: plain.entropy, largest: plain.largest, logSum: plain.logSum)
}

/// The token at `uniform` in a prepared distribution where none is certain: the first id at which the
/// cumulative weight exceeds `uniform` × the total.
///
/// - Parameters:
///   - cumulative, count: those of `prepareDraw`.
///   - uniform: in [0, 1).
package func invertDistribution(
  _ cumulative: UnsafePointer<Double>, count: Int, uniform: Float
) -> Int32 {
  let target = cumulative[count - 1] * Double(uniform)
  for token in 0..<count where cumulative[token] > target { return Int32(token) }
  return 0
}

/// Draws one token from a row of logits: `prepareDraw`, then `invertDistribution`.
///
/// - Parameter scratch: `count` floats.
package func drawToken(
  _ logits: UnsafePointer<Float>, count: Int, seen: UnsafePointer<UInt8>, draw: TokenDraw,
  uniform: Float, scratch: UnsafeMutablePointer<Float>
) -> DrawnToken {
  withUnsafeTemporaryAllocation(of: Double.self, capacity: count) { cumulative in
    let base = cumulative.baseAddress!
    let distribution = prepareDraw(
      base, logits, count: count, seen: seen, draw: draw, scratch: scratch)
    let token =
      distribution.certainToken ?? invertDistribution(base, count: count, uniform: uniform)
    return DrawnToken(
      token: token,
      logProbability: distribution.logProbability(ofLogit: logits[Int(token)]),
      entropy: distribution.entropy)
  }
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

/// The largest weight below `limit`; 0 if there is none.
@inline(__always)
private func largestWeight(
  _ weights: UnsafePointer<Float>, count: Int, below limit: Float
) -> Float {
  let limit = Vector(repeating: limit)
  var peaks = Vector.zero
  forEachVector(count) { i in
    let w = Vector.load(weights + i)
    peaks = peaks.maximum(w.replacing(with: 0, where: w .>= limit))
  } tail: { i, mask in
    let w = Vector.load(weights + i, mask)
    peaks = peaks.maximum(w.replacing(with: 0, where: w .>= limit))
  }
  return peaks.largest
}

/// Sets all weights to zero but the likeliest whose sum reaches `share` of all: token i stays if the
/// weights before it, in descending order with lower ids first among equals, sum to less. The
/// likeliest always stays.
@inline(__always)
private func keepLikeliest(
  _ weights: UnsafeMutablePointer<Float>, count: Int, share: Float
) {
  let wanted = max(mass(weights, count: count, atLeast: 0) * share, .leastNonzeroMagnitude)
  // The largest threshold whose mass suffices is a weight: one of the first few, where few tokens
  // are likely; otherwise it is found by bisection over bit patterns, which order as the numbers do
  // where these are not negative. The largest weight is 1.
  var low: UInt32 = 0
  var high = Float(1).bitPattern + 1
  for _ in 0..<4 {
    let weight = largestWeight(weights, count: count, below: Float(bitPattern: high))
    if mass(weights, count: count, atLeast: weight) >= wanted {
      low = weight.bitPattern
      high = low + 1
      break
    }
    high = weight.bitPattern
  }
  while high > low + 1 {
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

/// The largest logit, log Σ exp(logit − largest), and the entropy for p = softmax(logits).
@inline(__always)
private func plainStatistics(
  _ logits: UnsafePointer<Float>, count: Int
) -> (largest: Float, logSum: Float, entropy: Float) {
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
  return (largest, logSum, logSum - products.total / total)
}
