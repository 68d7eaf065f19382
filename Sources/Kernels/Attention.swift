import CShims

// Causal grouped-query attention over packed sequences. A row of `projections` holds the query heads,
// then the key heads, then the value heads of a token, queries and keys already turned; query head h
// uses key head h / (heads / keyValueHeads).
//
// Scores are products too: six queries at a time against the transposed keys of a sequence, in
// panels of 16 keys, so that head sizes of 8 or 16 still fill the registers.

/// The sizes that all attention kernels share.
package struct AttentionShape: Hashable, Sendable {
  package let heads: Int
  package let keyValueHeads: Int
  package let headSize: Int

  package init(heads: Int, keyValueHeads: Int, headSize: Int) {
    self.heads = heads
    self.keyValueHeads = keyValueHeads
    self.headSize = headSize
  }

  /// Floats of a row of the attention's output.
  package var width: Int { heads * headSize }
  /// Floats of a row of queries, keys and values.
  package var projectionWidth: Int { (heads + 2 * keyValueHeads) * headSize }
  var queriesPerKey: Int { heads / keyValueHeads }
  var scoreScale: Float { 1 / Float(headSize).squareRoot() }
  /// Rows of transposed keys, whole vectors.
  var paddedHeadSize: Int { (headSize + 7) & ~7 }

  func keyOffset(_ head: Int) -> Int { (heads + head) * headSize }
  func valueOffset(_ head: Int) -> Int { (heads + keyValueHeads + head) * headSize }

  /// Floats of scratch that `attentionForward` needs for sequences of at most so many tokens.
  package func forwardScratch(longest: Int) -> Int {
    (paddedHeadSize + queryTile) * paddedKeys(longest)
  }

  /// Floats of scratch that `attentionBackward` needs.
  package func backwardScratch(longest: Int) -> Int {
    (2 * paddedHeadSize + 2 * queryBlock) * paddedKeys(longest)
  }
}

/// Queries of one tile of the product.
let queryTile = 6
/// Queries whose scores the backward pass keeps at a time.
let queryBlock = 48

/// Keys rounded up to whole panels.
func paddedKeys(_ count: Int) -> Int {
  (count + panelColumns - 1) / panelColumns * panelColumns
}

/// Turns a row of scores into probabilities over its first `count` keys, zero up to `padded`.
///
/// - Returns: the largest scaled score and 1 / Σ exp(score − largest), from which the backward pass
///   finds the probabilities again.
@inline(__always)
func softmaxScores(
  _ scores: UnsafeMutablePointer<Float>, count: Int, padded: Int, scale: Float
) -> (largest: Float, inverse: Float) {
  let last = (count - 1) & ~7
  let mask = LaneMask.first(count - last)
  let lowest = Vector(repeating: -.infinity)
  var peaks = Vector.load(scores + last).kept(in: mask, otherwise: lowest)
  var i = 0
  while i < last {
    peaks = peaks.maximum(.load(scores + i))
    i += 8
  }
  let largest = peaks.largest * scale
  let factor = Vector(repeating: scale)
  let offset = Vector(repeating: -largest)
  var sums = Vector.zero
  i = 0
  while i < last {
    let e = exponential(offset.addingProduct(.load(scores + i), factor))
    e.store(scores + i)
    sums += e
    i += 8
  }
  let e = exponential(offset.addingProduct(.load(scores + last), factor))
    .kept(in: mask, otherwise: .zero)
  e.store(scores + last)
  sums += e
  let inverse = 1 / sums.total
  i = 0
  while i <= last {
    (Vector.load(scores + i) * inverse).store(scores + i)
    i += 8
  }
  while i < padded {
    Vector.zero.store(scores + i)
    i += 8
  }
  return (largest, inverse)
}

/// columns (paddedHeadSize × stride) = the transposed heads of `count` rows, for a stride of at
/// least `count` rounded up to 8. Reads up to 7 rows and 7 columns beyond: what it puts behind
/// `count` has no meaning.
@inline(__always)
func transposeHeads(
  _ columns: UnsafeMutablePointer<Float>, stride: Int, _ heads: UnsafePointer<Float>,
  rowStride: Int, count: Int, headSize: Int
) {
  var row = 0
  while row < count {
    var column = 0
    while column < headSize {
      espalier_transpose8(
        columns + column * stride + row, stride, heads + row * rowStride + column, rowStride)
      column += 8
    }
    row += 8
  }
}

/// output (tokens × heads·headSize) = softmax(queries · keysᵀ / √headSize) · values within each
/// sequence, each query over its own and earlier keys. Keeps in `peaks` and `inverses` (tokens ×
/// heads) what the backward pass needs.
///
/// - Parameters:
///   - projections: tokens × projectionWidth, readable for 7 rows more.
///   - starts: where each sequence starts, and at last the number of tokens.
///   - scratch: `forwardScratch` of the longest sequence.
package func attentionForward(
  _ output: UnsafeMutablePointer<Float>, peaks: UnsafeMutablePointer<Float>,
  inverses: UnsafeMutablePointer<Float>, projections: UnsafePointer<Float>, starts: [Int],
  shape: AttentionShape, scratch: UnsafeMutablePointer<Float>
) {
  let rowStride = shape.projectionWidth
  let width = shape.width
  let scale = shape.scoreScale
  for sequence in 0..<starts.count - 1 {
    let start = starts[sequence]
    let length = starts[sequence + 1] - start
    let padded = paddedKeys(length)
    let keys = scratch
    let scores = scratch + shape.paddedHeadSize * padded
    let rows = projections + start * rowStride
    for keyHead in 0..<shape.keyValueHeads {
      transposeHeads(
        keys, stride: padded, rows + shape.keyOffset(keyHead), rowStride: rowStride, count: length,
        headSize: shape.headSize)
      let values = rows + shape.valueOffset(keyHead)
      for head in keyHead * shape.queriesPerKey..<(keyHead + 1) * shape.queriesPerKey {
        var first = 0
        while first < length {
          let queries = min(queryTile, length - first)
          let bound = paddedKeys(first + queries)
          multiply(
            Output(base: scores, row: padded, panel: panelColumns), .zero,
            LeftOperand(
              base: rows + first * rowStride + head * shape.headSize, row: rowStride, step: 1),
            RightOperand(base: keys, row: padded, panel: panelColumns),
            rows: queries, columns: bound, depth: shape.headSize)
          for query in 0..<queries {
            let token = (start + first + query) * shape.heads + head
            (peaks[token], inverses[token]) = softmaxScores(
              scores + query * padded, count: first + query + 1, padded: bound, scale: scale)
          }
          multiply(
            Output(
              base: output + (start + first) * width + head * shape.headSize, row: width,
              panel: panelColumns),
            .zero, LeftOperand(base: scores, row: padded, step: 1),
            RightOperand(base: values, row: rowStride, panel: panelColumns),
            rows: queries, columns: shape.headSize, depth: first + queries)
          first += queries
        }
      }
    }
  }
}
