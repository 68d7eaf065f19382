// RMSNorm (Zhang and Sennrich 2019): y = x · r ∘ gain, r = 1 / √(mean(x²) + ε), for each row.

/// output (rows × width) = the normalised input; keeps r of each row in `scales` (rows).
package func rmsNormForward(
  _ output: UnsafeMutablePointer<Float>, scales: UnsafeMutablePointer<Float>,
  _ input: UnsafePointer<Float>, gain: UnsafePointer<Float>, epsilon: Float, rows: Int, width: Int
) {
  for row in 0..<rows {
    let x = input + row * width
    let y = output + row * width
    var squares = Vector.zero
    forEachVector(width) { i in
      let v = Vector.load(x + i)
      squares.addProduct(v, v)
    } tail: { i, mask in
      let v = Vector.load(x + i, mask)
      squares.addProduct(v, v)
    }
    let scale = 1 / (squares.total / Float(width) + epsilon).squareRoot()
    scales[row] = scale
    forEachVector(width) { i in
      (Vector.load(x + i) * scale * .load(gain + i)).store(y + i)
    } tail: { i, mask in
      (Vector.load(x + i, mask) * scale * .load(gain + i, mask)).store(y + i, mask)
    }
  }
}

/// inputGradient (rows × width) += and gainGradient (width) += the gradients of `rmsNormForward`.
///
/// With g = outputGradient ∘ gain: dx = r·g − x·r³·mean(g ∘ x), dgain = Σ outputGradient ∘ x·r.
package func rmsNormBackward(
  inputGradient: UnsafeMutablePointer<Float>, gainGradient: UnsafeMutablePointer<Float>,
  outputGradient: UnsafePointer<Float>, scales: UnsafePointer<Float>,
  input: UnsafePointer<Float>, gain: UnsafePointer<Float>, rows: Int, width: Int
) {
  for row in 0..<rows {
    let x = input + row * width
    let dy = outputGradient + row * width
    let dx = inputGradient + row * width
    let scale = scales[row]
    var dots = Vector.zero
    forEachVector(width) { i in
      let product = Vector.load(dy + i) * .load(x + i)
      dots.addProduct(product, .load(gain + i))
      Vector.load(gainGradient + i).addingProduct(product, Vector(repeating: scale))
        .store(gainGradient + i)
    } tail: { i, mask in
      let product = Vector.load(dy + i, mask) * .load(x + i, mask)
      dots.addProduct(product, .load(gain + i, mask))
      Vector.load(gainGradient + i, mask).addingProduct(product, Vector(repeating: scale))
        .store(gainGradient + i, mask)
    }
    let slope = Vector(repeating: -scale * scale * scale * dots.total / Float(width))
    forEachVector(width) { i in
      Vector.load(dx + i).addingProduct(Vector.load(x + i), slope)
        .addingProduct(Vector.load(dy + i) * .load(gain + i), Vector(repeating: scale))
        .store(dx + i)
    } tail: { i, mask in
      Vector.load(dx + i, mask).addingProduct(Vector.load(x + i, mask), slope)
        .addingProduct(Vector.load(dy + i, mask) * .load(gain + i, mask), Vector(repeating: scale))
        .store(dx + i, mask)
    }
  }
}
