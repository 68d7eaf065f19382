import Glibc
import Testing

@testable import Kernels

@Suite struct DivergenceTests {
  private static func rows(_ values: [Double], _ columns: Int) -> [[Double]] {
    stride(from: 0, to: values.count, by: columns).map { Array(values[$0..<$0 + columns]) }
  }

  private static func matrix(_ buffer: Buffer, _ columns: Int) -> Matrix {
    Matrix(base: buffer.base, rows: buffer.count / columns, columns: columns)
  }

  @Test(arguments: LogitsTests.shapes, [1, 0.5])
  func selfCertainty(_ shape: (Int, Int), _ temperature: Double) {
    let (rows, columns) = shape
    var numbers = Numbers("self-certainty", columns)
    let logits = numbers.floats(rows * columns, scale: 4)
    let weights = numbers.floats(rows)
    func naive(_ z: [Double]) -> Double {
      zip(Self.rows(z, columns), weights).reduce(0) { sum, item in
        // KL(U ‖ p) = Σ U log(U / p).
        let share = 1 / Double(columns)
        let divergence = LogitsTests.logProbabilities(item.0, temperature).reduce(0) {
          $0 + share * (log(share) - $1)
        }
        return sum - Double(item.1) * divergence
      }
    }
    let buffer = Buffer(logits)
    let loss = selfCertaintyGradient(
      replacing: Self.matrix(buffer, columns), weights: weights, temperature: Float(temperature))
    #expect(buffer.isIntact)
    #expect(abs(loss - naive(logits.doubles)) < 1e-5)
    expectClose(buffer.values, numericGradient(logits.doubles, naive), "gradient")
  }

  @Test(arguments: LogitsTests.shapes)
  func divergence(_ shape: (Int, Int)) {
    let (rows, columns) = shape
    var numbers = Numbers("divergence", columns)
    let logits = numbers.floats(rows * columns, scale: 4)
    let reference = numbers.floats(rows * columns, scale: 4)
    let weights = numbers.floats(rows)
    let others = Self.rows(reference.doubles, columns).map { LogitsTests.logProbabilities($0, 1) }
    func naive(_ z: [Double]) -> Double {
      zip(zip(Self.rows(z, columns), others), weights).reduce(0) { sum, item in
        let p = LogitsTests.logProbabilities(item.0.0, 1)
        return sum + Double(item.1) * zip(p, item.0.1).reduce(0) { $0 + exp($1.0) * ($1.0 - $1.1) }
      }
    }
    let (own, other) = (Buffer(logits), Buffer(reference))
    let alone = Kernels.divergence(
      of: Self.matrix(own, columns), from: Self.matrix(other, columns), weights: weights)
    #expect(own.values == logits && other.values == reference)
    let sum = divergenceGradient(
      replacing: Self.matrix(other, columns), from: Self.matrix(own, columns), weights: weights,
      scale: 0.5)
    #expect(own.isIntact && other.isIntact && own.values == logits)
    #expect(abs(sum - naive(logits.doubles)) < 1e-5)
    #expect(alone == sum)
    expectClose(
      other.values, numericGradient(logits.doubles, naive).map { $0 / 2 }, "gradient")
    add(Self.matrix(other, columns), to: Self.matrix(own, columns))
    #expect(own.isIntact && own.values == zip(logits, other.values).map { $0 + $1 })
  }

  @Test func aModelIsNoDistanceFromItself() {
    var numbers = Numbers("no distance")
    let logits = numbers.floats(3 * 49, scale: 6)
    let (own, other) = (Buffer(logits), Buffer(logits))
    let sum = divergenceGradient(
      replacing: Self.matrix(other, 49), from: Self.matrix(own, 49), weights: [1, 1, 1], scale: 1)
    #expect(sum == 0)
    #expect(other.values.allSatisfy { $0 == 0 })
  }

  @Test(arguments: LogitsTests.shapes, [0.3, 1.2, 10])
  func flooredEntropy(_ shape: (Int, Int), _ floor: Double) {
    let (rows, columns) = shape
    var numbers = Numbers("floor", columns)
    let logits = numbers.floats(rows * columns, scale: 4)
    let weights = numbers.floats(rows)
    func naive(_ z: [Double]) -> Double {
      zip(Self.rows(z, columns), weights).reduce(0) {
        $0 + Double($1.1) * max(floor, LogitsTests.entropy($1.0, 0.7))
      }
    }
    let buffer = Buffer(logits)
    let loss = entropyGradient(
      replacing: Self.matrix(buffer, columns), weights: weights, temperature: 0.7,
      floor: Float(floor))
    #expect(buffer.isIntact)
    #expect(abs(loss - naive(logits.doubles)) < 1e-5)
    expectClose(buffer.values, numericGradient(logits.doubles, naive), "gradient")
  }

  @Test func theEntropyAloneIsThatOfTheLoss() {
    var numbers = Numbers("alone")
    let buffer = Buffer(numbers.floats(5 * 49, scale: 4))
    let weights: [Float] = [0.1, 0, 2, 0.5, 0]
    let matrix = Self.matrix(buffer, 49)
    let alone = weightedEntropy(matrix, weights: weights, temperature: 0.5)
    #expect(alone == entropyGradient(replacing: matrix, weights: weights, temperature: 0.5))
  }
}
