import Glibc
import Testing

@testable import Kernels

/// Norm, SwiGLU, rotary and embedding against naive twins; gradients against central differences of
/// those.
@Suite struct RowKernelTests {
  static let sizes = [(1, 1), (3, 4), (2, 8), (5, 13), (4, 48), (3, 65), (2, 64)]

  private static func naiveNorm(
    _ x: [Double], gain: [Double], epsilon: Double, rows: Int, width: Int
  ) -> [Double] {
    (0..<rows).flatMap { r in
      let row = x[r * width..<(r + 1) * width]
      let scale = 1 / (row.reduce(0) { $0 + $1 * $1 } / Double(width) + epsilon).squareRoot()
      return zip(row, gain).map { $0 * scale * $1 }
    }
  }

  @Test(arguments: sizes)
  func rmsNorm(_ rows: Int, _ width: Int) {
    var numbers = Numbers("norm", width)
    let input = numbers.floats(rows * width, scale: 2)
    let gain = numbers.floats(width)
    let gradient = numbers.floats(rows * width)
    let earlier = numbers.floats(rows * width)
    let epsilon: Float = 1e-3
    let output = Buffer(count: rows * width)
    let scales = Buffer(count: rows)
    rmsNormForward(
      output.base, scales: scales.base, input, gain: gain, epsilon: epsilon, rows: rows,
      width: width)
    #expect(output.isIntact && scales.isIntact)
    func naive(_ x: [Double], _ g: [Double]) -> [Double] {
      Self.naiveNorm(x, gain: g, epsilon: Double(epsilon), rows: rows, width: width)
    }
    expectClose(output.values, naive(input.doubles, gain.doubles), "norm")

    let inputGradient = Buffer(earlier)
    let gainGradient = Buffer(count: width, of: 0.5)
    rmsNormBackward(
      inputGradient: inputGradient.base, gainGradient: gainGradient.base,
      outputGradient: gradient, scales: scales.base, input: input, gain: gain, rows: rows,
      width: width)
    #expect(inputGradient.isIntact && gainGradient.isIntact)
    let dx = numericGradient(input.doubles) { dot(naive($0, gain.doubles), gradient.doubles) }
    let dg = numericGradient(gain.doubles) { dot(naive(input.doubles, $0), gradient.doubles) }
    expectClose(
      inputGradient.values, zip(dx, earlier).map { $0 + Double($1) }, absolute: 2e-5,
      relative: 2e-5, "input gradient")
    expectClose(gainGradient.values, dg.map { $0 + 0.5 }, absolute: 2e-5, "gain gradient")
  }

  @Test(arguments: sizes)
  func gatedUnit(_ rows: Int, _ width: Int) {
    var numbers = Numbers("gated", width)
    let gateUp = numbers.floats(rows * 2 * width, scale: 4)
    let gradient = numbers.floats(rows * width)
    func naive(_ x: [Double]) -> [Double] {
      (0..<rows * width).map { at in
        let (r, i) = (at / width, at % width)
        let (gate, up) = (x[r * 2 * width + i], x[r * 2 * width + width + i])
        return gate / (1 + exp(-gate)) * up
      }
    }
    let output = Buffer(count: rows * width)
    gatedUnitForward(output.base, gateUp, rows: rows, width: width)
    #expect(output.isIntact)
    expectClose(output.values, naive(gateUp.doubles), "gated unit")
    let replaced = Buffer(gateUp)
    gatedUnitBackward(
      replacing: replaced.base, outputGradient: gradient, rows: rows, width: width)
    #expect(replaced.isIntact)
    let expected = numericGradient(gateUp.doubles) { dot(naive($0), gradient.doubles) }
    expectClose(replaced.values, expected, "gradient of the gated unit")
  }

  @Test(arguments: [(1, 2), (2, 6), (3, 16), (1, 20), (2, 64)])
  func rotary(_ heads: Int, _ size: Int) {
    let base = 700.0
    let positions: [Int32] = [0, 1, 2, 31, 7]
    let stride = heads * size + 5
    var numbers = Numbers("rotary", size)
    let rows = numbers.floats(positions.count * stride)
    let half = size / 2
    let cosines = Buffer(count: 32 * half)
    let sines = Buffer(count: 32 * half)
    fillRotaryTable(
      cosines: cosines.base, sines: sines.base, positions: 32, headSize: size, base: base)
    var expected = rows.doubles
    for (r, position) in positions.enumerated() {
      for h in 0..<heads {
        for i in 0..<half {
          let angle = Double(position) * pow(base, -2 * Double(i) / Double(size))
          let (a, b) = (r * stride + h * size + i, r * stride + h * size + half + i)
          let (x, y) = (Double(rows[a]), Double(rows[b]))
          expected[a] = x * cos(angle) - y * sin(angle)
          expected[b] = y * cos(angle) + x * sin(angle)
        }
      }
    }
    let turned = Buffer(rows)
    rotaryForward(
      turned.base, positions: positions, cosines: cosines.base, sines: sines.base, heads: heads,
      headSize: size, stride: stride)
    #expect(turned.isIntact)
    expectClose(turned.values, expected, absolute: 1e-6, "rotary")
    rotaryBackward(
      turned.base, positions: positions, cosines: cosines.base, sines: sines.base, heads: heads,
      headSize: size, stride: stride)
    expectClose(turned.values, rows.doubles, absolute: 1e-6, "turned back")
  }

  @Test func embeddingAndRowMoves() {
    let (vocabulary, width) = (7, 11)
    var numbers = Numbers("embedding")
    let table = numbers.floats(vocabulary * width)
    let tokens: [Int32] = [3, 0, 3, 6]
    let output = Buffer(count: tokens.count * width)
    embeddingForward(
      output.base, tokens: tokens, table: table, vocabulary: vocabulary, width: width)
    #expect(output.isIntact)
    let gradient = numbers.floats(tokens.count * width)
    let tableGradient = Buffer(count: table.count, of: 1)
    embeddingBackward(
      tableGradient.base, tokens: tokens, outputGradient: gradient, width: width)
    var expected = [Double](repeating: 1, count: table.count)
    for (row, token) in tokens.enumerated() {
      for i in 0..<width {
        #expect(output.values[row * width + i] == table[Int(token) * width + i])
        expected[Int(token) * width + i] += Double(gradient[row * width + i])
      }
    }
    expectClose(tableGradient.values, expected, "table gradient")

    let rows = [1, 3]
    let gathered = Buffer(count: rows.count * width)
    gatherRows(gathered.base, gradient, rows: rows, width: width)
    let scattered = Buffer(count: tokens.count * width)
    scatterRows(scattered.base, gathered.base, rows: rows, allRows: tokens.count, width: width)
    #expect(gathered.isIntact && scattered.isIntact)
    for row in tokens.indices {
      for i in 0..<width {
        let wanted = rows.contains(row) ? gradient[row * width + i] : 0
        #expect(scattered.values[row * width + i] == wanted)
      }
    }
  }
}
