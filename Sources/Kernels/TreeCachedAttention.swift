// Attention of one level of a growing tree over the cached keys and values of its paths.
//
// A slot of the cache keeps the keys and values of a chain; where a path forks, its first branch
// goes on in the slot and the others start slots of their own at the same position. So a path is a
// few runs of positions in different slots, and rows that share one attend to it together. Scores
// and sums are formed in the order of `attentionForward`, so both give the same bits.

/// A range of positions in a slot that consecutive rows of a level have on their paths.
package struct CachedRun: Hashable, Sendable {
  package var slot: Int
  /// Positions `start ..< end` of the slot.
  package var start: Int
  package var end: Int
  /// The rows, in the order of the level.
  package var rows: Range<Int>

  package init(slot: Int, start: Int, end: Int, rows: Range<Int>) {
    self.slot = slot
    self.start = start
    self.end = end
    self.rows = rows
  }
}

extension CacheShape {
  /// Floats between the scores of two rows: a run's begin at any position.
  fileprivate var scoreStride: Int { capacity + panelColumns }

  /// Floats of scratch that `treeCachedAttention` needs for levels of at most so many rows.
  package func treeScratch(rows: Int) -> Int { rows * scoreStride }
}

/// Puts the new token of each row into its slot and attends over all tokens on its path.
///
/// - Parameters:
///   - output: rows × heads·headSize.
///   - peaks, inverses: rows × heads, as of `attentionForward`.
///   - projections: rows × projectionWidth, turned.
///   - cache: the slots of this layer, `stride` floats apart.
///   - slots: the slot of each row's token.
///   - positions: the position of each row's token: the number of tokens before it.
///   - runs: those of all rows' paths, new tokens included, earlier positions first.
///   - scratch: `shape.treeScratch` floats.
package func treeCachedAttention(
  _ output: UnsafeMutablePointer<Float>, peaks: UnsafeMutablePointer<Float>,
  inverses: UnsafeMutablePointer<Float>, projections: UnsafePointer<Float>,
  cache: UnsafeMutablePointer<Float>, stride: Int, slots: [Int], positions: [Int32],
  runs: [CachedRun], shape: CacheShape, scratch: UnsafeMutablePointer<Float>
) {
  let attention = shape.attention
  let size = attention.headSize
  let rowStride = attention.projectionWidth
  let scoreStride = shape.scoreStride
  for row in 0..<slots.count {
    fillCache(
      slot: cache + slots[row] * stride, projections: projections + row * rowStride, count: 1,
      position: Int(positions[row]), shape: shape)
  }
  for head in 0..<attention.heads {
    let keyHead = head / attention.queriesPerKey
    for run in runs {
      multiply(
        Output(
          base: scratch + run.rows.lowerBound * scoreStride + run.start, row: scoreStride,
          panel: panelColumns), .zero,
        LeftOperand(
          base: projections + run.rows.lowerBound * rowStride + head * size, row: rowStride, step: 1
        ),
        RightOperand(
          base: cache + run.slot * stride + shape.keys(keyHead) + run.start, row: shape.capacity,
          panel: panelColumns),
        rows: run.rows.count, columns: paddedKeys(run.end - run.start), depth: size)
    }
    for row in 0..<slots.count {
      let count = Int(positions[row]) + 1
      let at = row * attention.heads + head
      (peaks[at], inverses[at]) = softmaxScores(
        scratch + row * scoreStride, count: count, padded: count, scale: attention.scoreScale)
    }
    for run in runs {
      let target = output + run.rows.lowerBound * attention.width + head * size
      multiply(
        Output(base: target, row: attention.width, panel: panelColumns),
        run.start == 0 ? .zero : Initial(base: UnsafePointer(target), row: attention.width),
        LeftOperand(
          base: scratch + run.rows.lowerBound * scoreStride + run.start, row: scoreStride, step: 1),
        RightOperand(
          base: cache + run.slot * stride + shape.values(keyHead) + run.start * size, row: size,
          panel: panelColumns),
        rows: run.rows.count, columns: size, depth: run.end - run.start)
    }
  }
}
