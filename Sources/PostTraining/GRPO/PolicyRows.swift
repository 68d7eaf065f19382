import Kernels
import LanguageModel

/// The samples of a batch as packed sequences, with the terms of the policy objective for each row of
/// logits.
///
/// Equal samples of one prompt are computed once and their terms added up: same loss, same gradient,
/// to rounding. Where nothing but the advantage makes a loss, samples whose advantages add nothing
/// are left out.
struct PolicyRows {
  private(set) var batch = PackedBatch()
  /// One a row, in the order of `batch.logitRows`.
  var terms: [PolicyTerm] = []
  /// The number of different samples, those that were left out included.
  private(set) var distinctSamples = 0

  private struct Sample: Hashable {
    let prompt: [Int32]
    let tokens: [Int32]
  }

  /// What equal samples add up to; the token is not known yet.
  fileprivate struct Weight {
    var gain = 0.0
    var cost = 0.0
    var weight = 0.0
    var gainCount = 0
    var costCount = 0
    var count = 0
  }

  /// - Precondition: no sample is empty.
  /// - Complexity: O(number of tokens).
  init(_ batch: GRPOBatch, settings: GRPOSettings) {
    var weights: [Sample: Weight] = [:]
    var order: [Sample] = []
    for (index, tokens) in batch.samples.enumerated() {
      let sample = Sample(prompt: batch.prompts[index / batch.groupSize].tokens, tokens: tokens)
      let share = batch.weight(ofSample: index, settings)
      let advantage = batch.advantages[index]
      if weights[sample] == nil { order.append(sample) }
      var weight = weights[sample, default: Weight()]
      weight.weight += share
      weight.count += 1
      if advantage > 0 {
        weight.gain += share * advantage
        weight.gainCount += 1
      } else if advantage < 0 {
        weight.cost -= share * advantage
        weight.costCount += 1
      }
      weights[sample] = weight
    }
    distinctSamples = order.count
    for sample in order {
      guard let weight = weights[sample],
        settings.divergenceWeight > 0 || weight.gain > 0 || weight.cost > 0
      else { continue }
      // The row before a token predicts it, so the last token needs no row of its own.
      let sequence = sample.prompt + sample.tokens.dropLast()
      self.batch.append(sequence, logitsAt: sample.prompt.count - 1..<sequence.count)
      terms += sample.tokens.map { PolicyTerm($0, weight) }
    }
  }

  /// Where the terms of each row start, and at last their number.
  var starts: [Int] { Array(0...terms.count) }
}

extension PolicyTerm {
  fileprivate init(_ token: Int32, _ weight: PolicyRows.Weight) {
    self.init(token: token)
    gain = Float(weight.gain)
    cost = Float(weight.cost)
    self.weight = Float(weight.weight)
    gainCount = weight.gainCount
    costCount = weight.costCount
    count = weight.count
  }
}
