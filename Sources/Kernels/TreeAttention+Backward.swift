/// projectionGradients (rows × projectionWidth) = the gradient of `treeAttentionForward`; all of it
/// is written. The formulas are those of `attentionBackward`; a key's gradient is the sum over the
/// rows on and below its segment, in depth-first order.
///
/// - Parameters:
///   - outputGradient: rows × heads·headSize, in depth-first order like all rows here.
///   - projections, peaks, inverses, segments, longest: those of the forward pass.
///   - scratch: `treeBackwardScratch` floats.
package func treeAttentionBackward(
  _ projectionGradients: UnsafeMutablePointer<Float>, outputGradient: UnsafePointer<Float>,
  projections: UnsafePointer<Float>, peaks: UnsafePointer<Float>, inverses: UnsafePointer<Float>,
  rows: Int, segments: [TreeSegment], longest: Int, shape: AttentionShape,
  scratch: UnsafeMutablePointer<Float>
) {
  let keyStride = shape.treeStride(rows: rows)
  let keys = scratch
  let values = keys + shape.paddedHeadSize * keyStride
  let probabilities = values + shape.paddedHeadSize * keyStride
  let stride = shape.scoreStride(longest: longest)
  for keyHead in 0..<shape.keyValueHeads {
    transposeHeads(
      keys, stride: keyStride, projections + shape.keyOffset(keyHead),
      rowStride: shape.projectionWidth, count: rows, headSize: shape.headSize)
    transposeHeads(
      values, stride: keyStride, projections + shape.valueOffset(keyHead),
      rowStride: shape.projectionWidth, count: rows, headSize: shape.headSize)
    let firstHead = keyHead * shape.queriesPerKey
    for head in firstHead..<firstHead + shape.queriesPerKey {
      for start in Swift.stride(from: 0, to: rows, by: treeBlock) {
        let block = TreeBlock(
          shape: shape, rows: start..<min(rows, start + treeBlock), longest: longest, head: head,
          keyHead: keyHead, projections: projections, gradients: projectionGradients,
          outputGradient: outputGradient + head * shape.headSize, keyStride: keyStride, keys: keys,
          values: values, stride: stride, probabilities: probabilities,
          scoreGradients: probabilities + treeBlock * stride)
        block.findScoreGradients(segments, peaks: peaks + head, inverses: inverses + head)
        forEachSegment(segments, in: block.rows) { segment in
          block.addQueryGradients(segment)
          block.addKeyGradients(segment, isFirstHead: head == firstHead)
        }
      }
    }
  }
}

/// Some rows of one head, in depth-first order; the pointers are those of the whole tree.
private struct TreeBlock {
  let shape: AttentionShape
  let rows: Range<Int>
  let longest: Int
  let head: Int
  let keyHead: Int
  let projections: UnsafePointer<Float>
  let gradients: UnsafeMutablePointer<Float>
  /// That of the head.
  let outputGradient: UnsafePointer<Float>
  /// Transposed: paddedHeadSize × keyStride.
  let keyStride: Int
  let keys: UnsafePointer<Float>
  let values: UnsafePointer<Float>
  /// Scratch of rows × stride.
  let stride: Int
  let probabilities: UnsafeMutablePointer<Float>
  let scoreGradients: UnsafeMutablePointer<Float>

  var rowStride: Int { shape.projectionWidth }

  /// P and dS of the block.
  func findScoreGradients(
    _ segments: [TreeSegment], peaks: UnsafePointer<Float>, inverses: UnsafePointer<Float>
  ) {
    forEachSegment(segments, in: rows) { segment in
      forEachTile(of: segment, in: rows) { tile in
        let at = (tile.row - rows.lowerBound) * stride + segment.position
        multiply(
          Output(base: probabilities + at, row: stride, panel: panelColumns), .zero,
          LeftOperand(
            base: projections + tile.row * rowStride + head * shape.headSize, row: rowStride,
            step: 1),
          RightOperand(base: keys + segment.first, row: keyStride, panel: panelColumns),
          rows: tile.rows, columns: paddedKeys(tile.keys), depth: shape.headSize)
        multiply(
          Output(base: scoreGradients + at, row: stride, panel: panelColumns), .zero,
          LeftOperand(base: outputGradient + tile.row * shape.width, row: shape.width, step: 1),
          RightOperand(base: values + segment.first, row: keyStride, panel: panelColumns),
          rows: tile.rows, columns: paddedKeys(tile.keys), depth: shape.headSize)
      }
    }
    forEachSegment(segments, in: rows) { segment in
      let own = max(segment.first, rows.lowerBound)
      for row in own..<max(own, min(segment.first + segment.count, rows.upperBound)) {
        let position = segment.position + row - segment.first
        let at = (row - rows.lowerBound) * stride
        softmaxGradient(
          probabilities + at, scoreGradients + at, count: position + 1,
          padded: min(position + queryTile, longest), scale: shape.scoreScale,
          peak: peaks[row * shape.heads], inverse: inverses[row * shape.heads])
      }
    }
  }

  /// What a segment's keys give to the gradients of the queries on and below it.
  func addQueryGradients(_ segment: TreeSegment) {
    forEachTile(of: segment, in: rows) { tile in
      let target = gradients + tile.row * rowStride + head * shape.headSize
      multiply(
        Output(base: target, row: rowStride, panel: panelColumns),
        segment.position == 0 ? .zero : Initial(base: UnsafePointer(target), row: rowStride),
        LeftOperand(
          base: scoreGradients + (tile.row - rows.lowerBound) * stride + segment.position,
          row: stride, step: 1),
        RightOperand(
          base: projections + segment.first * rowStride + shape.keyOffset(keyHead),
          row: rowStride, panel: panelColumns),
        rows: tile.rows, columns: shape.headSize, depth: tile.keys)
    }
  }

  /// What the queries on and below a segment give to the gradients of its keys and values.
  func addKeyGradients(_ segment: TreeSegment, isFirstHead: Bool) {
    let end = min(segment.end, rows.upperBound)
    var key = 0
    while key < segment.count {
      let keys = min(queryTile, segment.count - key)
      // Rows before the key do not see it.
      let first = max(segment.first + key, rows.lowerBound)
      guard first < end else { return }
      // The block with the key's own row is the first that gives it anything.
      let starts = isFirstHead && segment.first + key >= rows.lowerBound
      let at = (first - rows.lowerBound) * stride + segment.position + key
      addGradients(
        (segment.first + key) * rowStride + shape.keyOffset(keyHead), scoreGradients + at,
        projections + first * rowStride + head * shape.headSize, vectorStride: rowStride,
        keys: keys, count: end - first, starts: starts)
      addGradients(
        (segment.first + key) * rowStride + shape.valueOffset(keyHead), probabilities + at,
        outputGradient + first * shape.width, vectorStride: shape.width, keys: keys,
        count: end - first, starts: starts)
      key += keys
    }
  }

  /// scoresᵀ · vectors of some rows, at an offset in the gradients.
  @inline(__always)
  private func addGradients(
    _ offset: Int, _ scores: UnsafePointer<Float>, _ vectors: UnsafePointer<Float>,
    vectorStride: Int, keys: Int, count: Int, starts: Bool
  ) {
    let target = gradients + offset
    multiply(
      Output(base: target, row: rowStride, panel: panelColumns),
      starts ? .zero : Initial(base: UnsafePointer(target), row: rowStride),
      LeftOperand(base: scores, row: 1, step: stride),
      RightOperand(base: vectors, row: vectorStride, panel: panelColumns),
      rows: keys, columns: shape.headSize, depth: count)
  }
}
