import Kernels
import LanguageModel

/// The counted tokens of an update's samples as terms of the policy objective: samples that share a
/// row and go on with the same token share a term. For objectives of whole samples.
struct SampleTerms {
  /// Row by row.
  private(set) var terms: [PolicyTerm]
  /// Where the terms of each row start, and at last their number.
  private(set) var starts: [Int]
  /// For each sample the terms of its counted tokens.
  private(set) var ofSample: [[Int]]

  /// - Parameters:
  ///   - rowCount: of the logits.
  ///   - samples: for each the counted tokens with the rows that predict them.
  /// - Complexity: O(number of tokens · samples that part at a row).
  init(rowCount: Int, samples: [[(token: Int32, row: Int)]]) {
    var tokens = [[Int32]](repeating: [], count: rowCount)
    let places = samples.map { sample in
      sample.map { token, row in
        if let place = tokens[row].firstIndex(of: token) { return (row: row, place: place) }
        tokens[row].append(token)
        return (row: row, place: tokens[row].count - 1)
      }
    }
    var terms: [PolicyTerm] = []
    var starts = [0]
    for row in tokens {
      terms += row.map { PolicyTerm(token: $0) }
      starts.append(terms.count)
    }
    ofSample = places.map { sample in sample.map { starts[$0.row] + $0.place } }
    self.terms = terms
    self.starts = starts
  }

  init(tree: SampleTree, counted: CountedTokens) {
    self.init(
      rowCount: tree.logitRows.count,
      samples: tree.samples.map { sample in
        zip(sample.tokens, sample.logitRows).dropFirst(counted.skipped(of: sample.tokens.count))
          .map { (token: $0, row: Int($1)) }
      })
  }

  init(packed rows: WeightedRows, samples: [(prompt: Int, tokens: [Int32])]) {
    self.init(
      rowCount: rows.weights.count,
      samples: zip(samples, rows.rowsOfSample).map { sample, rows in
        zip(sample.tokens.suffix(rows.count), rows).map { (token: $0, row: $1) }
      })
  }

  /// log π of each sample: the sum over its counted tokens, under softmax(logits / temperature).
  mutating func logProbabilities(_ logits: Matrix, temperature: Float) -> [Double] {
    recordReference(logits, terms: &terms, starts: starts, temperature: temperature)
    return ofSample.map { sample in
      sample.reduce(0) { $0 + Double(terms[$1].referenceLogProbability) }
    }
  }

  /// Replaces the logits by the gradient of Σ slopes[i] · log π(sample i).
  mutating func gradient(replacing logits: Matrix, slopes: [Double], temperature: Float) {
    var sums = [Double](repeating: 0, count: terms.count)
    for (sample, slope) in zip(ofSample, slopes) {
      for term in sample { sums[term] += slope }
    }
    for (index, sum) in sums.enumerated() {
      terms[index].gain = Float(max(0, -sum))
      terms[index].cost = Float(max(0, sum))
    }
    // The policy is the one that the slopes belong to: every ratio is 1 and no clip acts.
    let objective = PolicyObjective(
      temperature: temperature, clipLow: 0, clipHigh: 0, divergenceWeight: 0)
    _ = policyGradient(
      replacing: logits, terms: &terms, starts: starts, objective: objective, recordingOld: true)
  }
}
