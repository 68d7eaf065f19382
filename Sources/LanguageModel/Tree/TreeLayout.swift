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
  /// Slots of the cache, for sampling.
  let slots: Int
  let cache: CacheShape

  private(set) var caches = 0  // layers × slots × slotSize
  // Rows in depth-first order, for attention over the whole tree.
  private(set) var ordered = 0  // (rows + 7) × projectionWidth
  private(set) var orderedOutput = 0  // rows × width: attended, or its gradient
  private(set) var orderedPeaks = 0  // rows × heads
  private(set) var orderedInverses = 0  // rows × heads
  private(set) var orderedGradient = 0  // rows × projectionWidth
  private(set) var drawScratch = 0  // vocabulary
  private(set) var cacheScratch = 0
  private(set) var attentionScratch = 0
  private(set) var count = 0

  /// - Parameters:
  ///   - prompts: the number of prompts.
  ///   - slots: the most samples that are drawn at a time; 0 if none are.
  init(
    _ configuration: ModelConfiguration, prompts: Int, rows: Int, longest: Int, slots: Int
  ) {
    self.rows = rows
    self.longest = longest
    self.slots = slots
    let shape = configuration.attentionShape
    activations = ActivationLayout(
      configuration, tokens: rows, longest: longest, logitRows: rows + prompts, training: true)
    cache = CacheShape(attention: shape, tokens: longest)
    count = activations.count
    caches = take(configuration.layers * slots * cache.slotSize)
    ordered = take((rows + 7) * shape.projectionWidth)
    orderedOutput = take(rows * shape.width)
    orderedPeaks = take(rows * shape.heads)
    orderedInverses = take(rows * shape.heads)
    orderedGradient = take(rows * shape.projectionWidth)
    drawScratch = take(configuration.vocabularySize)
    cacheScratch = take(cache.treeScratch(rows: slots))
    attentionScratch = take(
      max(
        shape.treeBackwardScratch(rows: rows, longest: longest),
        shape.treeForwardScratch(rows: rows, longest: longest)))
  }

  /// The caches of a layer; slots are `cache.slotSize` apart.
  func cache(ofLayer layer: Int) -> Int { caches + layer * slots * cache.slotSize }

  private mutating func take(_ size: Int) -> Int {
    let start = count
    count += (size + 15) / 16 * 16
    return start
  }
}
