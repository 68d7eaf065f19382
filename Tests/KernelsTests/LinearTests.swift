import Testing

@testable import Kernels

/// output[r][o] = start + Σ input[r][i] · table[o][i].
private func naiveLinear(
  _ input: [Double], table: [Double], start: (Int, Int) -> Double, rows: Int, inputs: Int,
  outputs: Int
) -> [Double] {
  (0..<rows * outputs).map { at in
    let (r, o) = (at / outputs, at % outputs)
    var sum = start(r, o)
    for i in 0..<inputs { sum += input[r * inputs + i] * table[o * inputs + i] }
    return sum
  }
}

@Suite struct LinearTests {
  /// (rows, inputs, outputs): every remainder of the six-row tile, panels with and without a rest,
  /// depths beyond one block.
  static let shapes = [
    (1, 1, 1), (1, 64, 64), (2, 7, 3), (2, 5, 96), (3, 48, 33), (3, 2, 80), (4, 16, 15),
    (5, 9, 17), (6, 3, 16), (7, 64, 49), (8, 1, 31), (13, 300, 5), (11, 20, 8), (125, 17, 40),
    (247, 6, 9), (9, 600, 23), (1, 10, 130), (2, 3, 170),
  ]

  private static func panels(_ table: [Float], _ inputs: Int, _ outputs: Int) -> Buffer {
    let panels = Buffer(count: panelCount(inputs: inputs, outputs: outputs))
    packPanels(panels.base, table: table, inputs: inputs, outputs: outputs)
    #expect(panels.isIntact)
    return panels
  }

  private static func table(_ panels: Buffer, _ inputs: Int, _ outputs: Int) -> [Float] {
    var table = [Float](repeating: 0, count: inputs * outputs)
    unpackPanels(&table, panels: panels.base, inputs: inputs, outputs: outputs)
    return table
  }

  @Test(arguments: shapes)
  func panelsKeepTheTableAndPadWithZeros(_ rows: Int, _ inputs: Int, _ outputs: Int) {
    var numbers = Numbers("panels", rows)
    let table = numbers.floats(inputs * outputs)
    let panels = Self.panels(table, inputs, outputs)
    #expect(Self.table(panels, inputs, outputs) == table)
    #expect(panels.values.filter { $0 != 0 }.count == table.filter { $0 != 0 }.count)
    let transposed = Buffer(count: panelCount(inputs: outputs, outputs: inputs))
    transposePanels(transposed.base, panels: panels.base, inputs: inputs, outputs: outputs)
    let back = Self.table(transposed, outputs, inputs)
    for i in 0..<inputs {
      for o in 0..<outputs { #expect(back[i * outputs + o] == table[o * inputs + i]) }
    }
    #expect(transposed.isIntact)
  }

  @Test(arguments: shapes)
  func forwardAgreesWithTheNaiveProduct(_ rows: Int, _ inputs: Int, _ outputs: Int) {
    var numbers = Numbers("linear", rows)
    let table = numbers.floats(inputs * outputs)
    let input = numbers.floats(rows * inputs)
    let residual = numbers.floats(rows * outputs)
    let weight = Self.panels(table, inputs, outputs)
    let x = Buffer(input)
    let added = Buffer(residual)
    let starts: [(String, LinearStart, (Int, Int) -> Double)] = [
      ("zero", .zero, { _, _ in 0 }),
      ("bias", .bias(added.base), { Double(residual[$1]) }),
      ("residual", .residual(added.base), { Double(residual[$0 * outputs + $1]) }),
    ]
    for (name, start, value) in starts {
      let y = Buffer(count: rows * outputs)
      linearForward(
        y.base, x.base, weight: weight.base, start: start, rows: rows, inputs: inputs,
        outputs: outputs)
      #expect(y.isIntact)
      expectClose(
        y.values,
        naiveLinear(
          input.doubles, table: table.doubles, start: value, rows: rows, inputs: inputs,
          outputs: outputs), "forward from \(name), \(rows) × \(inputs) × \(outputs)")
    }
    // In place of the residual.
    linearForward(
      added.base, x.base, weight: weight.base, start: .residual(added.base), rows: rows,
      inputs: inputs, outputs: outputs)
    expectClose(
      added.values,
      naiveLinear(
        input.doubles, table: table.doubles, start: starts[2].2, rows: rows, inputs: inputs,
        outputs: outputs), "in place")
  }

  @Test(arguments: shapes)
  func backwardAgreesWithTheNaiveProducts(_ rows: Int, _ inputs: Int, _ outputs: Int) {
    var numbers = Numbers("linear backward", rows)
    let table = numbers.floats(inputs * outputs)
    let input = numbers.floats(rows * inputs)
    let gradient = numbers.floats(rows * outputs)
    let before = numbers.floats(inputs * outputs)
    let weight = Self.panels(table, inputs, outputs)
    let weightGradient = Self.panels(before, inputs, outputs)
    let inputGradient = Buffer(count: rows * inputs)
    let scratch = Buffer(count: panelCount(inputs: outputs, outputs: inputs))
    let (x, dy) = (Buffer(input), Buffer(gradient))
    linearBackward(
      inputGradient: inputGradient.base, weightGradient: weightGradient.base,
      outputGradient: dy.base, input: x.base, weight: weight.base, scratch: scratch.base,
      rows: rows, inputs: inputs, outputs: outputs)
    #expect(inputGradient.isIntact && weightGradient.isIntact && scratch.isIntact)
    var dx = [Double](repeating: 0, count: rows * inputs)
    var dw = before.doubles
    for r in 0..<rows {
      for o in 0..<outputs {
        let g = Double(gradient[r * outputs + o])
        for i in 0..<inputs {
          dx[r * inputs + i] += g * Double(table[o * inputs + i])
          dw[o * inputs + i] += g * Double(input[r * inputs + i])
        }
      }
    }
    expectClose(inputGradient.values, dx, "input gradient")
    expectClose(Self.table(weightGradient, inputs, outputs), dw, "weight gradient")
    let zeros = weightGradient.count - inputs * outputs
    #expect(weightGradient.values.filter { $0 == 0 }.count >= zeros, "padding stays zero")
  }

  @Test(arguments: [(1, 8, 5), (5, 24, 23), (17, 13, 40), (30, 16, 16)])
  func tiedHeadBackwardAgreesWithTheNaiveProducts(_ rows: Int, _ width: Int, _ tokens: Int) {
    var numbers = Numbers("tied", rows)
    let table = numbers.floats(tokens * width)
    let input = numbers.floats(rows * width)
    let gradient = numbers.floats(rows * tokens)
    let before = numbers.floats(tokens * width)
    let tableGradient = Buffer(before)
    let inputGradient = Buffer(count: rows * width)
    let (x, dy, e) = (Buffer(input), Buffer(gradient), Buffer(table))
    tiedHeadBackward(
      inputGradient: inputGradient.base, tableGradient: tableGradient.base,
      logitGradient: dy.base, input: x.base, table: e.base, rows: rows, width: width,
      tokens: tokens)
    #expect(inputGradient.isIntact && tableGradient.isIntact)
    var dx = [Double](repeating: 0, count: rows * width)
    var dt = before.doubles
    for r in 0..<rows {
      for t in 0..<tokens {
        let g = Double(gradient[r * tokens + t])
        for i in 0..<width {
          dx[r * width + i] += g * Double(table[t * width + i])
          dt[t * width + i] += g * Double(input[r * width + i])
        }
      }
    }
    expectClose(inputGradient.values, dx, "input gradient")
    expectClose(tableGradient.values, dt, "table gradient")
  }

  @Test func aRowDoesNotDependOnTheOthers() {
    let (rows, inputs, outputs) = (131, 300, 83)
    var numbers = Numbers("rows")
    let weight = Self.panels(numbers.floats(inputs * outputs), inputs, outputs)
    let x = Buffer(numbers.floats(rows * inputs))
    let all = Buffer(count: rows * outputs)
    linearForward(
      all.base, x.base, weight: weight.base, start: .zero, rows: rows, inputs: inputs,
      outputs: outputs)
    for count in 1...7 {
      for first in [0, 5, rows - count] {
        let some = Buffer(count: count * outputs)
        linearForward(
          some.base, x.base + first * inputs, weight: weight.base, start: .zero, rows: count,
          inputs: inputs, outputs: outputs)
        let same = Array(all.values[first * outputs..<(first + count) * outputs])
        #expect(some.values == same, "rows \(first) ..< \(first + count), to the last bit")
      }
    }
  }

  /// On a processor without AVX-512 there is nothing to compare.
  @Test(.enabled(if: Width.isWide)) func bothWidthsGiveTheSameBits() {
    var numbers = Numbers("widths")
    for rows in Array(1...26) + [61] {
      for (columns, depth) in [(1, 3), (16, 1), (31, 40), (49, 64), (64, 17), (130, 9), (144, 30)] {
        let panels = (columns + 15) / 16
        let left = Buffer(numbers.floats(rows * depth))
        let right = Buffer(numbers.floats(panels * 16 * depth))
        let start = Buffer(numbers.floats(rows * columns + 16))
        let b = RightOperand(base: right.base, row: 16, panel: 16 * depth)
        for initial in [Initial.zero, Initial(base: start.base, row: columns)] {
          for transposed in [false, true] {
            let a = LeftOperand(
              base: left.base, row: transposed ? 1 : depth, step: transposed ? rows : 1)
            let outputs = [true, false].map { isWide in
              let c = Buffer(count: rows * columns)
              let out = Output(base: c.base, row: columns, panel: 16)
              switch (isWide, transposed) {
              case (true, false):
                rowMajorBlock(out, initial, a, b, rows: rows, columns: columns, depth: depth)
              case (true, true):
                columnMajorBlock(out, initial, a, b, rows: rows, columns: columns, depth: depth)
              case (false, false):
                narrowRowMajorBlock(out, initial, a, b, rows: rows, columns: columns, depth: depth)
              case (false, true):
                narrowColumnMajorBlock(
                  out, initial, a, b, rows: rows, columns: columns, depth: depth)
              }
              #expect(c.isIntact)
              return c.values
            }
            #expect(outputs[0] == outputs[1], "\(rows) × \(depth) × \(columns)")
          }
        }
      }
    }
  }

  @Test(arguments: [(1, 1), (3, 8), (10, 13), (4, 40)])
  func biasGradientIsTheSumOfRows(_ rows: Int, _ columns: Int) {
    var numbers = Numbers("bias", rows)
    let before = numbers.floats(columns)
    let gradient = numbers.floats(rows * columns)
    let bias = Buffer(before)
    biasBackward(bias.base, outputGradient: gradient, rows: rows, columns: columns)
    #expect(bias.isIntact)
    let expected = (0..<columns).map { c in
      (0..<rows).reduce(Double(before[c])) { $0 + Double(gradient[$1 * columns + c]) }
    }
    expectClose(bias.values, expected, "bias gradient")
  }
}
