// Attention of one new token a sequence over the keys and values of its earlier ones.
//
// The cache of one layer holds slots; a slot holds, for each key head, the transposed keys
// (headSize × capacity) and then the values (capacity × headSize). Scores and sums are formed in the
// order of `attentionForward`, so both give the same bits.

/// Where the caches of a layer lie, and how many tokens a slot has room for.
package struct CacheShape: Hashable, Sendable {
  package let attention: AttentionShape
  /// Tokens of a slot: a multiple of 16.
  package let capacity: Int

  package init(attention: AttentionShape, tokens: Int) {
    self.attention = attention
    capacity = paddedKeys(tokens)
  }

  /// Floats of one slot of one layer.
  package var slotSize: Int { 2 * attention.keyValueHeads * attention.headSize * capacity }

  /// Floats of scratch that `cachedAttention` needs.
  package var scratch: Int { attention.heads * capacity }

  fileprivate func keys(_ head: Int) -> Int { 2 * head * attention.headSize * capacity }
  fileprivate func values(_ head: Int) -> Int { (2 * head + 1) * attention.headSize * capacity }
}

/// Writes the keys and values of `count` consecutive rows of projections (turned) into a slot, at
/// positions `position ..< position + count`.
package func fillCache(
  slot: UnsafeMutablePointer<Float>, projections: UnsafePointer<Float>, count: Int, position: Int,
  shape: CacheShape
) {
  let attention = shape.attention
  let size = attention.headSize
  for head in 0..<attention.keyValueHeads {
    let keys = slot + shape.keys(head) + position
    let values = slot + shape.values(head) + position * size
    for row in 0..<count {
      let token = projections + row * attention.projectionWidth
      let key = token + attention.keyOffset(head)
      for i in 0..<size { keys[i * shape.capacity + row] = key[i] }
      (values + row * size).update(from: token + attention.valueOffset(head), count: size)
    }
  }
}

/// Copies the first `count` tokens of one slot to another.
package func copyCache(
  to: UnsafeMutablePointer<Float>, from: UnsafePointer<Float>, count: Int, shape: CacheShape
) {
  let size = shape.attention.headSize
  for head in 0..<shape.attention.keyValueHeads {
    for i in 0..<size {
      let row = shape.keys(head) + i * shape.capacity
      (to + row).update(from: from + row, count: count)
    }
    let values = shape.values(head)
    (to + values).update(from: from + values, count: count * size)
  }
}

/// Puts the new token of each sequence into its slot and attends over all tokens there.
///
/// - Parameters:
///   - output: slots.count × heads·headSize.
///   - projections: slots.count × projectionWidth, turned.
///   - cache: the slots of this layer, `stride` floats apart.
///   - slots: the slot of each row.
///   - positions: the position of each row's token: the number of tokens before it.
///   - scratch: `shape.scratch` floats.
package func cachedAttention(
  _ output: UnsafeMutablePointer<Float>, projections: UnsafePointer<Float>,
  cache: UnsafeMutablePointer<Float>, stride: Int, slots: [Int], positions: [Int32],
  shape: CacheShape, scratch: UnsafeMutablePointer<Float>
) {
  let attention = shape.attention
  let size = attention.headSize
  let group = attention.queriesPerKey
  let scale = attention.scoreScale
  for row in 0..<slots.count {
    fillCache(
      slot: cache + slots[row] * stride, projections: projections + row * attention.projectionWidth,
      count: 1, position: Int(positions[row]), shape: shape)
  }
  for row in 0..<slots.count {
    let slot = cache + slots[row] * stride
    let token = projections + row * attention.projectionWidth
    let count = Int(positions[row]) + 1
    let padded = paddedKeys(count)
    // All heads together through each phase: they do not wait for each other.
    for keyHead in 0..<attention.keyValueHeads {
      multiply(
        Output(
          base: scratch + keyHead * group * shape.capacity, row: shape.capacity,
          panel: panelColumns), .zero,
        LeftOperand(base: token + keyHead * group * size, row: size, step: 1),
        RightOperand(base: slot + shape.keys(keyHead), row: shape.capacity, panel: panelColumns),
        rows: group, columns: padded, depth: size)
    }
    for head in 0..<attention.heads {
      _ = softmaxScores(
        scratch + head * shape.capacity, count: count, padded: padded, scale: scale)
    }
    for keyHead in 0..<attention.keyValueHeads {
      multiply(
        Output(
          base: output + row * attention.width + keyHead * group * size, row: size,
          panel: panelColumns),
        .zero,
        LeftOperand(
          base: scratch + keyHead * group * shape.capacity, row: shape.capacity, step: 1),
        RightOperand(base: slot + shape.values(keyHead), row: size, panel: panelColumns),
        rows: group, columns: size, depth: count)
    }
  }
}
