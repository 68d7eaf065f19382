import CShims

// Attention of single rows of a growing tree, each over the rows on its path, wherever they lie. A
// path needs no cache of its own, and nothing is copied where it forks: keys are transposed as they
// are met, eight at a time. Scores and sums are formed in the order of `attentionForward`, so both
// give the same bits.

extension AttentionShape {
  /// Floats of scratch that `pathAttentionForward` needs.
  package func pathScratch(longest: Int) -> Int {
    8 * paddedHeadSize + queriesPerKey * paddedKeys(longest)
  }
}

/// Attends over the paths of some rows.
///
/// - Parameters:
///   - output: the rows' own, rows × heads·headSize.
///   - peaks, inverses: the rows' own, rows × heads, as of `attentionForward`.
///   - projections: those of all rows of the tree, readable for 7 rows more.
///   - paths: those of the rows, which end with the rows themselves.
///   - scratch: `pathScratch` of the longest path.
package func pathAttentionForward(
  _ output: UnsafeMutablePointer<Float>, peaks: UnsafeMutablePointer<Float>,
  inverses: UnsafeMutablePointer<Float>, projections: UnsafePointer<Float>, paths: RowPaths,
  shape: AttentionShape, scratch: UnsafeMutablePointer<Float>
) {
  let group = shape.queriesPerKey
  let block = scratch
  let scores = scratch + 8 * shape.paddedHeadSize
  paths.rows.withUnsafeBufferPointer { allRows in
    for (index, length) in paths.lengths.enumerated() {
      guard let rows = allRows.baseAddress.map({ $0 + index * paths.stride }) else { return }
      let own = projections + Int(rows[length - 1]) * shape.projectionWidth
      let stride = paddedKeys(length)
      for keyHead in 0..<shape.keyValueHeads {
        let head = keyHead * group
        scorePath(
          scores, stride: stride, queries: own + head * shape.headSize,
          keys: projections + shape.keyOffset(keyHead), rows: rows, length: length, shape: shape,
          block: block)
        for query in 0..<group {
          let at = index * shape.heads + head + query
          (peaks[at], inverses[at]) = softmaxScores(
            scores + query * stride, count: length, padded: length, scale: shape.scoreScale)
          addValues(
            output + index * shape.width + (head + query) * shape.headSize,
            weights: scores + query * stride, values: projections + shape.valueOffset(keyHead),
            rows: rows, length: length, shape: shape)
        }
      }
    }
  }
}

/// scores (queries of one key head × stride) of the keys on a path; those of the last eight keys
/// that lie behind its end have no meaning.
@inline(__always)
private func scorePath(
  _ scores: UnsafeMutablePointer<Float>, stride: Int, queries: UnsafePointer<Float>,
  keys: UnsafePointer<Float>, rows: UnsafePointer<Int32>, length: Int, shape: AttentionShape,
  block: UnsafeMutablePointer<Float>
) {
  let size = shape.headSize
  var key = 0
  while key < length {
    var column = 0
    while column < size {
      espalier_transpose8_of(
        block + 8 * column, 8, keys + column, shape.projectionWidth, rows + key)
      column += 8
    }
    for query in 0..<shape.queriesPerKey {
      let vector = queries + query * size
      var sum = Vector.zero
      for i in 0..<size {
        sum.addProduct(.load(block + 8 * i), Vector(repeating: vector[i]))
      }
      sum.store(scores + query * stride + key)
    }
    key += 8
  }
}

/// output (headSize) = Σ weights · values over a path.
@inline(__always)
private func addValues(
  _ output: UnsafeMutablePointer<Float>, weights: UnsafePointer<Float>,
  values: UnsafePointer<Float>, rows: UnsafePointer<Int32>, length: Int, shape: AttentionShape
) {
  var column = 0
  while column < shape.headSize {
    var low = Vector.zero
    var high = Vector.zero
    for key in 0..<length {
      let value = values + Int(rows[key]) * shape.projectionWidth + column
      let weight = Vector(repeating: weights[key])
      low.addProduct(weight, .load(value))
      high.addProduct(weight, .load(value + 8))
    }
    if column + 16 <= shape.headSize {
      low.store(output + column)
      high.store(output + column + 8)
    } else {
      low.store(output + column, .first(shape.headSize - column))
      high.store(output + column + 8, .first(shape.headSize - column - 8))
    }
    column += 16
  }
}
