import Glibc
import Problems

/// The objectives of whole samples: their value, and what each sample's log π is to be multiplied by
/// so that the gradient of the sum Σ slope·log π(sample), the slopes held fixed, is the estimate of
/// the objective's gradient. All are score-function estimates (Williams 1992) from samples that are
/// taken to be drawn from π; where sampling and loss differ in temperature or top-p, they are those of
/// the samples at hand.
struct SequenceObjective {
  let objective: MinimisedObjective
  /// α of RLSC: a weight that every sample has beside its probability.
  let smoothing: Double

  /// One of an update's samples.
  struct Sample {
    /// Its prompt; samples are compared within their prompt.
    let prompt: Int
    let logProbability: Double
    /// The marked answer; `nil` where there is no well-formed one.
    let answer: Int?
  }

  /// - Complexity: O(number of samples · answers of a prompt).
  func terms(_ samples: [Sample]) -> (value: Double, slopes: [Double]) {
    switch objective {
    case .sequenceLogProbability: Self.entropy(samples)
    case .sequenceProbability: probability(samples)
    case .answerEntropy: Self.answerEntropy(samples)
    case .entropy, .selfCertainty: preconditionFailure("\(objective) is made of tokens")
    }
  }

  /// H(Y) = −E log π(y), with ∇H = −E (log π(y) − b) ∇log π(y) for any b that does not depend on y:
  /// here the mean of the prompt's other samples, which makes (x − mean of all) · n / (n − 1).
  private static func entropy(_ samples: [Sample]) -> (value: Double, slopes: [Double]) {
    let total = Double(samples.count)
    var slopes = [Double](repeating: 0, count: samples.count)
    for group in groups(samples) {
      let mean = group.reduce(0) { $0 + samples[$1].logProbability } / Double(group.count)
      guard group.count > 1 else { continue }
      let scale = Double(group.count) / Double(group.count - 1) / total
      for index in group { slopes[index] = (mean - samples[index].logProbability) * scale }
    }
    return (-samples.reduce(0) { $0 + $1.logProbability } / total, slopes)
  }

  /// −E π(y), whose gradient is −2 E π(y) ∇log π(y). The published loss leaves out the 2 and adds α
  /// to each π(y), so that samples too long to be probable teach something too.
  private func probability(_ samples: [Sample]) -> (value: Double, slopes: [Double]) {
    let total = Double(samples.count)
    let probabilities = samples.map { exp($0.logProbability) }
    return (
      -probabilities.reduce(0, +) / total, probabilities.map { -($0 + smoothing) / total }
    )
  }

  /// H(C) = −Σ P(c) log P(c) over the answers c of a prompt, with ∇H = −E (log P(c(y)) − b)
  /// ∇log π(y); P is estimated by the shares in the batch and b is −H. The mean over the samples of
  /// their prompts' entropies. A sample without a well-formed answer agrees with no other: it is a
  /// cluster of its own.
  private static func answerEntropy(_ samples: [Sample]) -> (value: Double, slopes: [Double]) {
    let total = Double(samples.count)
    var slopes = [Double](repeating: 0, count: samples.count)
    var value = 0.0
    for group in groups(samples) {
      var counts: [Int: Int] = [:]
      for index in group {
        if let answer = samples[index].answer { counts[answer, default: 0] += 1 }
      }
      let logShares = group.map { index in
        let size = samples[index].answer.flatMap { counts[$0] } ?? 1
        return log(Double(size) / Double(group.count))
      }
      let mean = logShares.reduce(0, +) / Double(group.count)
      for (index, share) in zip(group, logShares) { slopes[index] = (mean - share) / total }
      value -= mean * Double(group.count) / total
    }
    return (value, slopes)
  }

  /// The samples of each prompt, as indices.
  private static func groups(_ samples: [Sample]) -> [[Int]] {
    var places: [Int: Int] = [:]
    var groups: [[Int]] = []
    for (index, sample) in samples.enumerated() {
      if let place = places[sample.prompt] {
        groups[place].append(index)
      } else {
        places[sample.prompt] = groups.count
        groups.append([index])
      }
    }
    return groups
  }
}
