import Kernels
import LanguageModel

/// The samples of a batch as rows of logits with the terms of the policy objective.
///
/// What equal samples, or samples that share a prefix, have in common is computed once and their terms
/// added up: same loss, same gradient, to rounding. Where nothing but the advantage makes a loss,
/// samples whose advantages add nothing can be left out.
struct PolicyRows {
  let layout: RowLayout
  /// Row by row; within a row in the order of the first sample that goes on with the token.
  var terms: [PolicyTerm]
  /// Where the terms of each row start, and at last their number.
  let starts: [Int]
  /// The number of different samples, those that were left out included.
  let distinctSamples: Int
  /// Whether the rows are those of the tree of all samples, whose logits are there from sampling.
  let isWholeTree: Bool

  private struct Sample: Hashable {
    let prompt: [Int32]
    let tokens: [Int32]
  }

  /// What a token of a sample adds to its term, whatever the token.
  private struct Share {
    let advantage: Double
    let weight: Double
  }

  /// Terms before their sums are rounded.
  private struct Sums {
    var gain = 0.0
    var cost = 0.0
    var weight = 0.0
    var gainCount = 0
    var costCount = 0
    var count = 0

    mutating func add(_ share: Share) {
      weight += share.weight
      count += 1
      if share.advantage > 0 {
        gain += share.weight * share.advantage
        gainCount += 1
      } else if share.advantage < 0 {
        cost -= share.weight * share.advantage
        costCount += 1
      }
    }

    func term(_ token: Int32) -> PolicyTerm {
      var term = PolicyTerm(token: token)
      term.gain = Float(gain)
      term.cost = Float(cost)
      term.weight = Float(weight)
      term.gainCount = gainCount
      term.costCount = costCount
      term.count = count
      return term
    }
  }

  /// Whether no row has any gradient.
  var isIdle: Bool { terms.allSatisfy { $0.gain == 0 && $0.cost == 0 } }

  // MARK: Packed

  /// - Precondition: no sample is empty.
  /// - Complexity: O(number of tokens).
  init(packed batch: GRPOBatch, settings: GRPOSettings) {
    var sums: [Sample: Sums] = [:]
    var order: [Sample] = []
    for (index, tokens) in batch.samples.enumerated() {
      let sample = Sample(prompt: batch.prompts[index / batch.groupSize].tokens, tokens: tokens)
      if sums[sample] == nil { order.append(sample) }
      sums[sample, default: Sums()].add(Self.share(ofSample: index, batch, settings))
    }
    var packed = PackedBatch()
    var terms: [PolicyTerm] = []
    for sample in order {
      guard let sums = sums[sample],
        settings.divergenceWeight > 0 || sums.gain > 0 || sums.cost > 0
      else { continue }
      // The row before a token predicts it, so the last token needs no row of its own.
      let sequence = sample.prompt + sample.tokens.dropLast()
      packed.append(sequence, logitsAt: sample.prompt.count - 1..<sequence.count)
      terms += sample.tokens.map(sums.term)
    }
    layout = .packed(packed)
    self.terms = terms
    starts = Array(0...terms.count)
    distinctSamples = order.count
    isWholeTree = false
  }

  // MARK: Tree

  /// Samples without an advantage are left out where that leaves so few rows that another forward pass
  /// over them (a third of a step's work) is cheaper than a backward pass (two thirds) over all: at
  /// most two thirds of them.
  ///
  /// - Parameter drawn: the tree of all samples, if it is there.
  /// - Complexity: O(number of tokens).
  init(tree batch: GRPOBatch, drawn: SampleTree?, settings: GRPOSettings) {
    let whole = drawn ?? Self.tree(batch, of: Array(batch.samples.indices))
    distinctSamples = whole.distinctSamples
    let useful = batch.samples.indices.filter { batch.advantages[$0] != 0 }
    if settings.divergenceWeight == 0, !useful.isEmpty, useful.count < batch.samples.count {
      let part = Self.tree(batch, of: useful)
      if 3 * part.rowCount <= 2 * whole.rowCount {
        (terms, starts) = Self.terms(part, of: useful, batch, settings)
        layout = .tree(part)
        isWholeTree = false
        return
      }
    }
    (terms, starts) = Self.terms(whole, of: Array(batch.samples.indices), batch, settings)
    layout = .tree(whole)
    isWholeTree = true
  }

  /// The tree of some samples, with the prompts that they have.
  private static func tree(_ batch: GRPOBatch, of samples: [Int]) -> SampleTree {
    var prompts: [[Int32]] = []
    var placeOfGroup: [Int: Int] = [:]
    let placed = samples.map { index -> (prompt: Int, tokens: [Int32]) in
      let group = index / batch.groupSize
      if placeOfGroup[group] == nil {
        placeOfGroup[group] = prompts.count
        prompts.append(batch.prompts[group].tokens)
      }
      return (placeOfGroup[group] ?? 0, batch.samples[index])
    }
    return SampleTree(prompts: prompts, samples: placed)
  }

  private static func terms(
    _ tree: SampleTree, of samples: [Int], _ batch: GRPOBatch, _ settings: GRPOSettings
  ) -> (terms: [PolicyTerm], starts: [Int]) {
    var rows = [[(token: Int32, sums: Sums)]](repeating: [], count: tree.logitRows.count)
    for (sample, index) in zip(tree.samples, samples) {
      let share = share(ofSample: index, batch, settings)
      for (token, row) in zip(sample.tokens, sample.logitRows) {
        let place = rows[Int(row)].firstIndex { $0.token == token }
        if place == nil { rows[Int(row)].append((token, Sums())) }
        rows[Int(row)][place ?? rows[Int(row)].count - 1].sums.add(share)
      }
    }
    var terms: [PolicyTerm] = []
    var starts = [0]
    for row in rows {
      terms += row.map { $0.sums.term($0.token) }
      starts.append(terms.count)
    }
    return (terms, starts)
  }

  private static func share(
    ofSample index: Int, _ batch: GRPOBatch, _ settings: GRPOSettings
  ) -> Share {
    Share(advantage: batch.advantages[index], weight: batch.weight(ofSample: index, settings))
  }
}
