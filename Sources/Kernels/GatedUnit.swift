// SwiGLU's unit (Shazeer 2020): h = silu(gate) ∘ up, silu(x) = x · σ(x), with gate and up side by
// side in one row, as one product computes them.

@inline(__always)
private func sigmoid(_ x: Vector) -> Vector {
  1 / (1 + exponential(-x))
}

@inline(__always)
private func gated(_ gate: Vector, _ up: Vector) -> Vector {
  gate * sigmoid(gate) * up
}

/// output (rows × width) from gateUp (rows × 2·width).
package func gatedUnitForward(
  _ output: UnsafeMutablePointer<Float>, _ gateUp: UnsafePointer<Float>, rows: Int, width: Int
) {
  for row in 0..<rows {
    let gate = gateUp + row * 2 * width
    let up = gate + width
    let h = output + row * width
    forEachVector(width) { i in
      gated(.load(gate + i), .load(up + i)).store(h + i)
    } tail: { i, mask in
      gated(.load(gate + i, mask), .load(up + i, mask)).store(h + i, mask)
    }
  }
}

@inline(__always)
private func gatedGradients(
  _ gradient: Vector, _ gate: Vector, _ up: Vector
) -> (gate: Vector, up: Vector) {
  let s = sigmoid(gate)
  let silu = gate * s
  // silu′ = σ + silu·(1 − σ)
  return (gradient * up * s.addingProduct(silu, 1 - s), gradient * silu)
}

/// Replaces gateUp (rows × 2·width) by its gradient, given that of the output (rows × width).
package func gatedUnitBackward(
  replacing gateUp: UnsafeMutablePointer<Float>, outputGradient: UnsafePointer<Float>, rows: Int,
  width: Int
) {
  for row in 0..<rows {
    let gate = gateUp + row * 2 * width
    let up = gate + width
    let dh = outputGradient + row * width
    forEachVector(width) { i in
      let gradients = gatedGradients(.load(dh + i), .load(gate + i), .load(up + i))
      gradients.gate.store(gate + i)
      gradients.up.store(up + i)
    } tail: { i, mask in
      let gradients = gatedGradients(
        .load(dh + i, mask), .load(gate + i, mask), .load(up + i, mask))
      gradients.gate.store(gate + i, mask)
      gradients.up.store(up + i, mask)
    }
  }
}
