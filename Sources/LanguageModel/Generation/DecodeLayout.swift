import Kernels

/// Where the buffers of token-by-token generation lie in one arena, for up to `slots` sequences at a
/// time. Offsets in floats.
struct DecodeLayout {
  let slots: Int
  let cache: CacheShape
  /// A further slot keeps the prompt that the next sequences share.
  var promptSlot: Int { slots }

  private(set) var caches = 0  // layers × (slots + 1) × slotSize
  private(set) var stream = 0  // slots × width
  private(set) var scales = 0  // slots
  private(set) var normalised = 0  // slots × width
  private(set) var projections = 0  // slots × projectionWidth
  private(set) var attended = 0  // slots × width
  private(set) var gateUp = 0  // slots × 2·feedForwardWidth
  private(set) var hidden = 0  // slots × feedForwardWidth
  private(set) var logits = 0  // slots × vocabulary
  private(set) var promptLogits = 0  // vocabulary: the last row of the prompt slot
  private(set) var headPanels = 0  // the tied head in panels
  private(set) var scratch = 0
  private(set) var plan = ArenaPlan()

  var count: Int { plan.count }

  init(_ configuration: ModelConfiguration, slots: Int, tokens: Int) {
    self.slots = slots
    cache = CacheShape(attention: configuration.attentionShape, tokens: tokens)
    let width = configuration.width
    caches = take(configuration.layers * (slots + 1) * cache.slotSize)
    stream = take(slots * width)
    scales = take(slots)
    normalised = take(slots * width)
    projections = take(slots * configuration.projectionWidth)
    attended = take(slots * width)
    gateUp = take(slots * 2 * configuration.feedForwardWidth)
    hidden = take(slots * configuration.feedForwardWidth)
    logits = take(slots * configuration.vocabularySize)
    promptLogits = take(configuration.vocabularySize)
    if configuration.tiedEmbeddings {
      headPanels = take(panelCount(inputs: width, outputs: configuration.vocabularySize))
    }
    scratch = take(max(cache.scratch, configuration.vocabularySize))
  }

  /// The caches of a layer; slots are `cache.slotSize` apart.
  func cache(ofLayer layer: Int) -> Int {
    caches + layer * (slots + 1) * cache.slotSize
  }

  private mutating func take(_ size: Int) -> Int { plan.take(size) }
}
