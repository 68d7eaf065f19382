import CShims

// A weight matrix of inputs × outputs lies in panels of 16 outputs: panel p holds, for each input,
// the 16 weights to outputs 16p ..< 16p+16, so that a product streams through it. The last panel is
// padded with zeros, and stays so: its gradient is zero.

/// Floats that a weight matrix takes in panels.
package func panelCount(inputs: Int, outputs: Int) -> Int {
  (outputs + panelColumns - 1) / panelColumns * panelColumns * inputs
}

/// panels(inputs × outputs) = tableᵀ, for a row-major table of outputs × inputs: the layout in which
/// checkpoints keep linear layers, and that of a tied embedding.
package func packPanels(
  _ panels: UnsafeMutablePointer<Float>, table: UnsafePointer<Float>, inputs: Int, outputs: Int
) {
  for first in stride(from: 0, to: outputs, by: panelColumns) {
    let panel = panels + first * inputs
    let columns = min(panelColumns, outputs - first)
    if columns == panelColumns {
      transposeBlock(
        panel, toStride: panelColumns, table + first * inputs, fromStride: inputs,
        rows: panelColumns, columns: inputs)
    } else {
      for input in 0..<inputs {
        for column in 0..<panelColumns {
          panel[input * panelColumns + column] =
            column < columns ? table[(first + column) * inputs + input] : 0
        }
      }
    }
  }
}

/// The inverse of `packPanels`: a row-major table of outputs × inputs.
package func unpackPanels(
  _ table: UnsafeMutablePointer<Float>, panels: UnsafePointer<Float>, inputs: Int, outputs: Int
) {
  for output in 0..<outputs {
    let column = panels + (output - output % panelColumns) * inputs + output % panelColumns
    for input in 0..<inputs {
      table[output * inputs + input] = column[input * panelColumns]
    }
  }
}

/// Panels of the transpose (outputs × inputs) of a weight in panels: the right operand of the
/// product that gives the gradient of the input.
package func transposePanels(
  _ transposed: UnsafeMutablePointer<Float>, panels: UnsafePointer<Float>, inputs: Int,
  outputs: Int
) {
  for firstInput in stride(from: 0, to: inputs, by: panelColumns) {
    let columns = min(panelColumns, inputs - firstInput)
    for firstOutput in stride(from: 0, to: outputs, by: panelColumns) {
      let rows = min(panelColumns, outputs - firstOutput)
      let to = transposed + firstInput * outputs + firstOutput * panelColumns
      let from = panels + firstOutput * inputs + firstInput * panelColumns
      if rows == panelColumns && columns == panelColumns {
        transposeBlock(
          to, toStride: panelColumns, from, fromStride: panelColumns, rows: panelColumns,
          columns: panelColumns)
      } else {
        for row in 0..<rows {
          for column in 0..<panelColumns {
            to[row * panelColumns + column] =
              column < columns ? from[column * panelColumns + row] : 0
          }
        }
      }
    }
  }
}

/// to (columns × rows) = fromᵀ (rows × columns), in blocks of 8 × 8.
///
/// - Precondition: `rows` is a multiple of 8.
@inline(__always)
func transposeBlock(
  _ to: UnsafeMutablePointer<Float>, toStride: Int, _ from: UnsafePointer<Float>, fromStride: Int,
  rows: Int, columns: Int
) {
  let full = columns & ~7
  for row in stride(from: 0, to: rows, by: 8) {
    for column in stride(from: 0, to: full, by: 8) {
      espalier_transpose8(
        to + column * toStride + row, toStride, from + row * fromStride + column, fromStride)
    }
    for column in full..<columns {
      for lane in row..<row + 8 { to[column * toStride + lane] = from[lane * fromStride + column] }
    }
  }
}
