/// projectionGradients (tokens × projectionWidth) = the gradient of `attentionForward`; all of it is
/// written.
///
/// With P the probabilities and dP = outputGradient · valuesᵀ: dS = P ∘ (dP − Σ P∘dP) / √headSize,
/// dQ = dS · K, dK = dSᵀ · Q, dV = Pᵀ · outputGradient. P is computed again from the scores, so that
/// memory does not grow with the square of the length.
///
/// - Parameters:
///   - outputGradient: tokens × heads·headSize.
///   - projections, peaks, inverses, starts: those of the forward pass.
///   - scratch: `backwardScratch` of the longest sequence.
package func attentionBackward(
  _ projectionGradients: UnsafeMutablePointer<Float>, outputGradient: UnsafePointer<Float>,
  projections: UnsafePointer<Float>, peaks: UnsafePointer<Float>, inverses: UnsafePointer<Float>,
  starts: [Int], shape: AttentionShape, scratch: UnsafeMutablePointer<Float>
) {
  let rowStride = shape.projectionWidth
  for sequence in 0..<starts.count - 1 {
    let start = starts[sequence]
    let length = starts[sequence + 1] - start
    let padded = paddedKeys(length)
    let keys = scratch
    let values = keys + shape.paddedHeadSize * padded
    let rows = projections + start * rowStride
    for keyHead in 0..<shape.keyValueHeads {
      transposeHeads(
        keys, stride: padded, rows + shape.keyOffset(keyHead), rowStride: rowStride, count: length,
        headSize: shape.headSize)
      transposeHeads(
        values, stride: padded, rows + shape.valueOffset(keyHead), rowStride: rowStride,
        count: length, headSize: shape.headSize)
      let firstHead = keyHead * shape.queriesPerKey
      for head in firstHead..<firstHead + shape.queriesPerKey {
        var first = 0
        while first < length {
          let block = QueryBlock(
            shape: shape, length: length, padded: padded, head: head, keyHead: keyHead,
            first: first, count: min(queryBlock, length - first), rows: rows,
            gradients: projectionGradients + start * rowStride,
            outputGradient: outputGradient + start * shape.width + head * shape.headSize,
            keys: keys, values: values,
            probabilities: values + shape.paddedHeadSize * padded,
            scoreGradients: values + (shape.paddedHeadSize + queryBlock) * padded)
          block.findScoreGradients(
            peaks: peaks + start * shape.heads + head,
            inverses: inverses + start * shape.heads + head)
          block.addProjectionGradients(isFirstHead: head == firstHead)
          first += block.count
        }
      }
    }
  }
}

/// Up to 48 queries of one head of one sequence; all pointers are those of the sequence.
private struct QueryBlock {
  let shape: AttentionShape
  let length: Int
  let padded: Int
  let head: Int
  let keyHead: Int
  let first: Int
  let count: Int
  let rows: UnsafePointer<Float>
  let gradients: UnsafeMutablePointer<Float>
  let outputGradient: UnsafePointer<Float>
  /// Transposed: paddedHeadSize × padded.
  let keys: UnsafePointer<Float>
  let values: UnsafePointer<Float>
  /// Scratch of queries × padded.
  let probabilities: UnsafeMutablePointer<Float>
  let scoreGradients: UnsafeMutablePointer<Float>

  var rowStride: Int { shape.projectionWidth }

  /// P and dS of the block, and the gradients of its queries.
  func findScoreGradients(peaks: UnsafePointer<Float>, inverses: UnsafePointer<Float>) {
    var tile = 0
    while tile < count {
      let queries = min(queryTile, count - tile)
      let query = first + tile
      let bound = paddedKeys(query + queries)
      let p = probabilities + tile * padded
      let d = scoreGradients + tile * padded
      multiply(
        Output(base: p, row: padded, panel: panelColumns), .zero,
        LeftOperand(
          base: rows + query * rowStride + head * shape.headSize, row: rowStride, step: 1),
        RightOperand(base: keys, row: padded, panel: panelColumns),
        rows: queries, columns: bound, depth: shape.headSize)
      multiply(
        Output(base: d, row: padded, panel: panelColumns), .zero,
        LeftOperand(base: outputGradient + query * shape.width, row: shape.width, step: 1),
        RightOperand(base: values, row: padded, panel: panelColumns),
        rows: queries, columns: bound, depth: shape.headSize)
      for i in 0..<queries {
        let token = (query + i) * shape.heads
        softmaxGradient(
          p + i * padded, d + i * padded, count: query + i + 1, padded: bound,
          scale: shape.scoreScale, peak: peaks[token], inverse: inverses[token])
      }
      multiply(
        Output(
          base: gradients + query * rowStride + head * shape.headSize, row: rowStride,
          panel: panelColumns),
        .zero, LeftOperand(base: d, row: padded, step: 1),
        RightOperand(
          base: rows + shape.keyOffset(keyHead), row: rowStride, panel: panelColumns),
        rows: queries, columns: shape.headSize, depth: query + queries)
      tile += queries
    }
  }

  /// Gradients of the keys and values that the block's queries attend to. Keys within the block are
  /// met here for the first time, unless an earlier head of the group has written them.
  func addProjectionGradients(isFirstHead: Bool) {
    var key = 0
    let end = first + count
    while key < end {
      let some = min(queryTile, end - key)
      // Queries before the key do not see it.
      let skipped = max(0, key - first)
      let starts = isFirstHead && key >= first
      addGradients(
        at: shape.keyOffset(keyHead), scores: scoreGradients,
        rows + first * rowStride + head * shape.headSize, stride: rowStride, key: key, keys: some,
        skipped: skipped, starts: starts)
      addGradients(
        at: shape.valueOffset(keyHead), scores: probabilities,
        outputGradient + first * shape.width, stride: shape.width, key: key, keys: some,
        skipped: skipped, starts: starts)
      key += some
    }
  }

  /// Gradient of some keys' vectors at `offset` in their rows: scoresᵀ · vectors of the queries.
  @inline(__always)
  private func addGradients(
    at offset: Int, scores: UnsafePointer<Float>, _ vectors: UnsafePointer<Float>, stride: Int,
    key: Int, keys: Int, skipped: Int, starts: Bool
  ) {
    let target = gradients + key * rowStride + offset
    multiply(
      Output(base: target, row: rowStride, panel: panelColumns),
      starts ? .zero : Initial(base: UnsafePointer(target), row: rowStride),
      LeftOperand(base: scores + skipped * padded + key, row: 1, step: padded),
      RightOperand(base: vectors + skipped * stride, row: stride, panel: panelColumns),
      rows: keys, columns: shape.headSize, depth: count - skipped)
  }
}

/// Replaces scores by probabilities P and dP by dS = P ∘ (dP − Σ P∘dP) · scale over the first `count`
/// keys, both zero up to `padded`.
@inline(__always)
func softmaxGradient(
  _ scores: UnsafeMutablePointer<Float>, _ gradients: UnsafeMutablePointer<Float>, count: Int,
  padded: Int, scale: Float, peak: Float, inverse: Float
) {
  let last = (count - 1) & ~7
  let mask = LaneMask.first(count - last)
  let offset = Vector(repeating: -peak)
  let factor = Vector(repeating: scale)
  var dots = Vector.zero
  var i = 0
  while i < last {
    let p = exponential(offset.addingProduct(.load(scores + i), factor)) * inverse
    p.store(scores + i)
    dots.addProduct(p, .load(gradients + i))
    i += 8
  }
  let p = (exponential(offset.addingProduct(.load(scores + last), factor)) * inverse)
    .kept(in: mask, otherwise: .zero)
  p.store(scores + last)
  // What lies behind the sequence has no meaning and may even be NaN.
  let tail = Vector.load(gradients + last).kept(in: mask, otherwise: .zero)
  tail.store(gradients + last)
  dots.addProduct(p, tail)
  let mean = dots.total
  i = 0
  while i <= last {
    (Vector.load(scores + i) * (Vector.load(gradients + i) - mean) * scale).store(gradients + i)
    i += 8
  }
  while i < padded {
    Vector.zero.store(scores + i)
    Vector.zero.store(gradients + i)
    i += 8
  }
}
