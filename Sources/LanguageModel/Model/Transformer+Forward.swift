import Kernels

extension Transformer {
  /// Logits at the rows the batch asks for: `batch.logitRows.count` × vocabulary. The view lies in
  /// the activation arena and is valid until the next `forward` or `generate`; an objective may
  /// overwrite it with the gradient.
  ///
  /// - Precondition: the batch is not empty and its tokens are ids of the vocabulary.
  package func forward(_ batch: PackedBatch) -> Matrix {
    let layout = ActivationLayout(
      configuration, tokens: batch.tokens.count, longest: batch.longest,
      logitRows: batch.logitRows.count, training: true)
    pending = .packed(batch, layout)
    return run(batch, layout) { _, _ in }
  }

  /// The forward pass of a batch. After each layer's projections `onProjections` is called with the
  /// layer's index and its projections (tokens × projectionWidth).
  func run(
    _ batch: PackedBatch, _ layout: ActivationLayout,
    onProjections: (_ layer: Int, _ projections: UnsafeMutablePointer<Float>) -> Void
  ) -> Matrix {
    precondition(!batch.tokens.isEmpty, "an empty batch has no logits")
    let arena = activations(count: layout.count)
    layout.plan.mark(arena)
    let tokens = batch.tokens.count
    let width = configuration.width
    rotary.grow(to: batch.longest)
    let weights = self.weights.baseAddress!
    embeddingForward(
      arena + layout.layers[0].input, tokens: batch.tokens, table: weights + table.embedding,
      vocabulary: configuration.vocabularySize, width: width)
    for (index, layer) in layout.layers.enumerated() {
      let parameters = table.layers[index]
      projectRows(
        index, rows: tokens, input: arena + layer.input, scales: arena + layer.attentionScales,
        normalised: arena + layer.attentionInput, projections: arena + layer.projections,
        positions: batch.positions)
      onProjections(index, arena + layer.projections)
      attentionForward(
        arena + layer.attended, peaks: arena + layer.peaks, inverses: arena + layer.inverses,
        projections: arena + layer.projections, starts: batch.starts,
        shape: configuration.attentionShape, scratch: arena + layout.attentionScratch)
      linearForward(
        arena + layer.middle, arena + layer.attended, weight: weights + parameters.attentionOutput,
        start: .residual(arena + layer.input), rows: tokens, inputs: width, outputs: width)
      let next =
        index + 1 < layout.layers.count ? layout.layers[index + 1].input : layout.output
      feedForwardRows(
        index, rows: tokens, input: arena + layer.middle, scales: arena + layer.feedForwardScales,
        normalised: arena + layer.feedForwardInput, gateUp: arena + layer.gateUp,
        hidden: arena + layer.hidden, output: arena + next)
    }
    gatherRows(
      arena + layout.selected, arena + layout.output, rows: batch.logitRows, width: width)
    headRows(
      rows: batch.logitRows.count, input: arena + layout.selected,
      scales: arena + layout.finalScales, normalised: arena + layout.finalInput,
      logits: arena + layout.logits, headPanels: packedHead(arena + layout.headPanels))
    return Matrix(
      base: arena + layout.logits, rows: batch.logitRows.count,
      columns: configuration.vocabularySize)
  }

  /// Norm, fused projection and rotation of a layer's queries, keys and values.
  func projectRows(
    _ layer: Int, rows: Int, input: UnsafePointer<Float>, scales: UnsafeMutablePointer<Float>,
    normalised: UnsafeMutablePointer<Float>, projections: UnsafeMutablePointer<Float>,
    positions: [Int32]
  ) {
    let weights = self.weights.baseAddress!
    let parameters = table.layers[layer]
    let width = configuration.width
    rmsNormForward(
      normalised, scales: scales, input, gain: weights + parameters.attentionGain,
      epsilon: Float(configuration.normEpsilon), rows: rows, width: width)
    linearForward(
      projections, normalised, weight: weights + parameters.projection,
      start: parameters.projectionBias.map { .bias(weights + $0) } ?? .zero, rows: rows,
      inputs: width, outputs: configuration.projectionWidth)
    rotaryForward(
      projections, positions: positions, cosines: rotary.cosines, sines: rotary.sines,
      heads: configuration.heads + configuration.keyValueHeads, headSize: configuration.headSize,
      stride: configuration.projectionWidth)
  }

  /// Norm and SwiGLU of a layer, added to its input.
  func feedForwardRows(
    _ layer: Int, rows: Int, input: UnsafePointer<Float>, scales: UnsafeMutablePointer<Float>,
    normalised: UnsafeMutablePointer<Float>, gateUp: UnsafeMutablePointer<Float>,
    hidden: UnsafeMutablePointer<Float>, output: UnsafeMutablePointer<Float>
  ) {
    let weights = self.weights.baseAddress!
    let parameters = table.layers[layer]
    let width = configuration.width
    let feedForward = configuration.feedForwardWidth
    for first in stride(from: 0, to: rows, by: configuration.feedForwardBlock) {
      let count = min(configuration.feedForwardBlock, rows - first)
      let (narrow, wide) = (first * width, first * feedForward)
      rmsNormForward(
        normalised + narrow, scales: scales + first, input + narrow,
        gain: weights + parameters.feedForwardGain, epsilon: Float(configuration.normEpsilon),
        rows: count, width: width)
      linearForward(
        gateUp + 2 * wide, normalised + narrow, weight: weights + parameters.gateUp, start: .zero,
        rows: count, inputs: width, outputs: 2 * feedForward)
      gatedUnitForward(hidden + wide, gateUp + 2 * wide, rows: count, width: feedForward)
      linearForward(
        output + narrow, hidden + wide, weight: weights + parameters.down,
        start: .residual(input + narrow), rows: count, inputs: feedForward, outputs: width)
    }
  }

  /// Last norm and output head.
  func headRows(
    rows: Int, input: UnsafePointer<Float>, scales: UnsafeMutablePointer<Float>,
    normalised: UnsafeMutablePointer<Float>, logits: UnsafeMutablePointer<Float>,
    headPanels: UnsafePointer<Float>
  ) {
    rmsNormForward(
      normalised, scales: scales, input, gain: weights.baseAddress! + table.finalGain,
      epsilon: Float(configuration.normEpsilon), rows: rows, width: configuration.width)
    linearForward(
      logits, normalised, weight: headPanels, start: .zero, rows: rows,
      inputs: configuration.width, outputs: configuration.vocabularySize)
  }

  /// The head's weight in panels: where it lies, or a tied one packed into `scratch`.
  func packedHead(_ scratch: UnsafeMutablePointer<Float>) -> UnsafePointer<Float> {
    let weights = self.weights.baseAddress!
    if let head = table.head { return UnsafePointer(weights + head) }
    packPanels(
      scratch, table: weights + table.embedding, inputs: configuration.width,
      outputs: configuration.vocabularySize)
    return UnsafePointer(scratch)
  }
}
