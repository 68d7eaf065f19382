import Kernels

extension Transformer {
  /// Adds to `gradients` the gradient of a loss whose gradient with respect to the logits of the
  /// last forward pass, over a batch or a tree, is given (the logits themselves may have been
  /// overwritten with it). Consumes the activations: once for each forward pass.
  package func backward(_ logitGradients: Matrix) {
    switch pending {
    case .packed(let batch, let layout):
      let arena = activations(count: layout.count)
      backward(
        logitGradients, tokens: batch.tokens, positions: batch.positions,
        logitRows: batch.logitRows, layout, arena
      ) { projectionGradient, layer in
        Kernels.attentionBackward(
          projectionGradient, outputGradient: arena + layout.widthGradient,
          projections: arena + layer.projections, peaks: arena + layer.peaks,
          inverses: arena + layer.inverses, starts: batch.starts,
          shape: configuration.attentionShape, scratch: arena + layout.attentionScratch)
      }
      layout.plan.verify(arena)
    case .tree(let tree, let order, let layout):
      let arena = treeArena(count: layout.count)
      backward(
        logitGradients, tokens: tree.tokens, positions: tree.positions, logitRows: tree.logitRows,
        layout.activations, arena
      ) { projectionGradient, layer in
        attendTreeBackward(projectionGradient, layer, order, layout, arena)
      }
      layout.verify(arena)
    case nil:
      preconditionFailure("backward without a forward before it")
    }
    pending = nil
  }

  /// - Parameter attention: writes the gradient of a layer's projections, given that of what they
  ///   attended to in `layout.widthGradient`.
  private func backward(
    _ logitGradients: Matrix, tokens: [Int32], positions: [Int32], logitRows: [Int],
    _ layout: ActivationLayout, _ arena: UnsafeMutablePointer<Float>,
    attention: (UnsafeMutablePointer<Float>, ActivationLayout.Layer) -> Void
  ) {
    precondition(
      logitGradients.rows == logitRows.count
        && logitGradients.columns == configuration.vocabularySize,
      "gradients of \(logitGradients.rows) × \(logitGradients.columns) logits")
    headBackward(logitGradients, rows: tokens.count, logitRows: logitRows, layout, arena)
    for index in layout.layers.indices.reversed() {
      feedForwardBackward(index, rows: tokens.count, layout, arena)
      attentionBackward(index, positions: positions, layout, arena, attention)
    }
    embeddingBackward(
      gradients.baseAddress! + table.embedding, tokens: tokens,
      outputGradient: arena + layout.streamGradient, width: configuration.width)
  }

  private func headBackward(
    _ logitGradients: Matrix, rows allRows: Int, logitRows: [Int], _ layout: ActivationLayout,
    _ arena: UnsafeMutablePointer<Float>
  ) {
    let weights = self.weights.baseAddress!
    let gradients = self.gradients.baseAddress!
    let width = configuration.width
    let rows = logitRows.count
    // The rows' place is free once they have been normalised: it holds their gradient next.
    if let head = table.head {
      linearBackward(
        inputGradient: arena + layout.widthGradient, weightGradient: gradients + head,
        outputGradient: logitGradients.base, input: arena + layout.finalInput,
        weight: weights + head, scratch: arena + layout.weightScratch, rows: rows, inputs: width,
        outputs: configuration.vocabularySize)
    } else {
      tiedHeadBackward(
        inputGradient: arena + layout.widthGradient, tableGradient: gradients + table.embedding,
        logitGradient: logitGradients.base, input: arena + layout.finalInput,
        table: weights + table.embedding, rows: rows, width: width,
        tokens: configuration.vocabularySize)
    }
    let selectedGradient = arena + layout.finalInput
    selectedGradient.update(repeating: 0, count: rows * width)
    rmsNormBackward(
      inputGradient: selectedGradient, gainGradient: gradients + table.finalGain,
      outputGradient: arena + layout.widthGradient, scales: arena + layout.finalScales,
      input: arena + layout.selected, gain: weights + table.finalGain, rows: rows, width: width)
    scatterRows(
      arena + layout.streamGradient, selectedGradient, rows: logitRows, allRows: allRows,
      width: width)
  }

  private func feedForwardBackward(
    _ index: Int, rows: Int, _ layout: ActivationLayout, _ arena: UnsafeMutablePointer<Float>
  ) {
    let weights = self.weights.baseAddress!
    let gradients = self.gradients.baseAddress!
    let layer = layout.layers[index]
    let parameters = table.layers[index]
    let width = configuration.width
    let feedForward = configuration.feedForwardWidth
    let down = arena + layout.secondWeightScratch
    let gateUp = arena + layout.weightScratch
    transposePanels(
      down, panels: weights + parameters.down, inputs: feedForward, outputs: width)
    transposePanels(
      gateUp, panels: weights + parameters.gateUp, inputs: width, outputs: 2 * feedForward)
    for first in stride(from: 0, to: rows, by: configuration.feedForwardBlock) {
      let count = min(configuration.feedForwardBlock, rows - first)
      let (narrow, wide) = (first * width, first * feedForward)
      let outputGradient = arena + layout.streamGradient + narrow
      // In one place for all blocks: there they stay in the cache.
      let hiddenGradient = arena + layout.wideGradient
      let inputGradient = arena + layout.widthGradient
      linearInputGradient(
        hiddenGradient, outputGradient: outputGradient, transposedWeight: down, rows: count,
        inputs: feedForward, outputs: width)
      linearWeightGradient(
        gradients + parameters.down, outputGradient: outputGradient,
        input: arena + layer.hidden + wide, rows: count, inputs: feedForward, outputs: width)
      gatedUnitBackward(
        replacing: arena + layer.gateUp + 2 * wide, outputGradient: hiddenGradient, rows: count,
        width: feedForward)
      linearInputGradient(
        inputGradient, outputGradient: arena + layer.gateUp + 2 * wide, transposedWeight: gateUp,
        rows: count, inputs: width, outputs: 2 * feedForward)
      linearWeightGradient(
        gradients + parameters.gateUp, outputGradient: arena + layer.gateUp + 2 * wide,
        input: arena + layer.feedForwardInput + narrow, rows: count, inputs: width,
        outputs: 2 * feedForward)
      rmsNormBackward(
        inputGradient: outputGradient, gainGradient: gradients + parameters.feedForwardGain,
        outputGradient: inputGradient, scales: arena + layer.feedForwardScales + first,
        input: arena + layer.middle + narrow, gain: weights + parameters.feedForwardGain,
        rows: count, width: width)
    }
  }

  private func attentionBackward(
    _ index: Int, positions: [Int32], _ layout: ActivationLayout,
    _ arena: UnsafeMutablePointer<Float>,
    _ attention: (UnsafeMutablePointer<Float>, ActivationLayout.Layer) -> Void
  ) {
    let weights = self.weights.baseAddress!
    let gradients = self.gradients.baseAddress!
    let layer = layout.layers[index]
    let parameters = table.layers[index]
    let rows = positions.count
    let width = configuration.width
    let projection = configuration.projectionWidth
    linearBackward(
      inputGradient: arena + layout.widthGradient,
      weightGradient: gradients + parameters.attentionOutput,
      outputGradient: arena + layout.streamGradient, input: arena + layer.attended,
      weight: weights + parameters.attentionOutput, scratch: arena + layout.weightScratch,
      rows: rows, inputs: width, outputs: width)
    let projectionGradient = arena + layout.wideGradient
    attention(projectionGradient, layer)
    rotaryBackward(
      projectionGradient, positions: positions, cosines: rotary.cosines,
      sines: rotary.sines, heads: configuration.heads + configuration.keyValueHeads,
      headSize: configuration.headSize, stride: projection)
    if let bias = parameters.projectionBias {
      biasBackward(
        gradients + bias, outputGradient: projectionGradient, rows: rows, columns: projection)
    }
    linearBackward(
      inputGradient: arena + layout.widthGradient,
      weightGradient: gradients + parameters.projection, outputGradient: projectionGradient,
      input: arena + layer.attentionInput, weight: weights + parameters.projection,
      scratch: arena + layout.weightScratch, rows: rows, inputs: width, outputs: projection)
    rmsNormBackward(
      inputGradient: arena + layout.streamGradient,
      gainGradient: gradients + parameters.attentionGain,
      outputGradient: arena + layout.widthGradient, scales: arena + layer.attentionScales,
      input: arena + layer.input, gain: weights + parameters.attentionGain, rows: rows,
      width: width)
  }
}
