// How far rows of logits are from the uniform distribution and from those of another model, with
// gradients.

/// −Σ weights[i] · KL(U ‖ p_i), U uniform over the columns and p = softmax(logits / temperature):
/// what falls when a model becomes more certain of itself (self-certainty, arXiv 2505.19590, with the
/// sign of a loss). KL(U ‖ p) = −log V − mean of log p. Replaces the logits by its gradient,
/// weights[i]·(1/V − p)/temperature.
///
/// - Returns: the sum, accumulated in double precision.
package func selfCertaintyGradient(
  replacing logits: Matrix, weights: [Float], temperature: Float
) -> Double {
  precondition(weights.count == logits.rows, "\(weights.count) weights, \(logits.rows) rows")
  let scale = 1 / temperature
  let factor = Vector(repeating: scale)
  let share = 1 / Float(logits.columns)
  let logColumns = logarithm(Float(logits.columns))
  var loss = 0.0
  for i in 0..<logits.rows {
    let row = logits.base + i * logits.columns
    let (largest, logSum) = normaliser(row, count: logits.columns, scale: scale)
    let offset = Vector(repeating: -largest * scale - logSum)
    let slope = weights[i] * scale
    let even = Vector(repeating: share)
    var sums = Vector.zero
    forEachVector(logits.columns) { j in
      let logProbability = offset.addingProduct(.load(row + j), factor)
      sums += logProbability
      ((even - exponential(logProbability)) * slope).store(row + j)
    } tail: { j, mask in
      let logProbability = offset.addingProduct(.load(row + j, mask), factor)
      sums += logProbability.kept(in: mask, otherwise: .zero)
      ((even - exponential(logProbability)) * slope).store(row + j, mask)
    }
    loss += Double(weights[i]) * Double(logColumns + sums.total * share)
  }
  return loss
}

/// Σ weights[i] · KL(p_i ‖ q_i), p the softmax of the logits and q that of the reference's, both at
/// temperature 1; replaces the reference's logits by the gradient with respect to the logits,
/// scale·weights[i]·p·(log p − log q − KL).
///
/// - Parameter scale: of the gradient, not of the sum.
/// - Returns: the sum in nats, accumulated in double precision.
package func divergenceGradient(
  replacing reference: Matrix, from logits: Matrix, weights: [Float], scale: Float
) -> Double {
  precondition(weights.count == logits.rows, "\(weights.count) weights, \(logits.rows) rows")
  var sum = 0.0
  for i in 0..<logits.rows {
    let pair = RowPair(logits, reference, row: i)
    sum += Double(weights[i]) * Double(pair.divergence)
    pair.writeGradient(scale: weights[i] * scale)
  }
  return sum
}

/// The sum alone of `divergenceGradient(replacing:from:weights:scale:)`, in nats; writes nothing.
package func divergence(of logits: Matrix, from reference: Matrix, weights: [Float]) -> Double {
  precondition(weights.count == logits.rows, "\(weights.count) weights, \(logits.rows) rows")
  return (0..<logits.rows).reduce(0) {
    $0 + Double(weights[$1]) * Double(RowPair(logits, reference, row: $1).divergence)
  }
}

/// A row of logits and that of a reference, with KL(p ‖ q) of their softmaxes at temperature 1.
private struct RowPair {
  let row: UnsafeMutablePointer<Float>
  let other: UnsafeMutablePointer<Float>
  let columns: Int
  /// Added to a row's logits they are log p and log q.
  let offset: Vector
  let otherOffset: Vector
  let divergence: Float

  init(_ logits: Matrix, _ reference: Matrix, row i: Int) {
    precondition(
      reference.rows == logits.rows && reference.columns == logits.columns,
      "\(reference.rows) × \(reference.columns) reference logits for \(logits.rows) × "
        + "\(logits.columns)")
    let row = logits.base + i * logits.columns
    let other = reference.base + i * logits.columns
    let own = normaliser(row, count: logits.columns, scale: 1)
    let its = normaliser(other, count: logits.columns, scale: 1)
    let offset = Vector(repeating: -own.largest - own.logSum)
    let otherOffset = Vector(repeating: -its.largest - its.logSum)
    var sums = Vector.zero
    forEachVector(logits.columns) { j in
      let p = offset + .load(row + j)
      sums.addProduct(exponential(p), p - (otherOffset + .load(other + j)))
    } tail: { j, mask in
      let p = offset + .load(row + j, mask)
      let difference = p - (otherOffset + .load(other + j, mask))
      sums.addProduct(exponential(p), difference.kept(in: mask, otherwise: .zero))
    }
    divergence = sums.total
    (self.row, self.other, columns) = (row, other, logits.columns)
    (self.offset, self.otherOffset) = (offset, otherOffset)
  }

  /// Replaces the reference's row by scale·p·(log p − log q − KL).
  func writeGradient(scale: Float) {
    forEachVector(columns) { j in
      let p = offset + .load(row + j)
      let difference = p - (otherOffset + .load(other + j)) - divergence
      (exponential(p) * difference * scale).store(other + j)
    } tail: { j, mask in
      let p = offset + .load(row + j, mask)
      let difference = p - (otherOffset + .load(other + j, mask)) - divergence
      (exponential(p) * difference * scale).store(other + j, mask)
    }
  }
}

/// Adds one matrix to another of the same shape.
package func add(_ addend: Matrix, to sum: Matrix) {
  precondition(
    addend.rows == sum.rows && addend.columns == sum.columns, "matrices of different shapes")
  forEachVector(sum.rows * sum.columns) { j in
    (Vector.load(sum.base + j) + .load(addend.base + j)).store(sum.base + j)
  } tail: { j, mask in
    (Vector.load(sum.base + j, mask) + .load(addend.base + j, mask)).store(sum.base + j, mask)
  }
}
