import Glibc

// Rotary position embeddings (Su et al. 2021), in Hugging Face's half-split layout: the pair
// (x[i], x[i + headSize/2]) of a head turns by position × base^(−2i / headSize).

/// cosines and sines (positions × headSize/2 each) of all angles.
package func fillRotaryTable(
  cosines: UnsafeMutablePointer<Float>, sines: UnsafeMutablePointer<Float>, positions: Int,
  headSize: Int, base: Double
) {
  let half = headSize / 2
  for i in 0..<half {
    let frequency = pow(base, -2 * Double(i) / Double(headSize))
    for position in 0..<positions {
      let angle = Double(position) * frequency
      cosines[position * half + i] = Float(cos(angle))
      sines[position * half + i] = Float(sin(angle))
    }
  }
}

@inline(__always)
private func turn(
  _ head: UnsafeMutablePointer<Float>, _ cosine: UnsafePointer<Float>,
  _ sine: UnsafePointer<Float>, half: Int, sign: Float
) {
  forEachVector(half) { i in
    let first = Vector.load(head + i)
    let second = Vector.load(head + half + i)
    let c = Vector.load(cosine + i)
    let s = Vector.load(sine + i) * sign
    (first * c - second * s).store(head + i)
    (second * c + first * s).store(head + half + i)
  } tail: { i, mask in
    let first = Vector.load(head + i, mask)
    let second = Vector.load(head + half + i, mask)
    let c = Vector.load(cosine + i, mask)
    let s = Vector.load(sine + i, mask) * sign
    (first * c - second * s).store(head + i, mask)
    (second * c + first * s).store(head + half + i, mask)
  }
}

@inline(__always)
private func turnRows(
  _ rows: UnsafeMutablePointer<Float>, positions: [Int32], cosines: UnsafePointer<Float>,
  sines: UnsafePointer<Float>, heads: Int, headSize: Int, stride: Int, sign: Float
) {
  let half = headSize / 2
  for (row, position) in positions.enumerated() {
    let angle = Int(position) * half
    for head in 0..<heads {
      turn(
        rows + row * stride + head * headSize, cosines + angle, sines + angle, half: half,
        sign: sign)
    }
  }
}

/// Turns the first `heads` heads of each row (`stride` floats apart) by the row's position, in place.
package func rotaryForward(
  _ rows: UnsafeMutablePointer<Float>, positions: [Int32], cosines: UnsafePointer<Float>,
  sines: UnsafePointer<Float>, heads: Int, headSize: Int, stride: Int
) {
  turnRows(
    rows, positions: positions, cosines: cosines, sines: sines, heads: heads, headSize: headSize,
    stride: stride, sign: 1)
}

/// Turns gradients back: the inverse of a rotation is its transpose.
package func rotaryBackward(
  _ gradients: UnsafeMutablePointer<Float>, positions: [Int32], cosines: UnsafePointer<Float>,
  sines: UnsafePointer<Float>, heads: Int, headSize: Int, stride: Int
) {
  turnRows(
    gradients, positions: positions, cosines: cosines, sines: sines, heads: heads,
    headSize: headSize, stride: stride, sign: -1)
}
