import Glibc
import Testing

@testable import Kernels

@Suite struct LogitsTests {
  static let shapes = [(1, 1), (2, 2), (3, 8), (4, 49), (2, 103)]

  static func logProbabilities(_ row: [Double], _ temperature: Double) -> [Double] {
    let z = row.map { $0 / temperature }
    let peak = z.max()!
    let logSum = log(z.reduce(0) { $0 + exp($1 - peak) }) + peak
    return z.map { $0 - logSum }
  }

  static func entropy(_ row: [Double], _ temperature: Double) -> Double {
    -logProbabilities(row, temperature).reduce(0) { $0 + exp($1) * $1 }
  }

  private static func rows(_ values: [Double], _ columns: Int) -> [[Double]] {
    stride(from: 0, to: values.count, by: columns).map { Array(values[$0..<$0 + columns]) }
  }

  @Test(arguments: shapes, [1, 0.5, 1.7])
  func statistics(_ shape: (Int, Int), _ temperature: Double) {
    let (rows, columns) = shape
    var numbers = Numbers("statistics", columns)
    let logits = numbers.floats(rows * columns, scale: 6)
    let targets = numbers.tokens(rows, below: columns)
    let buffer = Buffer(logits)
    let (chosen, entropies) = (Buffer(count: rows), Buffer(count: rows))
    logitStatistics(
      logProbabilities: chosen.base, entropies: entropies.base,
      Matrix(base: buffer.base, rows: rows, columns: columns), targets: targets,
      temperature: Float(temperature))
    #expect(chosen.isIntact && entropies.isIntact)
    let all = Self.rows(logits.doubles, columns)
    expectClose(
      chosen.values,
      zip(all, targets).map { Self.logProbabilities($0, temperature)[Int($1)] }, "log p")
    expectClose(entropies.values, all.map { Self.entropy($0, temperature) }, "entropy")
  }

  @Test(arguments: shapes, [1, 0.5])
  func crossEntropy(_ shape: (Int, Int), _ temperature: Double) {
    let (rows, columns) = shape
    var numbers = Numbers("cross entropy", columns)
    let logits = numbers.floats(rows * columns, scale: 4)
    let targets = numbers.tokens(rows, below: columns)
    let weights = numbers.floats(rows)
    func naive(_ z: [Double]) -> Double {
      zip(zip(Self.rows(z, columns), targets), weights).reduce(0) { sum, item in
        let ((row, target), weight) = item
        return sum - Double(weight) * Self.logProbabilities(row, temperature)[Int(target)]
      }
    }
    let buffer = Buffer(logits)
    let loss = crossEntropyGradient(
      replacing: Matrix(base: buffer.base, rows: rows, columns: columns), targets: targets,
      weights: weights, temperature: Float(temperature))
    #expect(buffer.isIntact)
    #expect(abs(loss - naive(logits.doubles)) < 1e-5)
    expectClose(buffer.values, numericGradient(logits.doubles, naive), "gradient")
  }

  @Test(arguments: shapes, [1, 0.5])
  func entropyLoss(_ shape: (Int, Int), _ temperature: Double) {
    let (rows, columns) = shape
    var numbers = Numbers("entropy", columns)
    let logits = numbers.floats(rows * columns, scale: 4)
    let weights = numbers.floats(rows)
    func naive(_ z: [Double]) -> Double {
      zip(Self.rows(z, columns), weights).reduce(0) {
        $0 + Double($1.1) * Self.entropy($1.0, temperature)
      }
    }
    let buffer = Buffer(logits)
    let loss = entropyGradient(
      replacing: Matrix(base: buffer.base, rows: rows, columns: columns), weights: weights,
      temperature: Float(temperature))
    #expect(buffer.isIntact)
    #expect(abs(loss - naive(logits.doubles)) < 1e-5)
    expectClose(buffer.values, numericGradient(logits.doubles, naive), "gradient")
  }

  @Test func certainRowsHaveNoEntropyAndNoGradient() {
    let buffer = Buffer([0, 200, 0, -300, 0, 0, 0, 0, 0, 0])
    let loss = entropyGradient(
      replacing: Matrix(base: buffer.base, rows: 1, columns: 10), weights: [1], temperature: 1)
    #expect(loss == 0)
    #expect(buffer.values.allSatisfy { $0 == 0 })
  }

  @Test func notANumberStaysOne() {
    let buffer = Buffer([0, .nan, 1, 2])
    let loss = crossEntropyGradient(
      replacing: Matrix(base: buffer.base, rows: 1, columns: 4), targets: [2], weights: [1],
      temperature: 1)
    #expect(loss.isNaN)
  }
}
