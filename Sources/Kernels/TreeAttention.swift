// Causal grouped-query attention over trees: each token attends to itself and its ancestors.
//
// The rows are in depth-first order, cut into segments, chains without a fork. What lies below a
// segment is then one range of rows, all of which attend to all of the segment's keys: scores, sums
// and gradients are products of such a range with one segment, without copying a path. A row's
// scores lie at the positions of the keys, and its sums run over the keys in ascending order, so
// that the result is that of `attentionForward` on the path, to the bit.

/// A chain of rows of a tree without a fork, and what hangs on it.
package struct TreeSegment: Hashable, Sendable {
  /// Its first row, in depth-first order.
  package var first: Int
  /// Rows of the chain itself.
  package var count: Int
  /// End of the rows of the chain and all its descendants.
  package var end: Int
  /// Tokens before the first row on its path.
  package var position: Int

  package init(first: Int, count: Int, end: Int, position: Int) {
    self.first = first
    self.count = count
    self.end = end
    self.position = position
  }
}

/// Rows whose scores are kept at a time.
let treeBlock = 192

extension AttentionShape {
  /// Floats of scratch that `treeAttentionForward` needs for trees of at most so many rows and
  /// tokens on a path.
  package func treeForwardScratch(rows: Int, longest: Int) -> Int {
    paddedHeadSize * treeStride(rows: rows) + treeBlock * scoreStride(longest: longest)
  }

  /// Floats of scratch that `treeAttentionBackward` needs.
  package func treeBackwardScratch(rows: Int, longest: Int) -> Int {
    2 * paddedHeadSize * treeStride(rows: rows) + 2 * treeBlock * scoreStride(longest: longest)
  }

  /// Floats between the scores of two rows: whole panels, and one more, as a segment's scores begin
  /// at any position.
  func scoreStride(longest: Int) -> Int { paddedKeys(longest) + panelColumns }

  /// Floats between the rows of transposed keys of a whole tree. Not a multiple of a page's share of
  /// the first-level cache, which would put all of them into the same few lines.
  func treeStride(rows: Int) -> Int {
    let padded = paddedKeys(rows) + panelColumns
    return padded % 128 == 0 ? padded + panelColumns : padded
  }
}

/// Some rows below or on a segment, and how many of its keys they see.
struct TreeTile {
  /// First row, depth-first.
  let row: Int
  let rows: Int
  /// Keys of the segment, from its first.
  let keys: Int
}

/// Calls the body for the rows of `block` that attend to a segment: its own, few at a time, over the
/// keys up to theirs, and those below it over all.
@inline(__always)
func forEachTile(
  of segment: TreeSegment, in block: Range<Int>, _ body: (TreeTile) -> Void
) {
  let ownEnd = segment.first + segment.count
  var row = max(segment.first, block.lowerBound)
  let last = min(ownEnd, block.upperBound)
  while row < last {
    let rows = min(queryTile, last - row)
    body(TreeTile(row: row, rows: rows, keys: row + rows - segment.first))
    row += rows
  }
  let below = max(ownEnd, block.lowerBound)
  let end = min(segment.end, block.upperBound)
  if below < end { body(TreeTile(row: below, rows: end - below, keys: segment.count)) }
}

/// The segments with rows of `block` on or below them, parents first.
@inline(__always)
func forEachSegment(
  _ segments: [TreeSegment], in block: Range<Int>, _ body: (TreeSegment) -> Void
) {
  for segment in segments
  where segment.first < block.upperBound && segment.end > block.lowerBound {
    body(segment)
  }
}

/// output (rows × heads·headSize) = softmax(queries · keysᵀ / √headSize) · values, each query over
/// the keys on its path. Keeps in `peaks` and `inverses` (rows × heads) what the backward pass needs.
///
/// - Parameters:
///   - projections: rows × projectionWidth in depth-first order, readable for 7 rows more.
///   - segments: in depth-first order, roots at position 0.
///   - longest: tokens of the longest path.
///   - scratch: `treeForwardScratch` floats.
/// - Complexity: O(Σ over rows of the length of their paths); memory O(rows).
package func treeAttentionForward(
  _ output: UnsafeMutablePointer<Float>, peaks: UnsafeMutablePointer<Float>,
  inverses: UnsafeMutablePointer<Float>, projections: UnsafePointer<Float>, rows: Int,
  segments: [TreeSegment], longest: Int, shape: AttentionShape,
  scratch: UnsafeMutablePointer<Float>
) {
  let rowStride = shape.projectionWidth
  let keyStride = shape.treeStride(rows: rows)
  let stride = shape.scoreStride(longest: longest)
  let keys = scratch
  let scores = scratch + shape.paddedHeadSize * keyStride
  for keyHead in 0..<shape.keyValueHeads {
    transposeHeads(
      keys, stride: keyStride, projections + shape.keyOffset(keyHead), rowStride: rowStride,
      count: rows, headSize: shape.headSize)
    let values = projections + shape.valueOffset(keyHead)
    for head in keyHead * shape.queriesPerKey..<(keyHead + 1) * shape.queriesPerKey {
      let queries = projections + head * shape.headSize
      for start in Swift.stride(from: 0, to: rows, by: treeBlock) {
        let block = start..<min(rows, start + treeBlock)
        forEachSegment(segments, in: block) { segment in
          forEachTile(of: segment, in: block) { tile in
            multiply(
              Output(
                base: scores + (tile.row - start) * stride + segment.position, row: stride,
                panel: panelColumns), .zero,
              LeftOperand(base: queries + tile.row * rowStride, row: rowStride, step: 1),
              RightOperand(base: keys + segment.first, row: keyStride, panel: panelColumns),
              rows: tile.rows, columns: paddedKeys(tile.keys), depth: shape.headSize)
          }
        }
        forEachSegment(segments, in: block) { segment in
          let own = max(segment.first, block.lowerBound)
          for row in own..<max(own, min(segment.first + segment.count, block.upperBound)) {
            let position = segment.position + row - segment.first
            let at = row * shape.heads + head
            (peaks[at], inverses[at]) = softmaxScores(
              scores + (row - start) * stride, count: position + 1,
              padded: min(position + queryTile, longest), scale: shape.scoreScale)
          }
        }
        forEachSegment(segments, in: block) { segment in
          forEachTile(of: segment, in: block) { tile in
            let target = output + tile.row * shape.width + head * shape.headSize
            multiply(
              Output(base: target, row: shape.width, panel: panelColumns),
              segment.position == 0
                ? .zero : Initial(base: UnsafePointer(target), row: shape.width),
              LeftOperand(
                base: scores + (tile.row - start) * stride + segment.position, row: stride,
                step: 1),
              RightOperand(
                base: values + segment.first * rowStride, row: rowStride, panel: panelColumns),
              rows: tile.rows, columns: shape.headSize, depth: tile.keys)
          }
        }
      }
    }
  }
}
