import Kernels

extension Transformer {
  /// Logits over a tree: `tree.logitRows.count` × vocabulary, in the order of `tree.logitRows`, to
  /// the last bit those of `forward` over each sample. The view is valid until the model's next
  /// tree; an objective may overwrite it with the gradient and call `backward`.
  ///
  /// - Precondition: the tree has a prompt and its tokens are ids of the vocabulary.
  package func forward(_ tree: SampleTree) -> Matrix {
    precondition(tree.rowCount > 0, "a tree without a prompt has no logits")
    let layout = TreeLayout(
      configuration, prompts: tree.promptCount, rows: tree.rowCount, longest: tree.longest,
      training: true)
    let arena = treeArena(count: layout.count)
    layout.mark(arena)
    let order = DepthFirstOrder(tree)
    pending = .tree(tree, order, layout)
    rotary.grow(to: tree.longest)
    computeRows(
      0..<tree.rowCount, tokens: tree.tokens, positions: tree.positions, layout, arena
    ) { layer in
      attendTree(layer, order, layout, arena)
    }
    let activations = layout.activations
    gatherRows(
      arena + activations.selected, arena + activations.output, rows: tree.logitRows,
      width: configuration.width)
    return computeLogits(
      0..<tree.logitRows.count, layout, arena,
      head: packedHead(arena + activations.headPanels))
  }

  /// Takes some rows of a tree, whose ancestors have been computed, through all layers.
  ///
  /// - Parameters:
  ///   - tokens, positions: those of the rows.
  ///   - attend: attention of the rows in a layer, from its projections.
  func computeRows(
    _ range: Range<Int>, tokens: [Int32], positions: [Int32], _ layout: TreeLayout,
    _ arena: UnsafeMutablePointer<Float>,
    attend: (_ layer: ActivationLayout.Layer) -> Void
  ) {
    let rows = range.count
    let width = configuration.width
    let stream = range.lowerBound * width
    let layers = layout.activations.layers
    let weights = self.weights.baseAddress!
    embeddingForward(
      arena + layers[0].input + stream, tokens: tokens, table: weights + table.embedding,
      vocabulary: configuration.vocabularySize, width: width)
    for (index, layer) in layers.enumerated() {
      projectRows(
        index, rows: rows, input: arena + layer.input + stream,
        scales: arena + layer.attentionScales + range.lowerBound,
        normalised: arena + layer.attentionInput + stream,
        projections: arena + layer.projections + range.lowerBound * configuration.projectionWidth,
        positions: positions)
      attend(layer)
      linearForward(
        arena + layer.middle + stream, arena + layer.attended + stream,
        weight: weights + table.layers[index].attentionOutput,
        start: .residual(arena + layer.input + stream), rows: rows, inputs: width, outputs: width)
      let next = index + 1 < layers.count ? layers[index + 1].input : layout.activations.output
      let wide = range.lowerBound * configuration.feedForwardWidth
      feedForwardRows(
        index, rows: rows, input: arena + layer.middle + stream,
        scales: arena + layer.feedForwardScales + range.lowerBound,
        normalised: arena + layer.feedForwardInput + stream,
        gateUp: arena + layer.gateUp + 2 * wide, hidden: arena + layer.hidden + wide,
        output: arena + next + stream)
    }
  }

  /// Logits of rows that lie in `selected`.
  func computeLogits(
    _ range: Range<Int>, _ layout: TreeLayout, _ arena: UnsafeMutablePointer<Float>,
    head: UnsafePointer<Float>
  ) -> Matrix {
    let activations = layout.activations
    let stream = range.lowerBound * configuration.width
    let logits =
      arena + activations.logits + range.lowerBound * configuration.vocabularySize
    headRows(
      rows: range.count, input: arena + activations.selected + stream,
      scales: arena + activations.finalScales + range.lowerBound,
      normalised: arena + activations.finalInput + stream, logits: logits, headPanels: head)
    return Matrix(base: logits, rows: range.count, columns: configuration.vocabularySize)
  }

  /// Attention of all rows of a tree in one layer.
  private func attendTree(
    _ layer: ActivationLayout.Layer, _ order: DepthFirstOrder, _ layout: TreeLayout,
    _ arena: UnsafeMutablePointer<Float>
  ) {
    let shape = configuration.attentionShape
    gatherRows(
      arena + layout.ordered, arena + layer.projections, rows: order.rows,
      width: shape.projectionWidth)
    treeAttentionForward(
      arena + layout.orderedOutput, peaks: arena + layout.orderedPeaks,
      inverses: arena + layout.orderedInverses, projections: arena + layout.ordered,
      rows: order.rows.count, segments: order.segments, longest: layout.longest, shape: shape,
      scratch: arena + layout.attentionScratch)
    placeRows(
      arena + layer.attended, arena + layout.orderedOutput, rows: order.rows, width: shape.width)
    placeRows(
      arena + layer.peaks, arena + layout.orderedPeaks, rows: order.rows, width: shape.heads)
    placeRows(
      arena + layer.inverses, arena + layout.orderedInverses, rows: order.rows, width: shape.heads)
  }

  /// The gradient of a layer's projections over a tree, given that of what they attended to in
  /// `widthGradient`.
  func attendTreeBackward(
    _ projectionGradient: UnsafeMutablePointer<Float>, _ layer: ActivationLayout.Layer,
    _ order: DepthFirstOrder, _ layout: TreeLayout, _ arena: UnsafeMutablePointer<Float>
  ) {
    let shape = configuration.attentionShape
    gatherRows(
      arena + layout.ordered, arena + layer.projections, rows: order.rows,
      width: shape.projectionWidth)
    gatherRows(
      arena + layout.orderedOutput, arena + layout.activations.widthGradient, rows: order.rows,
      width: shape.width)
    gatherRows(
      arena + layout.orderedPeaks, arena + layer.peaks, rows: order.rows, width: shape.heads)
    gatherRows(
      arena + layout.orderedInverses, arena + layer.inverses, rows: order.rows, width: shape.heads)
    treeAttentionBackward(
      arena + layout.orderedGradient, outputGradient: arena + layout.orderedOutput,
      projections: arena + layout.ordered, peaks: arena + layout.orderedPeaks,
      inverses: arena + layout.orderedInverses, rows: order.rows.count, segments: order.segments,
      longest: layout.longest, shape: shape, scratch: arena + layout.attentionScratch)
    placeRows(
      projectionGradient, arena + layout.orderedGradient, rows: order.rows,
      width: shape.projectionWidth)
  }
}
