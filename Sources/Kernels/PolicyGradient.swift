import Glibc

// The clipped policy objective of GRPO on rows of logits. Samples that share a row (the same prompt
// and the same tokens before it) and go on with the same token have the same probability ratio, so
// their advantages only have to be added up, those above zero and those below zero apart, because
// the clip treats the two differently. A row then costs one softmax however many samples share it.

/// The samples that go on with one token after the row that the term belongs to.
package struct PolicyTerm: Hashable, Sendable {
  package let token: Int32
  /// Σ w·A over the samples whose advantage A is above zero; w weighs one token of a sample.
  package var gain: Float = 0
  /// Σ w·|A| over those whose advantage is below zero.
  package var cost: Float = 0
  /// Σ w over all of them: the weight of the divergence from the reference.
  package var weight: Float = 0
  /// How many samples make up `gain`, how many `cost`, and how many there are in all.
  package var gainCount = 0
  package var costCount = 0
  package var count = 0
  /// log π(token) of the policy that the samples were drawn from.
  package var oldLogProbability: Float = 0
  /// log π(token) of the policy to stay near to; means nothing without a divergence weight.
  package var referenceLogProbability: Float = 0

  package init(token: Int32) {
    self.token = token
  }
}

/// What the objective is, beside its terms.
package struct PolicyObjective: Hashable, Sendable {
  /// Logits are divided by it, as they are when sampling.
  package var temperature: Float
  /// The ratio of probabilities counts down to 1 − `clipLow` where the advantage is below zero,
  package var clipLow: Float
  /// and up to 1 + `clipHigh` where it is above zero.
  package var clipHigh: Float
  /// β, the weight of the divergence from the reference.
  package var divergenceWeight: Float

  package init(temperature: Float, clipLow: Float, clipHigh: Float, divergenceWeight: Float) {
    self.temperature = temperature
    self.clipLow = clipLow
    self.clipHigh = clipHigh
    self.divergenceWeight = divergenceWeight
  }
}

/// Sums over all terms, in double precision.
package struct PolicySums: Hashable, Sendable {
  /// What is minimised.
  package var loss = 0.0
  /// Σ over tokens of samples of the estimated divergence from the reference, in nats, unweighted.
  package var divergence = 0.0
  /// Tokens of samples whose ratio is clipped, so that they have no gradient but the divergence's.
  package var clipped = 0

  /// Of no terms.
  package init() {}
}

/// The loss Σ over rows and terms of
///
///     −gain·min(r, 1 + clipHigh) + cost·max(r, 1 − clipLow) + β·weight·(e^d − d − 1),
///
/// with p = softmax(logits / temperature), r = p(token) / e^oldLogProbability and
/// d = referenceLogProbability − log p(token); replaces the logits by its gradient. The first two
/// parts are PPO's clipped objective (Schulman et al., arXiv 1707.06347) with the two bounds apart
/// (DAPO, arXiv 2503.14476), the last one is the estimator of the divergence that GRPO takes
/// (DeepSeekMath, arXiv 2402.03300, equation 4).
///
/// - Parameters:
///   - terms: those of row i at `starts[i]..<starts[i + 1]`, with distinct tokens.
///   - recordingOld: the policy is the one that sampled: every ratio is 1, and the terms' old
///     log-probabilities are set to the present ones.
/// - Complexity: O(rows · columns + terms).
package func policyGradient(
  replacing logits: Matrix, terms: inout [PolicyTerm], starts: [Int], objective: PolicyObjective,
  recordingOld: Bool
) -> PolicySums {
  precondition(
    starts.count == logits.rows + 1 && starts.last == terms.count,
    "\(starts.count) starts of \(terms.count) terms for \(logits.rows) rows")
  let scale = 1 / objective.temperature
  let factor = Vector(repeating: scale)
  var sums = PolicySums()
  var slopes: [Float] = []
  for i in 0..<logits.rows {
    let row = logits.base + i * logits.columns
    let (largest, logSum) = normaliser(row, count: logits.columns, scale: scale)
    slopes.removeAll(keepingCapacity: true)
    var total: Float = 0
    for k in starts[i]..<starts[i + 1] {
      let token = checked(terms[k].token, logits)
      let logProbability = (row[token] - largest) * scale - logSum
      if recordingOld { terms[k].oldLogProbability = logProbability }
      let slope = sums.add(terms[k], logProbability, objective) * scale
      slopes.append(slope)
      total += slope
    }
    let offset = Vector(repeating: -largest * scale - logSum)
    forEachVector(logits.columns) { j in
      (exponential(offset.addingProduct(.load(row + j), factor)) * -total).store(row + j)
    } tail: { j, mask in
      (exponential(offset.addingProduct(.load(row + j, mask), factor)) * -total)
        .store(row + j, mask)
    }
    for (slope, k) in zip(slopes, starts[i]..<starts[i + 1]) {
      row[Int(terms[k].token)] += slope
    }
  }
  return sums
}

extension PolicySums {
  /// Adds a term and returns the derivative of its loss by log p(token).
  @inline(__always)
  fileprivate mutating func add(
    _ term: PolicyTerm, _ logProbability: Float, _ objective: PolicyObjective
  ) -> Float {
    let ratio = exp(Double(logProbability) - Double(term.oldLogProbability))
    let highest = 1 + Double(objective.clipHigh)
    let lowest = 1 - Double(objective.clipLow)
    loss += Double(term.cost) * max(ratio, lowest) - Double(term.gain) * min(ratio, highest)
    var slope = 0.0
    if ratio > highest {
      clipped += term.gainCount
    } else {
      slope -= Double(term.gain) * ratio
    }
    if ratio < lowest {
      clipped += term.costCount
    } else {
      slope += Double(term.cost) * ratio
    }
    if objective.divergenceWeight > 0 {
      let difference = Double(term.referenceLogProbability) - Double(logProbability)
      let excess = expm1(difference)
      let weight = Double(objective.divergenceWeight) * Double(term.weight)
      loss += weight * (excess - difference)
      divergence += Double(term.count) * (excess - difference)
      slope -= weight * excess
    }
    return Float(slope)
  }
}

/// The log-probability of each term's token under softmax(logits / temperature), into its
/// `referenceLogProbability`.
///
/// - Parameter starts: as in `policyGradient`.
package func recordReference(
  _ logits: Matrix, terms: inout [PolicyTerm], starts: [Int], temperature: Float
) {
  precondition(
    starts.count == logits.rows + 1 && starts.last == terms.count,
    "\(starts.count) starts of \(terms.count) terms for \(logits.rows) rows")
  let scale = 1 / temperature
  for i in 0..<logits.rows {
    let row = logits.base + i * logits.columns
    let (largest, logSum) = normaliser(row, count: logits.columns, scale: scale)
    for k in starts[i]..<starts[i + 1] {
      let token = checked(terms[k].token, logits)
      terms[k].referenceLogProbability = (row[token] - largest) * scale - logSum
    }
  }
}
