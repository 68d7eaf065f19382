import Kernels

extension Transformer {
  /// Logits of the last token of each sequence of a batch, without what a backward pass would need.
  func inferPrompts(
    _ batch: PackedBatch,
    onProjections: (_ layer: Int, _ projections: UnsafeMutablePointer<Float>) -> Void
  ) -> Matrix {
    pending = nil
    let layout = ActivationLayout(
      configuration, tokens: batch.tokens.count, longest: batch.longest,
      logitRows: batch.logitRows.count, training: false)
    return run(batch, layout, onProjections: onProjections)
  }

  /// Logits (tokens.count × vocabulary) after one new token of each sequence, whose keys and values
  /// go into its slot.
  func decode(
    tokens: [Int32], positions: [Int32], slots: [Int], head: UnsafePointer<Float>,
    _ layout: DecodeLayout, _ base: UnsafeMutablePointer<Float>
  ) -> UnsafePointer<Float> {
    let rows = tokens.count
    let width = configuration.width
    let stream = base + layout.stream
    let weights = self.weights.baseAddress!
    embeddingForward(
      stream, tokens: tokens, table: weights + table.embedding,
      vocabulary: configuration.vocabularySize, width: width)
    for (index, parameters) in table.layers.enumerated() {
      projectRows(
        index, rows: rows, input: stream, scales: base + layout.scales,
        normalised: base + layout.normalised, projections: base + layout.projections,
        positions: positions)
      cachedAttention(
        base + layout.attended, projections: base + layout.projections,
        cache: base + layout.cache(ofLayer: index), stride: layout.cache.slotSize, slots: slots,
        positions: positions, shape: layout.cache, scratch: base + layout.scratch)
      linearForward(
        stream, base + layout.attended, weight: weights + parameters.attentionOutput,
        start: .residual(stream), rows: rows, inputs: width, outputs: width)
      feedForwardRows(
        index, rows: rows, input: stream, scales: base + layout.scales,
        normalised: base + layout.normalised, gateUp: base + layout.gateUp,
        hidden: base + layout.hidden, output: stream)
    }
    headRows(
      rows: rows, input: stream, scales: base + layout.scales,
      normalised: base + layout.normalised, logits: base + layout.logits, headPanels: head)
    return UnsafePointer(base + layout.logits)
  }
}
