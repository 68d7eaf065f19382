import Kernels

/// Where everything lies that sampling a tree, or a forward pass over one, leaves for the backward
/// pass, for trees of at most so many rows. Offsets in floats. Rows of a buffer follow each other in
/// the tree's numbering, so that a level is appended behind the one before.
struct TreeLayout {
  /// The buffers that a packed batch has too.
  let activations: ActivationLayout
  let rows: Int
  /// Tokens of the longest path.
  let longest: Int

  // Rows in depth-first order, for attention over the whole tree.
  private(set) var ordered = 0  // (rows + 7) × projectionWidth
  private(set) var orderedOutput = 0  // rows × width: attended, or its gradient
  private(set) var orderedPeaks = 0  // rows × heads
  private(set) var orderedInverses = 0  // rows × heads
  private(set) var orderedGradient = 0  // rows × projectionWidth
  private(set) var drawScratch = 0  // vocabulary
  private(set) var attentionScratch = 0
  private(set) var plan: ArenaPlan

  var count: Int { plan.count }

  /// - Parameters:
  ///   - prompts: the number of prompts.
  ///   - training: whether a backward pass follows.
  init(
    _ configuration: ModelConfiguration, prompts: Int, rows: Int, longest: Int, training: Bool
  ) {
    self.rows = rows
    self.longest = longest
    let shape = configuration.attentionShape
    activations = ActivationLayout(
      configuration, tokens: rows, longest: longest, logitRows: rows + prompts, training: training,
      keepsProjections: true)
    plan = ArenaPlan(from: activations.count)
    ordered = take((rows + 7) * shape.projectionWidth)
    orderedOutput = take(rows * shape.width)
    orderedPeaks = take(rows * shape.heads)
    orderedInverses = take(rows * shape.heads)
    orderedGradient = take(rows * shape.projectionWidth)
    drawScratch = take(configuration.vocabularySize)
    attentionScratch = take(
      max(
        shape.treeBackwardScratch(rows: rows, longest: longest),
        shape.treeForwardScratch(rows: rows, longest: longest),
        shape.pathScratch(longest: longest)))
  }

  private mutating func take(_ size: Int) -> Int { plan.take(size) }

  /// Of a checked build: see `ArenaPlan`.
  func mark(_ arena: UnsafeMutablePointer<Float>) {
    activations.plan.mark(arena)
    plan.mark(arena)
  }

  func verify(_ arena: UnsafePointer<Float>) {
    activations.plan.verify(arena)
    plan.verify(arena)
  }
}
