import Glibc
import Testing

@testable import Kernels

@Suite struct PolicyGradientTests {
  /// One token of one sample, as the papers write the objective.
  private struct Sample {
    let row: Int
    let token: Int
    let advantage: Double
    let weight: Double
  }

  private struct Case {
    let columns: Int
    let logits: [Float]
    let samples: [Sample]
    /// By row and token.
    let old: [[Double]]
    let reference: [[Double]]
    let objective: PolicyObjective

    /// Rows with several samples, some of them with the same token.
    init(rows: Int, columns: Int, temperature: Float, divergenceWeight: Float) {
      var numbers = Numbers("policy", 100 * rows + columns)
      self.columns = columns
      let logits = numbers.floats(rows * columns, scale: 2)
      self.logits = logits
      func logProbabilities(moved amount: Double, _ numbers: inout Numbers) -> [[Double]] {
        let moved = zip(logits, numbers.floats(rows * columns, scale: amount)).map {
          Double($0 + $1)
        }
        return (0..<rows).map {
          LogitsTests.logProbabilities(
            Array(moved[$0 * columns..<($0 + 1) * columns]), Double(temperature))
        }
      }
      // Far enough away for ratios on both sides of both bounds.
      old = logProbabilities(moved: 0.4, &numbers)
      reference = logProbabilities(moved: 0.8, &numbers)
      samples = (0..<rows).flatMap { row in
        (0..<1 + numbers.below(6)).map { _ in
          Sample(
            row: row, token: numbers.below(min(columns, 4)),
            advantage: Double(numbers.floats(1, scale: 2)[0]),
            weight: Double(abs(numbers.floats(1)[0])))
        }
      }
      objective = PolicyObjective(
        temperature: temperature, clipLow: 0.1, clipHigh: 0.2, divergenceWeight: divergenceWeight)
    }

    var terms: (terms: [PolicyTerm], starts: [Int]) {
      var terms: [PolicyTerm] = []
      var starts = [0]
      for row in 0..<logits.count / columns {
        for token in 0..<columns {
          let own = samples.filter { $0.row == row && $0.token == token }
          if own.isEmpty { continue }
          var term = PolicyTerm(token: Int32(token))
          let (gains, costs) = (own.filter { $0.advantage > 0 }, own.filter { $0.advantage < 0 })
          term.gain = Float(gains.reduce(0) { $0 + $1.weight * $1.advantage })
          term.cost = Float(costs.reduce(0) { $0 - $1.weight * $1.advantage })
          term.weight = Float(own.reduce(0) { $0 + $1.weight })
          (term.gainCount, term.costCount, term.count) = (gains.count, costs.count, own.count)
          term.oldLogProbability = Float(old[row][token])
          term.referenceLogProbability = Float(reference[row][token])
          terms.append(term)
        }
        starts.append(terms.count)
      }
      return (terms, starts)
    }

    /// Sample by sample, by the definition.
    func loss(_ z: [Double]) -> (loss: Double, divergence: Double, clipped: Int) {
      var sums = (loss: 0.0, divergence: 0.0, clipped: 0)
      for sample in samples {
        let row = Array(z[sample.row * columns..<(sample.row + 1) * columns])
        let p = LogitsTests.logProbabilities(row, Double(objective.temperature))[sample.token]
        let ratio = exp(p - old[sample.row][sample.token])
        let bounded = min(
          max(ratio, 1 - Double(objective.clipLow)), 1 + Double(objective.clipHigh))
        sums.loss -=
          sample.weight * min(ratio * sample.advantage, bounded * sample.advantage)
        if bounded * sample.advantage < ratio * sample.advantage { sums.clipped += 1 }
        let reference = reference[sample.row][sample.token]
        if objective.divergenceWeight > 0 {
          let divergence = exp(reference - p) - (reference - p) - 1
          sums.loss += Double(objective.divergenceWeight) * sample.weight * divergence
          sums.divergence += divergence
        }
      }
      return sums
    }
  }

  @Test(arguments: [(1, 2), (3, 8), (40, 49), (2, 103)], [(1.0, 0.0), (0.7, 0.5), (1.5, 0.1)])
  func againstTheDefinition(_ shape: (Int, Int), _ settings: (Double, Double)) {
    let example = Case(
      rows: shape.0, columns: shape.1, temperature: Float(settings.0),
      divergenceWeight: Float(settings.1))
    var (terms, starts) = example.terms
    let buffer = Buffer(example.logits)
    let before = terms
    let sums = policyGradient(
      replacing: Matrix(base: buffer.base, rows: shape.0, columns: shape.1), terms: &terms,
      starts: starts, objective: example.objective, recordingOld: false)
    #expect(buffer.isIntact)
    #expect(terms == before)
    let expected = example.loss(example.logits.doubles)
    #expect(abs(sums.loss - expected.loss) < 1e-5 * Double(example.samples.count))
    #expect(abs(sums.divergence - expected.divergence) < 1e-5 * Double(example.samples.count))
    #expect(sums.clipped == expected.clipped)
    expectClose(
      buffer.values, numericGradient(example.logits.doubles) { example.loss($0).loss }, "gradient")
  }

  @Test func bothBoundsAreReached() {
    let example = Case(rows: 40, columns: 49, temperature: 1, divergenceWeight: 0)
    let clipped = example.samples.filter { sample in
      let row = Array(example.logits.doubles[sample.row * 49..<(sample.row + 1) * 49])
      let p = LogitsTests.logProbabilities(row, 1)[sample.token]
      return abs(exp(p - example.old[sample.row][sample.token]) - 1.05) > 0.15
    }
    #expect(clipped.contains { $0.advantage > 0 } && clipped.contains { $0.advantage < 0 })
    #expect(clipped.count < example.samples.count)
  }

  @Test("the policy that sampled has ratios of 1: a plain policy gradient")
  func onPolicy() {
    let example = Case(rows: 5, columns: 49, temperature: 0.7, divergenceWeight: 0)
    var (terms, starts) = example.terms
    let buffer = Buffer(example.logits)
    let sums = policyGradient(
      replacing: Matrix(base: buffer.base, rows: 5, columns: 49), terms: &terms, starts: starts,
      objective: example.objective, recordingOld: true)
    #expect(sums.clipped == 0)
    let expected = example.samples.reduce(0) { $0 - $1.weight * $1.advantage }
    #expect(abs(sums.loss - expected) < 1e-5)
    let naive = numericGradient(example.logits.doubles) { z in
      example.samples.reduce(0) { sum, sample in
        let row = Array(z[sample.row * 49..<(sample.row + 1) * 49])
        return sum - sample.weight * sample.advantage
          * LogitsTests.logProbabilities(row, 0.7)[sample.token]
      }
    }
    expectClose(buffer.values, naive, "gradient")
    for row in 0..<5 {
      let z = Array(example.logits.doubles[row * 49..<(row + 1) * 49])
      for term in terms[starts[row]..<starts[row + 1]] {
        let expected = LogitsTests.logProbabilities(z, 0.7)[Int(term.token)]
        #expect(abs(Double(term.oldLogProbability) - expected) < 1e-5)
      }
    }
  }

  @Test func referenceIsTheLogProbability() {
    let example = Case(rows: 3, columns: 103, temperature: 1.5, divergenceWeight: 0.1)
    var (terms, starts) = example.terms
    let buffer = Buffer(example.logits)
    recordReference(
      Matrix(base: buffer.base, rows: 3, columns: 103), terms: &terms, starts: starts,
      temperature: 1.5)
    #expect(buffer.values == example.logits)
    // The present policy as reference: no divergence, and no gradient of it.
    for k in terms.indices { (terms[k].gain, terms[k].cost) = (0, 0) }
    let sums = policyGradient(
      replacing: Matrix(base: buffer.base, rows: 3, columns: 103), terms: &terms, starts: starts,
      objective: example.objective, recordingOld: true)
    #expect(sums.loss == 0 && sums.divergence == 0)
    #expect(buffer.values.allSatisfy { $0 == 0 })
  }

  @Test func notANumberStaysOne() {
    let buffer = Buffer([0, .nan, 1, 2])
    var term = PolicyTerm(token: 2)
    term.gain = 1
    var terms = [term]
    let sums = policyGradient(
      replacing: Matrix(base: buffer.base, rows: 1, columns: 4), terms: &terms, starts: [0, 1],
      objective: PolicyObjective(temperature: 1, clipLow: 0.2, clipHigh: 0.2, divergenceWeight: 0),
      recordingOld: false)
    #expect(sums.loss.isNaN)
  }
}
