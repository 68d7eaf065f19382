// y = x·W (+ bias or residual), W in panels (see Panels.swift), and its gradients.

/// What the output of a linear layer starts from.
package enum LinearStart {
  case zero
  /// One row of `outputs` numbers, added to every row.
  case bias(UnsafePointer<Float>)
  /// A matrix of the shape of the output; it may be the output itself.
  case residual(UnsafePointer<Float>)
}

/// output (rows × outputs) = start + input (rows × inputs) · weight (inputs × outputs in panels).
///
/// - Complexity: O(rows × inputs × outputs).
package func linearForward(
  _ output: UnsafeMutablePointer<Float>, _ input: UnsafePointer<Float>,
  weight: UnsafePointer<Float>, start: LinearStart, rows: Int, inputs: Int, outputs: Int
) {
  let initial =
    switch start {
    case .zero: Initial.zero
    case .bias(let bias): Initial(base: bias, row: 0)
    case .residual(let residual): Initial(base: residual, row: outputs)
    }
  multiply(
    Output(base: output, row: outputs, panel: panelColumns), initial,
    LeftOperand(base: input, row: inputs, step: 1),
    RightOperand(base: weight, row: panelColumns, panel: panelColumns * inputs),
    rows: rows, columns: outputs, depth: inputs)
}

/// The gradients of `linearForward`: inputGradient (rows × inputs) = outputGradient · weightᵀ, and
/// weightGradient (in panels) += inputᵀ · outputGradient.
///
/// - Parameter scratch: `panelCount(inputs: outputs, outputs: inputs)` floats.
package func linearBackward(
  inputGradient: UnsafeMutablePointer<Float>, weightGradient: UnsafeMutablePointer<Float>,
  outputGradient: UnsafePointer<Float>, input: UnsafePointer<Float>, weight: UnsafePointer<Float>,
  scratch: UnsafeMutablePointer<Float>, rows: Int, inputs: Int, outputs: Int
) {
  transposePanels(scratch, panels: weight, inputs: inputs, outputs: outputs)
  linearInputGradient(
    inputGradient, outputGradient: outputGradient, transposedWeight: scratch, rows: rows,
    inputs: inputs, outputs: outputs)
  linearWeightGradient(
    weightGradient, outputGradient: outputGradient, input: input, rows: rows, inputs: inputs,
    outputs: outputs)
}

/// inputGradient (rows × inputs) = outputGradient · weightᵀ, with what `transposePanels` made of the
/// weight.
package func linearInputGradient(
  _ inputGradient: UnsafeMutablePointer<Float>, outputGradient: UnsafePointer<Float>,
  transposedWeight: UnsafePointer<Float>, rows: Int, inputs: Int, outputs: Int
) {
  multiply(
    Output(base: inputGradient, row: inputs, panel: panelColumns), .zero,
    LeftOperand(base: outputGradient, row: outputs, step: 1),
    RightOperand(base: transposedWeight, row: panelColumns, panel: panelColumns * outputs),
    rows: rows, columns: inputs, depth: outputs)
}

/// weightGradient (inputs × outputs in panels) += inputᵀ · outputGradient. Rows may be handed over
/// in parts, ascending: the sum is the same to the last bit.
package func linearWeightGradient(
  _ weightGradient: UnsafeMutablePointer<Float>, outputGradient: UnsafePointer<Float>,
  input: UnsafePointer<Float>, rows: Int, inputs: Int, outputs: Int
) {
  multiply(
    Output(base: weightGradient, row: panelColumns, panel: panelColumns * inputs),
    Initial(base: weightGradient, row: panelColumns),
    LeftOperand(base: input, row: 1, step: inputs),
    RightOperand(base: outputGradient, row: outputs, panel: panelColumns),
    rows: inputs, columns: outputs, depth: rows)
}

/// The gradients of logits = input · tableᵀ, an output head tied to the embedding table (tokens ×
/// width, row-major): inputGradient (rows × width) = logitGradient · table, and tableGradient +=
/// logitGradientᵀ · input.
package func tiedHeadBackward(
  inputGradient: UnsafeMutablePointer<Float>, tableGradient: UnsafeMutablePointer<Float>,
  logitGradient: UnsafePointer<Float>, input: UnsafePointer<Float>, table: UnsafePointer<Float>,
  rows: Int, width: Int, tokens: Int
) {
  multiply(
    Output(base: inputGradient, row: width, panel: panelColumns), .zero,
    LeftOperand(base: logitGradient, row: tokens, step: 1),
    RightOperand(base: table, row: width, panel: panelColumns),
    rows: rows, columns: width, depth: tokens)
  multiply(
    Output(base: tableGradient, row: width, panel: panelColumns),
    Initial(base: tableGradient, row: width),
    LeftOperand(base: logitGradient, row: 1, step: tokens),
    RightOperand(base: input, row: width, panel: panelColumns),
    rows: tokens, columns: width, depth: rows)
}

/// biasGradient (columns) += the sum of the rows of outputGradient (rows × columns).
package func biasBackward(
  _ biasGradient: UnsafeMutablePointer<Float>, outputGradient: UnsafePointer<Float>, rows: Int,
  columns: Int
) {
  for row in 0..<rows {
    let gradient = outputGradient + row * columns
    forEachVector(columns) { i in
      (Vector.load(biasGradient + i) + .load(gradient + i)).store(biasGradient + i)
    } tail: { i, mask in
      (Vector.load(biasGradient + i, mask) + .load(gradient + i, mask))
        .store(biasGradient + i, mask)
    }
  }
}
