import Glibc
import Kernels
import Keys
import LanguageModel
import Testing

@testable import PostTraining

@Suite("Objectives of whole samples")
struct SequenceObjectiveTests {
  private func terms(
    _ objective: MinimisedObjective, _ samples: [(prompt: Int, log: Double, answer: Int?)]
  ) -> (value: Double, slopes: [Double]) {
    SequenceObjective(objective: objective, smoothing: 0.1).terms(
      samples.map {
        SequenceObjective.Sample(prompt: $0.prompt, logProbability: $0.log, answer: $0.answer)
      })
  }

  private func expectClose(_ actual: [Double], _ expected: [Double]) {
    #expect(actual.count == expected.count)
    for (one, other) in zip(actual, expected) { #expect(abs(one - other) < 1e-12) }
  }

  @Test("checked by hand")
  func byHand() {
    let entropy = terms(
      .sequenceLogProbability, [(0, -1, nil), (1, -9, nil), (0, -3, nil), (0, -2, nil)])
    #expect(entropy.value == 15.0 / 4)
    // The others' means are -2.5, none, -1.5, -2.
    expectClose(entropy.slopes, [-1.5 / 4, 0, 1.5 / 4, 0])
    let probability = terms(.sequenceProbability, [(0, log(0.5), nil), (0, log(0.1), nil)])
    expectClose([probability.value], [-0.3])
    expectClose(probability.slopes, [-0.3, -0.1])
    // Shares 1/2, 1/2, 1/4, 1/4: 3/2 bits. One without an answer agrees with no other.
    let answers = terms(
      .answerEntropy, [(0, -1, 7), (0, -1, nil), (0, -1, 7), (0, -1, nil), (1, -1, 7)])
    expectClose([answers.value], [1.5 * log(2.0) * 4 / 5])
    let step = log(2.0) / 2 / 5
    expectClose(answers.slopes, [-step, step, -step, step, 0])
  }

  @Test("samples that all agree have nothing to teach")
  func agreement() {
    let answers = terms(.answerEntropy, [(0, -1, 7), (0, -2, 7), (0, -5, 7)])
    #expect(answers.value == 0 && answers.slopes.allSatisfy { $0 == 0 })
    let one = terms(.sequenceLogProbability, [(0, -4, 7)])
    #expect(one.value == 4 && one.slopes == [0])
  }

  /// What the estimates estimate: over all samples of a small policy, the mean slope times gradient is
  /// the gradient of the exact value.
  @Test("the estimates' means are the exact gradients", arguments: 0..<4)
  func exactGradients(seed: UInt64) {
    var generator = RandomStream(seed: seed, purpose: RandomPurpose("test/sequence")).generator(0)
    let z = (0..<3).map { _ in 2 * generator.unit() - 1 }
    func policy(_ z: [Double]) -> [Double] {
      let total = z.reduce(0) { $0 + exp($1) }
      return z.map { exp($0) / total }
    }
    let p = policy(z)
    func mean(_ objective: MinimisedObjective) -> [Double] {
      // All pairs of samples, with their probabilities.
      var gradient = [0.0, 0, 0]
      for a in 0..<3 {
        for b in 0..<3 {
          let slopes = SequenceObjective(objective: objective, smoothing: 0).terms(
            [a, b].map {
              SequenceObjective.Sample(prompt: 0, logProbability: log(p[$0]), answer: nil)
            }
          ).slopes
          for j in 0..<3 {
            for (sample, slope) in zip([a, b], slopes) {
              gradient[j] += p[a] * p[b] * slope * ((sample == j ? 1 : 0) - p[j])
            }
          }
        }
      }
      return gradient
    }
    func numeric(_ value: ([Double]) -> Double) -> [Double] {
      (0..<3).map { j in
        var (above, below) = (z, z)
        above[j] += 1e-5
        below[j] -= 1e-5
        return (value(policy(above)) - value(policy(below))) / 2e-5
      }
    }
    let entropy = numeric { -$0.reduce(0) { $0 + $1 * log($1) } }
    for (one, other) in zip(mean(.sequenceLogProbability), entropy) {
      #expect(abs(one - other) < 1e-8)
    }
    // The published form leaves out a factor of 2.
    let probability = numeric { -$0.reduce(0) { $0 + $1 * $1 } / 2 }
    for (one, other) in zip(mean(.sequenceProbability), probability) {
      #expect(abs(one - other) < 1e-8)
    }
  }

  @Test("the gradient of weighted log-probabilities against finite differences", arguments: 0..<6)
  func finiteDifferences(seed: UInt64) {
    var generator = RandomStream(seed: seed, purpose: RandomPurpose("test/terms")).generator(0)
    let samples: [(prompt: Int, tokens: [Int32])] = (0..<6).map { _ in
      (
        generator.below(2),
        (0..<1 + generator.below(4)).map { _ in Int32(generator.below(3)) }
      )
    }
    let counted = CountedTokens(mask: LossMask.allCases[Int(seed) % 3], lateFraction: 0.5)
    let tree = SampleTree(prompts: [[1, 2], [3]], samples: samples)
    var terms = SampleTerms(tree: tree, counted: counted)
    let columns = 5
    let logits = (0..<tree.logitRows.count * columns).map { _ in Float(4 * generator.unit() - 2) }
    let slopes = samples.map { _ in 2 * generator.unit() - 1 }
    func logProbability(_ sample: Int, _ z: [Double]) -> Double {
      let tokens = tree.samples[sample].tokens
      let first = counted.skipped(of: tokens.count)
      return (first..<tokens.count).reduce(0) { sum, position in
        let row = tree.row(sample: sample, position: position)
        let scaled = z[row * columns..<(row + 1) * columns].map { $0 / 0.7 }
        let logSum = log(scaled.reduce(0) { $0 + exp($1) })
        return sum + scaled[Int(tokens[position])] - logSum
      }
    }
    var gradient = logits
    gradient.withUnsafeMutableBufferPointer { buffer in
      let matrix = Matrix(
        base: buffer.baseAddress!, rows: tree.logitRows.count, columns: columns)
      let sums = terms.logProbabilities(matrix, temperature: 0.7)
      for (index, sum) in sums.enumerated() {
        #expect(abs(sum - logProbability(index, logits.map(Double.init))) < 1e-5)
      }
      terms.gradient(replacing: matrix, slopes: slopes, temperature: 0.7)
    }
    for j in logits.indices {
      func loss(_ step: Double) -> Double {
        var z = logits.map(Double.init)
        z[j] += step
        return slopes.indices.reduce(0) { $0 + slopes[$1] * logProbability($1, z) }
      }
      #expect(abs(Double(gradient[j]) - (loss(1e-5) - loss(-1e-5)) / 2e-5) < 1e-5)
    }
  }

  @Test("the mask late counts the last tokens, at least one")
  func lateTokens() {
    let late = CountedTokens(mask: .late, lateFraction: 0.1)
    #expect([0, 1, 9, 10, 11, 30].map { late.skipped(of: $0) } == [0, 0, 8, 9, 9, 27])
    #expect(CountedTokens(mask: .late, lateFraction: 1).skipped(of: 7) == 0)
  }
}
