import Glibc

// What objectives and statistics need of rows of logits z: with p = softmax(z / τ), the entropy
// H = −Σ p log p and log p(target), and the gradients of weighted sums of them.

/// The largest logit of a row, and log Σ exp((z − largest)·scale).
@inline(__always)
func normaliser(
  _ row: UnsafePointer<Float>, count: Int, scale: Float
) -> (largest: Float, logSum: Float) {
  let largest = largestElement(row, count: count)
  let factor = Vector(repeating: scale)
  let offset = Vector(repeating: -largest * scale)
  var sums = Vector.zero
  forEachVector(count) { i in
    sums += exponential(offset.addingProduct(.load(row + i), factor))
  } tail: { i, mask in
    sums += exponential(offset.addingProduct(.load(row + i, mask), factor))
      .kept(in: mask, otherwise: .zero)
  }
  return (largest, logarithm(sums.total))
}

/// The natural logarithm, by way of Double so that its last bit is not the library's choice.
func logarithm(_ x: Float) -> Float { Float(log(Double(x))) }

@inline(__always)
func largestElement(_ row: UnsafePointer<Float>, count: Int) -> Float {
  let lowest = Vector(repeating: -.infinity)
  var peaks = lowest
  forEachVector(count) { i in
    peaks = peaks.maximum(.load(row + i))
  } tail: { i, mask in
    peaks = peaks.maximum(Vector.load(row + i, mask).kept(in: mask, otherwise: lowest))
  }
  return peaks.largest
}

/// H of one row and, if wanted, the log-probabilities (z − largest)·scale − logSum of all tokens.
@inline(__always)
func entropy(
  _ row: UnsafePointer<Float>, count: Int, scale: Float, largest: Float, logSum: Float
) -> Float {
  let factor = Vector(repeating: scale)
  let offset = Vector(repeating: -largest * scale - logSum)
  var sums = Vector.zero
  forEachVector(count) { i in
    let logProbability = offset.addingProduct(.load(row + i), factor)
    sums.addProduct(exponential(logProbability), logProbability)
  } tail: { i, mask in
    let logProbability = offset.addingProduct(.load(row + i, mask), factor)
    sums.addProduct(
      exponential(logProbability), logProbability.kept(in: mask, otherwise: .zero))
  }
  return -sums.total
}

/// For each row the log-probability of its target and the entropy, under softmax(logits / temperature).
///
/// - Parameters:
///   - logProbabilities: as many as rows.
///   - entropies: as many as rows.
///   - targets: a token for each row.
package func logitStatistics(
  logProbabilities: UnsafeMutablePointer<Float>, entropies: UnsafeMutablePointer<Float>,
  _ logits: Matrix, targets: [Int32], temperature: Float
) {
  precondition(targets.count == logits.rows, "\(targets.count) targets, \(logits.rows) rows")
  let scale = 1 / temperature
  for i in 0..<logits.rows {
    let row = logits.base + i * logits.columns
    let target = checked(targets[i], logits)
    let (largest, logSum) = normaliser(row, count: logits.columns, scale: scale)
    logProbabilities[i] = (row[target] - largest) * scale - logSum
    entropies[i] = entropy(
      row, count: logits.columns, scale: scale, largest: largest, logSum: logSum)
  }
}

/// Σ weights[i] · (−log p_i(targets[i])), p = softmax(logits / temperature); replaces the logits by
/// its gradient, weights[i]·(p_i − 1[target])/temperature. The loss of supervised training, and with
/// weights −advantage / (number of tokens) the one of a policy gradient.
///
/// - Returns: the sum, accumulated in double precision.
package func crossEntropyGradient(
  replacing logits: Matrix, targets: [Int32], weights: [Float], temperature: Float
) -> Double {
  precondition(targets.count == logits.rows, "\(targets.count) targets, \(logits.rows) rows")
  precondition(weights.count == logits.rows, "\(weights.count) weights, \(logits.rows) rows")
  let scale = 1 / temperature
  let factor = Vector(repeating: scale)
  var loss = 0.0
  for i in 0..<logits.rows {
    let row = logits.base + i * logits.columns
    let target = checked(targets[i], logits)
    let (largest, logSum) = normaliser(row, count: logits.columns, scale: scale)
    loss -= Double(weights[i]) * Double((row[target] - largest) * scale - logSum)
    let offset = Vector(repeating: -largest * scale - logSum)
    let slope = weights[i] * scale
    forEachVector(logits.columns) { j in
      (exponential(offset.addingProduct(.load(row + j), factor)) * slope).store(row + j)
    } tail: { j, mask in
      (exponential(offset.addingProduct(.load(row + j, mask), factor)) * slope)
        .store(row + j, mask)
    }
    row[target] -= slope
  }
  return loss
}

/// Σ weights[i] · max(H_i, floor), H the entropy in nats of p = softmax(logits / temperature);
/// replaces the logits by its gradient, −weights[i]·p·(log p + H)/temperature, and 0 for a row below
/// the floor.
///
/// - Parameter floor: entropies below it count as this and have no gradient; 0 is none.
/// - Returns: the sum, accumulated in double precision.
package func entropyGradient(
  replacing logits: Matrix, weights: [Float], temperature: Float, floor: Float = 0
) -> Double {
  precondition(weights.count == logits.rows, "\(weights.count) weights, \(logits.rows) rows")
  let scale = 1 / temperature
  let factor = Vector(repeating: scale)
  var loss = 0.0
  for i in 0..<logits.rows {
    let row = logits.base + i * logits.columns
    let (largest, logSum) = normaliser(row, count: logits.columns, scale: scale)
    let h = entropy(row, count: logits.columns, scale: scale, largest: largest, logSum: logSum)
    if floor > 0, h < floor {
      loss += Double(weights[i]) * Double(floor)
      row.update(repeating: 0, count: logits.columns)
      continue
    }
    loss += Double(weights[i]) * Double(h)
    let offset = Vector(repeating: -largest * scale - logSum)
    let slope = -weights[i] * scale
    forEachVector(logits.columns) { j in
      let logProbability = offset.addingProduct(.load(row + j), factor)
      (exponential(logProbability) * (logProbability + h) * slope).store(row + j)
    } tail: { j, mask in
      let logProbability = offset.addingProduct(.load(row + j, mask), factor)
      (exponential(logProbability) * (logProbability + h) * slope).store(row + j, mask)
    }
  }
  return loss
}

/// Σ weights[i] · H_i, H as in `entropyGradient`, without a gradient.
///
/// - Returns: the sum, accumulated in double precision.
package func weightedEntropy(
  _ logits: Matrix, weights: [Float], temperature: Float
) -> Double {
  precondition(weights.count == logits.rows, "\(weights.count) weights, \(logits.rows) rows")
  let scale = 1 / temperature
  var sum = 0.0
  for i in 0..<logits.rows where weights[i] != 0 {
    let row = logits.base + i * logits.columns
    let (largest, logSum) = normaliser(row, count: logits.columns, scale: scale)
    let h = entropy(row, count: logits.columns, scale: scale, largest: largest, logSum: logSum)
    sum += Double(weights[i]) * Double(h)
  }
  return sum
}

@inline(__always)
func checked(_ target: Int32, _ logits: Matrix) -> Int {
  precondition(
    target >= 0 && target < logits.columns, "target \(target) of \(logits.columns) logits")
  return Int(target)
}
