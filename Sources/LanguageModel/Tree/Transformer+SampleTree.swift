import Kernels

/// Samples and the tree of their distinct prefixes.
package struct TreeSamples {
  package let tree: SampleTree
  /// Logits of `tree.logitRows`, of the weights that the samples were drawn with. The view is valid
  /// until the model's next tree.
  package let logits: Matrix
  /// Of each row of logits, in nats, under the plain softmax.
  private let entropies: [Float]
  /// Of the token of each row after the prompts, in its parent's logits.
  private let logProbabilities: [Float]
  /// Of each sample's last token.
  private let lastLogProbabilities: [Float]
  private let stopToken: Int32

  fileprivate init(
    tree: SampleTree, logits: Matrix, entropies: [Float], logProbabilities: [Float],
    lastLogProbabilities: [Float], stopToken: Int32
  ) {
    self.tree = tree
    self.logits = logits
    self.entropies = entropies
    self.logProbabilities = logProbabilities
    self.lastLogProbabilities = lastLogProbabilities
    self.stopToken = stopToken
  }

  /// For each sample what `Transformer.generate` returns for its prompt and numbers.
  ///
  /// - Complexity: O(number of tokens).
  package var generations: [Generation] {
    tree.samples.enumerated().map { index, sample in
      Generation(
        tokens: sample.tokens, finished: sample.tokens.last == stopToken,
        // A token but the last one has the row that predicts the next token.
        logProbabilities: sample.logitRows.dropFirst().map {
          logProbabilities[Int($0) - tree.promptCount]
        } + sample.tokens.suffix(1).map { _ in lastLogProbabilities[index] },
        entropies: sample.logitRows.map { entropies[Int($0)] })
    }
  }
}

extension Transformer {
  /// Samples after prompts, computing each distinct prefix once. If a backward pass is to follow,
  /// the model is afterwards as after `forward` over the tree.
  ///
  /// Each sample draws its tokens with its own numbers from the logits of its prefix, so the samples
  /// are those that `generate` draws.
  ///
  /// - Parameters:
  ///   - promptOfSample: for each sample the index of its prompt.
  ///   - training: whether `backward` may follow, which needs several times the memory.
  ///   - uniform: a number in [0, 1) for (index of the sample, index of the new token: 0 for the
  ///     first). Not called where only one token can be drawn.
  /// - Precondition: there is a prompt, none is empty; tokens are ids of the vocabulary.
  /// - Complexity: a forward pass over the distinct prefixes. Address space for the largest possible
  ///   tree; memory for the one that grows.
  package func sampleTree(
    prompts: [[Int32]], promptOfSample: [Int], settings: SamplingSettings, training: Bool = true,
    uniform: (_ sample: Int, _ position: Int) -> Float
  ) -> TreeSamples {
    precondition(!prompts.isEmpty, "nothing to sample after")
    var sampler = TreeSampler(
      self, prompts: prompts, promptOfSample: promptOfSample, settings: settings,
      training: training)
    return sampler.sample(uniform)
  }
}

/// One call of `sampleTree` under way.
private struct TreeSampler {
  private let model: Transformer
  private let settings: SamplingSettings
  private let training: Bool
  private let draw: TokenDraw
  private let layout: TreeLayout
  private let arena: UnsafeMutablePointer<Float>
  private let head: UnsafePointer<Float>
  private var growth: TreeGrowth
  /// Those of the frontier.
  private var paths: RowPaths
  /// For each prefix of the frontier and token a byte that says whether the token has occurred; kept
  /// only if there is a penalty.
  private var seen: [UInt8] = []
  private var cumulative: [Double]
  // As in `TreeSamples`.
  private var entropies: [Float]
  private var logProbabilities: [Float] = []
  private var lastLogProbabilities: [Float]

  init(
    _ model: Transformer, prompts: [[Int32]], promptOfSample: [Int], settings: SamplingSettings,
    training: Bool
  ) {
    self.model = model
    self.settings = settings
    self.training = training
    draw = TokenDraw(
      temperature: Float(settings.temperature), topP: Float(settings.topP),
      repetitionPenalty: Float(settings.repetitionPenalty))
    growth = TreeGrowth(prompts: prompts, promptOfSample: promptOfSample) { _ in
      settings.maximumNewTokens > 0
    }
    // The last token of a sample has no row.
    let newRows = max(0, settings.maximumNewTokens - 1)
    layout = TreeLayout(
      model.configuration, prompts: prompts.count,
      rows: growth.tree.rowCount + promptOfSample.count * newRows,
      longest: growth.tree.longest + newRows, training: training)
    paths = RowPaths(longest: layout.longest)
    for node in growth.frontier {
      paths.append(node.row - Int(growth.tree.positions[node.row])..<node.row + 1)
    }
    arena = model.treeArena(count: layout.count)
    layout.mark(arena)
    head = model.packedHead(arena + layout.activations.headPanels)
    cumulative = Array(repeating: 0, count: model.configuration.vocabularySize)
    entropies = Array(repeating: 0, count: prompts.count)
    lastLogProbabilities = Array(repeating: 0, count: promptOfSample.count)
    model.rotary.grow(to: layout.longest)
  }

  mutating func sample(_ uniform: (Int, Int) -> Float) -> TreeSamples {
    computePrompts()
    startSeen()
    var length = 0
    while !growth.frontier.isEmpty {
      length += 1
      drawTokens(length: length, uniform)
      if !growth.frontier.isEmpty { computeLevel() }
    }
    let tree = growth.tree
    let logits = Matrix(
      base: arena + layout.activations.logits, rows: tree.logitRows.count,
      columns: model.configuration.vocabularySize)
    model.pending = training ? .tree(tree, DepthFirstOrder(tree), layout) : nil
    return TreeSamples(
      tree: tree, logits: logits, entropies: entropies, logProbabilities: logProbabilities,
      lastLogProbabilities: lastLogProbabilities, stopToken: settings.stopToken)
  }

  // MARK: Rows

  private func computePrompts() {
    let tree = growth.tree
    model.computeRows(
      0..<tree.rowCount, tokens: tree.tokens, positions: tree.positions, layout, arena
    ) { layer in
      attentionForward(
        arena + layer.attended, peaks: arena + layer.peaks, inverses: arena + layer.inverses,
        projections: arena + layer.projections, starts: tree.promptStarts,
        shape: model.configuration.attentionShape,
        scratch: arena + layout.activations.attentionScratch)
    }
    gatherRows(
      arena + layout.activations.selected, arena + layout.activations.output,
      rows: tree.logitRows, width: model.configuration.width)
    _ = model.computeLogits(0..<tree.promptCount, layout, arena, head: head)
  }

  /// Computes the rows of the frontier, the last ones of the tree.
  private mutating func computeLevel() {
    let tree = growth.tree
    let parents = paths
    paths = RowPaths(longest: layout.longest)
    for node in growth.frontier { paths.append(node.row, after: node.parent, of: parents) }
    let paths = self.paths
    let width = model.configuration.width
    let heads = model.configuration.heads
    let range = tree.rowCount - growth.frontier.count..<tree.rowCount
    let first = range.lowerBound
    model.computeRows(
      range, tokens: Array(tree.tokens[range]), positions: Array(tree.positions[range]), layout,
      arena
    ) { layer in
      pathAttentionForward(
        arena + layer.attended + first * width, peaks: arena + layer.peaks + first * heads,
        inverses: arena + layer.inverses + first * heads, projections: arena + layer.projections,
        paths: paths, shape: model.configuration.attentionShape,
        scratch: arena + layout.attentionScratch)
    }
    let logits = tree.logitRow(ofRow: first)..<tree.logitRow(ofRow: tree.rowCount)
    (arena + layout.activations.selected + logits.lowerBound * width).update(
      from: arena + layout.activations.output + first * width, count: range.count * width)
    _ = model.computeLogits(logits, layout, arena, head: head)
  }

  // MARK: Tokens

  /// Draws the next token of every sample that goes on, their `length`-th, and grows the tree.
  private mutating func drawTokens(length: Int, _ uniform: (Int, Int) -> Float) {
    let vocabulary = model.configuration.vocabularySize
    let before = growth.frontier
    let logits = UnsafePointer(arena + layout.activations.logits)
    let scratch = arena + layout.drawScratch
    let (draw, settings, seen) = (self.draw, self.settings, self.seen)
    func next(_ token: Int32) -> TreeGrowth.Next {
      TreeGrowth.Next(
        token: token, goesOn: token != settings.stopToken && length < settings.maximumNewTokens)
    }
    var distributions: [TokenDistribution] = []
    distributions.reserveCapacity(before.count)
    cumulative.withUnsafeMutableBufferPointer { cumulative in
      guard let cumulative = cumulative.baseAddress else { return }
      growth.grow { place in
        let distribution = seen.withUnsafeBufferPointer { seen in
          prepareDraw(
            cumulative, logits + before[place].logitRow * vocabulary, count: vocabulary,
            seen: seen.baseAddress.map { $0 + place * vocabulary }, draw: draw, scratch: scratch)
        }
        distributions.append(distribution)
        return distribution.certainToken.map(next)
      } next: { _, sample in
        next(
          invertDistribution(
            cumulative, count: vocabulary, uniform: uniform(sample, length - 1)))
      }
    }
    note(distributions, of: before)
    followSeen()
  }

  /// Keeps what the distributions of a frontier say of the tokens drawn from them.
  private mutating func note(_ distributions: [TokenDistribution], of before: [TreeGrowth.Node]) {
    let vocabulary = model.configuration.vocabularySize
    let logits = UnsafePointer(arena + layout.activations.logits)
    func logProbability(_ place: Int, _ token: Int32) -> Float {
      distributions[place].logProbability(
        ofLogit: logits[before[place].logitRow * vocabulary + Int(token)])
    }
    for (place, node) in before.enumerated() {
      entropies[node.logitRow] = distributions[place].entropy
    }
    for end in growth.ends {
      lastLogProbabilities[end.sample] = logProbability(end.place, end.token)
    }
    for node in growth.frontier {
      logProbabilities.append(logProbability(node.parent, growth.tree.tokens[node.row]))
      entropies.append(0)
    }
  }

  private mutating func startSeen() {
    guard draw.repetitionPenalty != 1 else { return }
    let vocabulary = model.configuration.vocabularySize
    seen = Array(repeating: 0, count: growth.frontier.count * vocabulary)
    for (place, node) in growth.frontier.enumerated() {
      let length = Int(growth.tree.positions[node.row]) + 1
      for token in growth.tree.tokens[node.row + 1 - length...node.row] {
        seen[place * vocabulary + Int(token)] = 1
      }
    }
  }

  private mutating func followSeen() {
    guard draw.repetitionPenalty != 1 else { return }
    let vocabulary = model.configuration.vocabularySize
    let before = seen
    seen.removeAll(keepingCapacity: true)
    for (place, node) in growth.frontier.enumerated() {
      seen.append(contentsOf: before[node.parent * vocabulary..<(node.parent + 1) * vocabulary])
      seen[place * vocabulary + Int(growth.tree.tokens[node.row])] = 1
    }
  }
}
